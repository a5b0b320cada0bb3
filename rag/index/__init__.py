"""The index of passages: the role, and Qdrant as its engine, in the process or as a server."""
