#!/usr/bin/env python
"""Django's command line; `platform/` is a source root, never a package, so it goes on the path."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # Position 1, not 0: nothing may come before the script's own folder, and a package named `platform` must never
    # shadow the standard library's module (docs/decisions/0001-platform-is-a-source-root.md).
    sys.path.insert(1, str(Path(__file__).resolve().parent / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
