"""Says what it is allowed to do."""

import json
import os
import socket
import sys
from pathlib import Path


def connects(address):
    try:
        with socket.create_connection(tuple(address), timeout=3):
            return "connected"
    except OSError as error:
        return type(error).__name__ + (f" {error.errno}" if error.errno else "")


def writes(path):
    try:
        Path(path).write_text("x")
    except OSError as error:
        return error.errno
    return 0


request = json.load(sys.stdin)
status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
result = {
    "uid": os.getuid(),
    "status": {name: status[name] for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")},
    "environment": sorted(os.environ),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "reached": {f"{host}:{port}": connects((host, port)) for host, port in request.get("addresses", [])},
    "written": {path: writes(path) for path in ("/x", "/assay/x", "/tmp/x", "/dev/shm/x")},
    "docker_socket": Path("/var/run/docker.sock").exists(),
}
print(json.dumps({"result": result}))
