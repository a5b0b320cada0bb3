"""Every door of Chuchu: HTTP, the command line and the page."""
