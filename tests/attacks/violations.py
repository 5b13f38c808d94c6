"""For each line of the run policy a container that breaks it: what is asked of the engine instead, place by place."""

import copy

BYSTANDER = "BYSTANDER"  # stands for the id of another container
OPPOSITE = object()  # stands for the other of two values
_DEVICE = {"PathOnHost": "/dev/zero", "PathInContainer": "/dev/assay", "CgroupPermissions": "rwm"}
_RATE = [{"Path": "/dev/zero", "Rate": 1_000}]
_GPU = {"Driver": "nvidia", "Count": -1, "Capabilities": [["gpu"]]}
_FOLDER = {"HostConfig.Binds": ["/etc:/host:ro"]}
_PORT = {"HostConfig.PortBindings": {"8000/tcp": [{"HostPort": "0"}]}}
# {line: {place: value}}. A place that the engine fills by itself is broken by way of another.
VIOLATIONS = {
    "Config.User": {"Config.User": "1000:1000"},
    "Config.WorkingDir": {"Config.WorkingDir": "/proc/self/fd/8"},
    "Config.Healthcheck.Test": {"Config.Healthcheck.Test": ["CMD", "true"]},
    "Config.StopSignal": {"Config.StopSignal": "SIGKILL"},
    "Config.Tty": {"Config.Tty": True},
    "Config.OpenStdin": {"Config.OpenStdin": True},
    "Config.StdinOnce": {"Config.StdinOnce": True},
    "Config.Env": {"Config.Env": ["SECRET_KEY=x"]},
    "Config.Volumes": {"Config.Volumes": {"/more": {}}},
    "Config.Hostname": {"Config.Hostname": "host"},
    "Mounts": _FOLDER,
    "NetworkSettings.Networks": {"HostConfig.NetworkMode": "bridge"},
    "HostConfig.NetworkMode": {"HostConfig.NetworkMode": "host"},
    "HostConfig.CapDrop": {"HostConfig.CapDrop": []},
    "HostConfig.SecurityOpt": {"HostConfig.SecurityOpt": ["no-new-privileges", "seccomp=unconfined"]},
    "HostConfig.Privileged": {"HostConfig.Privileged": True},
    "HostConfig.ReadonlyRootfs": {"HostConfig.ReadonlyRootfs": OPPOSITE},
    "HostConfig.Memory": {"HostConfig.Memory": 0, "HostConfig.MemorySwap": 0},
    "HostConfig.MemorySwap": {"HostConfig.MemorySwap": -1},
    "HostConfig.MemorySwappiness": {"HostConfig.MemorySwappiness": 60},
    "HostConfig.NanoCpus": {"HostConfig.NanoCpus": 0},
    "HostConfig.CpusetCpus": {"HostConfig.CpusetCpus": "0"},
    "HostConfig.PidsLimit": {"HostConfig.PidsLimit": -1},
    "HostConfig.ShmSize": {"HostConfig.ShmSize": 1 << 30},
    "HostConfig.Ulimits": {"HostConfig.Ulimits": []},
    "HostConfig.Tmpfs": {"HostConfig.Tmpfs": {}},
    "HostConfig.IpcMode": {"HostConfig.IpcMode": "host"},
    "HostConfig.CgroupnsMode": {"HostConfig.CgroupnsMode": "host"},
    "HostConfig.Init": {"HostConfig.Init": False},
    "HostConfig.RestartPolicy": {"HostConfig.RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}},
    "HostConfig.LogConfig": {"HostConfig.LogConfig": {"Type": "none", "Config": {}}},
    "HostConfig.MaskedPaths": {"HostConfig.MaskedPaths": []},
    "HostConfig.ReadonlyPaths": {"HostConfig.ReadonlyPaths": []},
    "HostConfig.Runtime": {"HostConfig.Runtime": "io.containerd.runc.v2"},
    "HostConfig.ExtraHosts": {"HostConfig.ExtraHosts": ["metadata:169.254.169.254"]},
    "HostConfig.Dns": {"HostConfig.Dns": ["192.0.2.1"]},
    "HostConfig.DnsSearch": {"HostConfig.DnsSearch": ["example.org"]},
    "HostConfig.DnsOptions": {"HostConfig.DnsOptions": ["ndots:5"]},
    "HostConfig.Binds": _FOLDER,
    "HostConfig.VolumesFrom": {"HostConfig.VolumesFrom": [BYSTANDER]},
    "HostConfig.CapAdd": {"HostConfig.CapAdd": ["SYS_ADMIN"]},
    "HostConfig.GroupAdd": {"HostConfig.GroupAdd": ["0"]},
    "HostConfig.Devices": {"HostConfig.Devices": [_DEVICE]},
    "HostConfig.DeviceRequests": {"HostConfig.DeviceRequests": [_GPU]},
    "HostConfig.DeviceCgroupRules": {"HostConfig.DeviceCgroupRules": ["c 1:* rwm"]},
    "HostConfig.PidMode": {"HostConfig.PidMode": "host"},
    "HostConfig.UTSMode": {"HostConfig.UTSMode": "host", "Config.Hostname": ""},
    "HostConfig.UsernsMode": {"HostConfig.UsernsMode": "host"},
    "HostConfig.CgroupParent": {"HostConfig.CgroupParent": "/assay-elsewhere"},
    "HostConfig.Links": {"HostConfig.Links": [f"{BYSTANDER}:other"]},
    "HostConfig.PortBindings": _PORT,
    "HostConfig.PublishAllPorts": {"HostConfig.PublishAllPorts": True},
    "HostConfig.AutoRemove": {"HostConfig.AutoRemove": True},
    "HostConfig.OomKillDisable": {"HostConfig.OomKillDisable": True},
    "HostConfig.OomScoreAdj": {"HostConfig.OomScoreAdj": -500},
    "HostConfig.Annotations": {"HostConfig.Annotations": {"run.oci.keep_original_groups": "1"}},
    "HostConfig.BlkioDeviceReadBps": {"HostConfig.BlkioDeviceReadBps": _RATE},
    "HostConfig.BlkioDeviceReadIOps": {"HostConfig.BlkioDeviceReadIOps": _RATE},
    "HostConfig.BlkioDeviceWriteBps": {"HostConfig.BlkioDeviceWriteBps": _RATE},
    "HostConfig.BlkioDeviceWriteIOps": {"HostConfig.BlkioDeviceWriteIOps": _RATE},
    "HostConfig.BlkioWeight": {"HostConfig.BlkioWeight": 900},
    "HostConfig.BlkioWeightDevice": {"HostConfig.BlkioWeightDevice": [{"Path": "/dev/zero", "Weight": 900}]},
    "HostConfig.Cgroup": {"HostConfig.Cgroup": f"container:{BYSTANDER}"},
    "HostConfig.CpuPeriod": {"HostConfig.CpuPeriod": 100_000, "HostConfig.NanoCpus": 0},
    "HostConfig.CpuQuota": {"HostConfig.CpuQuota": 900_000, "HostConfig.NanoCpus": 0},
    "HostConfig.CpuRealtimePeriod": {"HostConfig.CpuRealtimePeriod": 1_000_000},
    "HostConfig.CpuRealtimeRuntime": {"HostConfig.CpuRealtimeRuntime": 950_000},
    "HostConfig.CpuShares": {"HostConfig.CpuShares": 100_000},
    "HostConfig.CpusetMems": {"HostConfig.CpusetMems": "0"},
    "HostConfig.Isolation": {"HostConfig.Isolation": "process"},
    "HostConfig.KernelMemory": {"HostConfig.KernelMemory": 64 << 20},
    "HostConfig.KernelMemoryTCP": {"HostConfig.KernelMemoryTCP": 64 << 20},
    "HostConfig.MemoryReservation": {"HostConfig.MemoryReservation": 16 << 20},
    "HostConfig.StorageOpt": {"HostConfig.StorageOpt": {"size": "10G"}},
    "HostConfig.Sysctls": {"HostConfig.Sysctls": {"net.ipv4.ip_forward": "1"}},
    "HostConfig.VolumeDriver": {"HostConfig.VolumeDriver": "local"},
}
# The engine shows ports when the container runs; what asks for them is seen before that.
SHOWN_WHEN_RUNNING = {"NetworkSettings.Ports": "HostConfig.PortBindings"}


def wrong_values(line, found):
    """Values that must not stand at a line's place, made from the right one that does."""
    if line.rule == "at most":
        return [_with_one_more(found or []), ["extra"], [{"Name": "extra"}]]
    if line.rule in ("empty", "absent"):
        return [True, 1, -1, "host", ["x"], {"x": "y"}]
    if isinstance(found, bool):
        return [not found, None]
    if isinstance(found, int):
        return [found + 1, found - 1, found * 2 or -1, None]
    if isinstance(found, str):
        return [f"{found}x", "host", None]
    less = [{key: found[key] for key in found if key != gone} for gone in found] if isinstance(found, dict) else []
    other = [{**found, key: "x"} for key in found] if isinstance(found, dict) else []
    if isinstance(found, list):
        less = [found[:place] + found[place + 1 :] for place in range(len(found))]
    return [*less, *other, _with_one_more(found or []), "x"]


def _with_one_more(found):
    return {**found, "extra": "x"} if isinstance(found, dict) else [*found, "extra"]


def changed(document, path, value):
    """A deep copy with another value at a dotted path."""
    document = copy.deepcopy(document)
    *parents, name = path.split(".")
    place = document
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    return document


def without(document, path):
    """A deep copy that lacks a dotted path."""
    document = copy.deepcopy(document)
    *parents, name = path.split(".")
    place = document
    for parent in parents:
        place = place[parent]
    del place[name]
    return document


def found_at(document, path):
    """What stands at a dotted path; None where nothing does."""
    for part in path.split("."):
        document = (document or {}).get(part)
    return document
