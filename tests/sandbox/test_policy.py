"""The run policy: every line is sent, and every line that is missing or different in a live container is seen."""

import copy
import json
import re

import pytest

from sandbox.engine import Image
from sandbox.engine.lines import MISSING, absent, at_most, empty, equal, nested
from sandbox.engine.policy import NOBODY, RunPolicy
from sandbox.engine.seccomp import profile
from sandbox.faults import TeamFault
from sandbox.kernelfolders import KERNEL_FOLDERS
from sandbox.limits import Limits

LIMITS = Limits()
IMAGE = Image("sha256:1", 1, {"user": "app", "working_dir": "/srv", "volumes": ["/data"], "env_names": ["PATH"]})


def policy(strict=False, image=IMAGE):
    return RunPolicy.for_limits(LIMITS, strict, image)


def described(policy):
    """What an engine says of a container that is exactly as the policy wants it."""
    document = {
        "Mounts": [],
        "NetworkSettings": {"Networks": {"none": {}}, "Ports": {}},
        "HostConfig": {},
        "Config": {},
    }
    for line in policy.lines():
        *parents, name = line.path.split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        if line.rule == "equal":
            place[name] = copy.deepcopy(line.want)
        elif line.rule in ("empty", "absent"):
            place.setdefault(name, None)
    document["Config"] |= {"Env": ["PATH=/usr/bin"], "Volumes": {"/data": {}}}
    return document


def place_of(document, path):
    *parents, name = path.split(".")
    for parent in parents:
        document = document[parent]
    return document, name


LINES = [line for strict in (False, True) for line in policy(strict).lines()]


def test_differences_none_when_everything_is_as_the_policy_says():
    assert policy().differences(described(policy())) == []
    assert policy(strict=True).differences(described(policy(strict=True))) == []


@pytest.mark.parametrize("path", sorted({line.path for line in LINES if line.rule != "absent"}))
def test_differences_name_a_line_that_the_description_lacks(path):
    document = described(policy())
    place, name = place_of(document, path)
    del place[name]
    [sentence] = policy().differences(document)
    assert sentence.startswith(f"{path} is {MISSING!r}")


@pytest.mark.parametrize("path", sorted({line.path for line in LINES}))
def test_differences_name_a_line_with_another_value(path):
    document = described(policy())
    place, name = place_of(document, path)
    place[name] = ["something=else"]
    [sentence] = policy().differences(document)
    assert path in sentence


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("HostConfig.CapDrop", ["NET_RAW"]),
        ("HostConfig.CapAdd", ["SYS_ADMIN"]),
        ("HostConfig.SecurityOpt", ["no-new-privileges", "seccomp=unconfined"]),
        ("HostConfig.SecurityOpt", [f"seccomp={profile()}"]),
        ("HostConfig.PidsLimit", None),
        ("HostConfig.PidsLimit", -1),
        ("HostConfig.Memory", 0),
        ("HostConfig.MemorySwap", 2 * LIMITS.run_memory_bytes),
        ("HostConfig.NetworkMode", "bridge"),
        ("HostConfig.NetworkMode", "host"),
        ("HostConfig.Privileged", True),
        ("HostConfig.Binds", ["/:/host"]),
        ("HostConfig.PidMode", "host"),
        ("HostConfig.UsernsMode", "host"),
        ("HostConfig.Tmpfs", {"/tmp": "rw"}),
        ("HostConfig.LogConfig", {"Type": "json-file", "Config": {}}),
        ("Mounts", [{"Type": "volume", "Destination": "/data"}]),
        ("NetworkSettings.Networks", {"none": {}, "bridge": {}}),
        ("Config.Env", ["PATH=/usr/bin", "SECRET_KEY=x"]),
        ("Config.Volumes", {"/data": {}, "/more": {}}),
        ("Config.Healthcheck", {"Test": ["CMD", "curl", "evil"]}),
    ],
)
def test_differences_see_what_would_open_the_sandbox(path, value):
    document = described(policy())
    place, name = place_of(document, path)
    place[name] = value
    assert [path in sentence for sentence in policy().differences(document)] == [True]


def test_differences_of_a_strict_policy_see_root_and_a_writable_root():
    sentences = policy(strict=True).differences(described(policy()))
    assert [sentence.split(" ")[0] for sentence in sentences] == [
        "Config.User",
        "HostConfig.ReadonlyRootfs",
        "HostConfig.Tmpfs",
    ]


def test_create_arguments_hold_exactly_the_lines_to_send():
    arguments = policy().create_arguments()
    assert arguments["User"] == "app"
    assert arguments["Healthcheck"] == {"Test": ["NONE"]}
    assert arguments["HostConfig"]["Memory"] == arguments["HostConfig"]["MemorySwap"] == LIMITS.run_memory_bytes
    assert set(arguments["HostConfig"]["Tmpfs"]) == {"/data", "/tmp", "/dev/shm"}
    assert "Binds" not in arguments["HostConfig"]
    assert "Env" not in arguments


def test_placed_policy_takes_the_namespace_and_never_more_cores_than_there_are():
    placed = RunPolicy.for_limits(Limits(run_cpus=8.0)).placed(
        network="container:abc", cpuset="0", cores=2, environment=["PORT"]
    )
    arguments = placed.create_arguments()
    assert arguments["HostConfig"]["NetworkMode"] == "container:abc"
    assert arguments["HostConfig"]["NanoCpus"] == 2_000_000_000
    assert "Hostname" not in arguments  # the engine refuses it beside a joined namespace
    assert placed.environment == ("PORT",)


def test_swappiness_is_left_out_where_the_engine_cannot_set_it():
    modern = RunPolicy.for_limits(LIMITS, swappiness=None)
    assert "MemorySwappiness" not in modern.create_arguments()["HostConfig"]


@pytest.mark.parametrize("folder", [*KERNEL_FOLDERS, "/proc/self/fd/8", "/dev/shm/../fd", "//sys/"])
def test_for_limits_refuses_a_working_directory_of_the_kernel(folder):
    with pytest.raises(TeamFault, match="folder_refused"):
        policy(image=Image("sha256:1", 1, {"working_dir": folder}))


@pytest.mark.parametrize("folder", ["/", "/proc", "/sys/fs"])
def test_for_limits_refuses_a_volume_over_a_folder_of_the_kernel(folder):
    with pytest.raises(TeamFault, match="folder_refused"):
        policy(image=Image("sha256:1", 1, {"volumes": [folder]}))


def test_for_limits_accepts_a_folder_that_only_begins_alike():
    assert policy(image=Image("sha256:1", 1, {"working_dir": "/process"})).working_dir == "/process"


def test_strict_profile_is_nobody_on_a_read_only_root():
    strict = policy(strict=True)
    assert (strict.user, strict.read_only) == (NOBODY, True)


def test_digest_is_stable_and_tells_policies_apart():
    assert policy().digest() == policy().digest()
    placed = [policy().placed(network=f"container:{owner}", cpuset="", cores=4) for owner in ("a", "b")]
    assert placed[0].digest() == placed[1].digest()
    digests = {policy().digest(), policy(strict=True).digest(), RunPolicy.for_limits(Limits(run_pids=1)).digest()}
    assert len(digests) == 3


def test_to_json_survives_json_and_has_every_line():
    whole = policy()
    document = whole.to_json()
    assert json.loads(json.dumps(document)) == document
    assert [line["path"] for line in document["lines"]] == [line.path for line in whole.lines()]
    wants = {line["path"]: line["want"] for line in document["lines"]}
    assert wants["HostConfig.Memory"] == whole.memory_bytes
    assert re.fullmatch("seccomp=sha256:[0-9a-f]{64}", wants["HostConfig.SecurityOpt"][1])


def test_seccomp_profile_allows_no_way_out():
    document = json.loads(profile())
    assert document["defaultAction"] == "SCMP_ACT_ERRNO"
    plain = {
        name
        for rule in document["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW" and not rule.get("args")
        for name in rule["names"]
    }
    out = """
        io_uring_setup ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd keyctl add_key request_key
        userfaultfd bpf perf_event_open unshare setns mount umount2 fsopen fsmount fsconfig move_mount open_tree
        mount_setattr pivot_root chroot open_by_handle_at name_to_handle_at init_module finit_module delete_module
        kexec_load clone clone3 socket socketpair personality kcmp syslog quotactl swapon reboot acct settimeofday
        clock_settime iopl ioperm modify_ldt fallocate io_setup io_submit sync syncfs fanotify_init
    """
    assert plain & set(out.split()) == set()
    assert {"read", "execve", "futex", "epoll_wait", "fork"} <= plain


def test_lines_compare_lists_without_their_order():
    assert equal("A", ["x", "y"], "").difference({"A": ["y", "x"]}) == ""
    assert equal("A", ["x", "y"], "").difference({"A": ["x"]}) != ""


def test_lines_take_null_for_empty():
    assert empty("A", "").difference({"A": None}) == ""
    assert equal("A", [], "").difference({"A": None}) == ""
    assert at_most("A", ["x"], "").difference({"A": None}) == ""


def test_lines_let_an_engine_leave_out_what_is_not_asked_for():
    assert absent("A", "").difference({}) == absent("A", "").difference({"A": 0}) == ""
    assert absent("A", "").difference({"A": {"kernel.domainname": "x"}}) != ""


def test_for_limits_refuses_more_volumes_than_there_are_file_systems_for():
    volumes = [f"/data/{number}" for number in range(100)]
    with pytest.raises(TeamFault, match="too_many_volumes"):
        policy(image=Image("sha256:1", 1, {"volumes": volumes}))


def test_nested_sends_what_is_equal_and_nothing_else():
    lines = (equal("Config.User", "u", ""), equal("HostConfig.Memory", 1, ""), empty("HostConfig.Binds", ""))
    assert nested(lines) == {"User": "u", "HostConfig": {"Memory": 1}}
