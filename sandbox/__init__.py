"""Evidence from a repository: fetch it, build it, run it, probe it, judge it. A library with its own command line."""

__version__ = "0.1.0"
