"""Reading Python repositories without importing them: what serves HTTP, on which Python, with which packages."""
