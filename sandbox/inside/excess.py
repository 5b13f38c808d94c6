"""Exceed a limit that only the host watches: it has to kill this container for it. Twice the limit, then a pause.

The host looks at the writable layer every other second, so that the pause has to be longer on a busy machine.
"""

import sys
import time

MIB = 1024 * 1024


def disk(request):
    # In several files: the kernel itself lets none of them grow beyond the limit, and would end this before the host.
    size = request["writable_bytes"] // 2
    for number in range(4):
        with open(f"/var/tmp/assay-excess-{number}", "wb", buffering=0) as file:  # noqa: PTH123, S108 - in the container
            file.writelines(bytes(MIB) for _ in range(size // MIB))
    time.sleep(request["linger_s"])


def log(request):
    line = "x" * 1023 + "\n"
    for _ in range(2 * request["log_bytes"] // len(line)):
        sys.stdout.write(line)
    sys.stdout.flush()
    time.sleep(request["linger_s"])


# By the reason that the host gives when it kills.
EXCESSES = {"disk": disk, "log": log}
