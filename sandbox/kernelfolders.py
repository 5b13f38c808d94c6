"""Folders in which a container sees the kernel itself: no image may work in one or declare a volume there."""

from __future__ import annotations

# A working directory or a volume here has been a way out of a container (CVE-2024-21626) and serves no service.
KERNEL_FOLDERS = ("/proc", "/sys", "/dev")


def is_kernels(path: str) -> bool:
    """Whether a plain absolute path is one of them or below it."""
    return any(path == folder or path.startswith(folder + "/") for folder in KERNEL_FOLDERS)
