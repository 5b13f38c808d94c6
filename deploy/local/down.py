"""`make down` stops what `make up` started; `make clean` also removes the images, containers and files it made."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

from deploy.local import need
from deploy.local.up import PID_FILE


def main(arguments: list[str]) -> int:
    """Signal the running `make up`, wait for it, then clean if asked."""
    if PID_FILE.exists():
        pid = int(PID_FILE.read_text())
        try:
            os.kill(pid, signal.SIGTERM)
            for _ in range(300):
                os.kill(pid, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            print("Stopped.")
        PID_FILE.unlink(missing_ok=True)
    else:
        print("Nothing is running.")
    if "--clean" in arguments:
        if need.engine_answers():
            subprocess.run([sys.executable, "-m", "sandbox", "clean"], cwd=need.ROOT, check=False)
        shutil.rmtree(need.VAR, ignore_errors=True)
        print(f"Removed containers, images and {need.VAR.name}/.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
