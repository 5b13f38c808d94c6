"""The load of a service: one at a time on a host, on cores of its own, each step only while the host is quiet."""
