"""Attacks with links: out of the writable layer and a volume, against whoever reads them on the host."""

import time
from textwrap import dedent

import pytest

from sandbox.engine import account, layer
from sandbox.engine.owner import labels_for
from sandbox.faults import TeamFault
from tests.attacks.conftest import UNTOUCHED, last_report
from tests.containers import build, run

# In the layer and in a volume: links to the host's canary and its root, a FIFO, a folder that turns into a link.
PLANT = dedent("""
    import errno, json, os, threading, time
    target, done = os.environ["CANARY"], {}
    for place in ("/", "/data/", "/tmp/", "/dev/shm/"):
        for name, path in (("file", target), ("up", "/../.." * 9 + target), ("root", "/")):
            os.symlink(path, f"{place}link-{name}")
            try:
                done[f"{place}{name}"] = open(f"{place}link-{name}").read(20)
            except OSError as error:
                done[f"{place}{name}"] = errno.errorcode[error.errno]
        os.mkfifo(f"{place}fifo")
    for path in (target, "/proc/1/root" + target, "/etc/hosts", "/etc/resolv.conf", "/dev/shm/fifo"):
        try:
            os.link(path, "/hard")
            done[path] = "linked"
        except OSError as error:
            done[path] = errno.errorcode[error.errno]
    os.makedirs("/turn/real/deep")
    print(json.dumps(done), flush=True)
    ends = time.monotonic() + float(os.environ["SECONDS"])
    while time.monotonic() < ends:
        os.rename("/turn/real", "/turn/aside")
        os.symlink("/", "/turn/real")
        os.unlink("/turn/real")
        os.rename("/turn/aside", "/turn/real")
""")


@pytest.fixture
def image(engine, evaluation, python_image, tmp_path):
    """`image(lines)` builds an image of those lines of a Dockerfile."""
    folder = tmp_path / "context"
    folder.mkdir()
    return lambda lines: build(engine, evaluation, folder, f"FROM {python_image}\n{lines}\n", trusted=True)[0]


def test_links_lead_nowhere_and_the_watch_follows_none(engine, evaluation, image, limits, canary):
    with engine.pod(evaluation, limits) as pod:
        environment = {"CANARY": str(canary.file), "SECONDS": "4"}
        service = pod.start("app", image("VOLUME /data"), command=run(PLANT), env=environment)
        while not (report := last_report(service.logs())):
            assert service.state().running, service.logs()
        folder = layer.folder_of(engine.api.inspect(service.id))
        counts = [layer.count(folder, bytes=1 << 40, files=1 << 30) for _ in range(300)]
        # A reader that follows links by name comes out: in the layer's own folder the link means the host's file.
        assert (folder / "link-file").read_text() == UNTOUCHED
        assert service.wait(30).exit_code == 0
        assert service.state().killed == ""
    assert max(count.files for count in counts) < 100
    assert max(count.bytes for count in counts) < limits.run_writable_bytes // 10
    assert {value for path, value in report.items() if path.endswith(("file", "up"))} == {"ENOENT"}
    assert {value for path, value in report.items() if path.endswith("root")} == {"EISDIR"}
    assert "linked" not in report.values()


def test_hard_link_between_folders_of_the_layer_is_counted_once(engine, python, evaluation, limits):
    code = (
        "import os, time; open('/one', 'wb').write(b'x' * (1 << 20))\n"
        "for n in range(100): os.link('/one', f'/link-{n}')\nprint('{\"done\": 1}', flush=True); time.sleep(60)"
    )
    with engine.pod(evaluation, limits) as pod:
        service = pod.start("app", python, command=run(code))
        while not last_report(service.logs()):
            time.sleep(0.05)
        used = layer.count(layer.folder_of(engine.api.inspect(service.id)), bytes=1 << 40, files=1 << 30)
        assert service.state().running
    assert 1 << 20 <= used.bytes < 2 << 20
    assert used.files > 100


# What the host reads of an image: its list of users.

USERS = {
    "a link to the host": "ln -sf {canary} /etc/passwd",
    "a link without end": "ln -sf passwd /etc/passwd",
    "a device": "ln -sf /dev/zero /etc/passwd",
    "a FIFO": "rm /etc/passwd && mkfifo /etc/passwd",
    "a folder": "rm /etc/passwd && mkdir /etc/passwd",
    "too much": "head -c 40000000 /dev/zero | tr '\\\\0' ':' > /etc/passwd",
    "nothing": "rm /etc/passwd",
    "a negative number": "echo 'app:x:-1:0::' > /etc/passwd",
    "a number beyond all": "echo 'app:x:99999999999999999999:0::' > /etc/passwd",
    "no ASCII number": "echo 'app:x:²:0::' > /etc/passwd",
}


@pytest.fixture
def look_up(engine, evaluation):
    """`look_up(image, volumes)` is the number of the user "app" in an image."""
    labels = labels_for(evaluation, "account", 60)

    def go(image, volumes=("/data",)):
        name = f"assay-{evaluation}-account"
        return account.number_of(engine.api, image.id, "app", name=name, labels=labels, volumes=volumes)

    return go


@pytest.mark.parametrize("users", USERS)
def test_list_of_users_that_is_none_names_nobody(image, look_up, canary, users):
    assert look_up(image(f"VOLUME /data\nRUN {USERS[users].format(canary=canary.file)}\nUSER app")) == 0


@pytest.mark.parametrize("user", ["99999999999", "99999999999999999999", "²", "-1"])
def test_image_of_a_user_that_cannot_be_is_the_teams_fault(engine, evaluation, limits, image, user):
    with engine.pod(evaluation, limits) as pod, pytest.raises(TeamFault, match="cannot_start"):
        pod.start("app", image(f"VOLUME /data\nUSER {user}"), command=["true"])


def test_looking_up_a_user_copies_nothing_out_of_the_image(engine, image, look_up, monkeypatch):
    """A declared volume that is full of data would be copied to the host's disk when the container is made."""
    made = image("RUN mkdir /data && head -c 9000000 /dev/zero > /data/x\nVOLUME /data")
    mounts, read = [], account.read

    def look(api, container, *wanted):
        mounts.append([mount["Type"] for mount in api.inspect(container)["Mounts"]])
        return read(api, container, *wanted)

    monkeypatch.setattr(account, "read", look)
    look_up(made)
    look_up(made, volumes=())
    assert mounts == [[], ["volume"]]  # the second shows that it would have been
