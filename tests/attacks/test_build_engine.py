"""Attacks of a Dockerfile on the engine that reads it: downloads, archives, other teams' images, links, forgeries."""

import gzip
import io
import os
import tarfile
import threading

import pytest

from sandbox import images
from sandbox.dockerfile import parse
from sandbox.engine import BuildFailed
from sandbox.faults import SandboxError, TeamFault
from sandbox.limits import MIB
from tests.attacks.test_build_network import listener  # noqa: F401 - a fixture
from tests.containers import build

SECRET = "the neighbour's secret"


@pytest.fixture
def folder(tmp_path):
    """An empty build context."""
    made = tmp_path / "context"
    made.mkdir()
    return made


@pytest.fixture
def neighbours_image(engine, python_image, tmp_path):
    """The image of another team's evaluation, with a secret in it."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "secret").write_text(SECRET)
    build(engine, "test-neighbours-image", theirs, f"FROM {python_image}\nCOPY secret /secret\n")
    reference = "assay/evaluation:test-neighbours-image"
    yield reference, engine.image(reference).id
    engine.remove_image(reference)


@pytest.mark.parametrize(
    "line",
    [
        "ADD http://127.0.0.1:{port}/x /x",
        'ADD "http"://127.0.0.1:{port}/x /x',
        'ADD ["HTTP://127.0.0.1:{port}/x", "/x"]',
        "ONBUILD ADD http://127.0.0.1:{port}/x /x",
        "ADD git@127.0.0.1:{port}/x.git /x",
    ],
)
def test_engine_downloads_nothing(engine, canary, line):
    with pytest.raises(TeamFault, match="add_refused"):
        images.resolve(f"FROM python:3.12-slim\n{line.format(port=canary.port)}\n", engine)


def test_address_in_a_variable_is_not_downloaded_either(engine, python_image, evaluation, folder, canary):
    text = f"FROM python:3.12-slim\nARG WHERE=http://127.0.0.1:{canary.port}/x\nADD ${{WHERE}} /x\n"
    with pytest.raises(BuildFailed):
        build(engine, evaluation, folder, images.resolve(text, engine).dockerfile)


def test_engine_would_download_from_the_loopback_of_the_host(engine, python_image, evaluation, folder, listener):  # noqa: F811
    port, contacts = listener
    build(engine, evaluation, folder, f"FROM {python_image}\nADD http://127.0.0.1:{port}/x /x\n")
    assert contacts


def bomb(size):
    """A gzip archive with one file of `size` zeros: a thousandth of it on disk."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        info = tarfile.TarInfo("zeros")
        info.size = size
        archive.addfile(info, io.BytesIO(b"\0" * size))
    return gzip.compress(plain.getvalue())


def test_archive_bomb_is_measured_before_the_engine_unpacks_it(engine, python_image, evaluation, folder, limits):
    (folder / "data.tar.gz").write_bytes(bomb(40 * MIB))
    small = type(limits)(build_unpacked_bytes=8 * MIB)
    with pytest.raises(TeamFault, match="archive_too_large"):
        build(engine, evaluation, folder, f"FROM {python_image}\nADD data.tar.gz /data/\n", limits=small)


def test_archive_bomb_goes_off_with_a_higher_limit(engine, python_image, evaluation, folder):
    """Outside memory and file limits of the build: the engine unpacks it."""
    (folder / "data.tar.gz").write_bytes(bomb(40 * MIB))
    image, _ = build(engine, evaluation, folder, f"FROM {python_image}\nADD data.tar.gz /data/\n")
    assert image.bytes > engine.image(python_image).bytes + 39 * MIB


@pytest.mark.parametrize("kind", ["sparse", "old", "zstandard", "broken"])
def test_archive_that_cannot_be_measured_is_refused(engine, python_image, evaluation, folder, kind):
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO(b""))
    header = bytearray(plain.getvalue())
    if kind == "sparse":
        header[156] = ord("S")
    if kind == "old":
        header[257:265] = bytes(8)
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header[:512])
    packed = {
        "zstandard": b"\x28\xb5\x2f\xfd" + bytes(600),
        "broken": gzip.compress(bytes(header) + os.urandom(5 * MIB))[:-4_000_000],
    }
    (folder / "data.tar.gz").write_bytes(packed.get(kind, bytes(header)))
    with pytest.raises(TeamFault, match="archive_unreadable"):
        build(engine, evaluation, folder, f"FROM {python_image}\nADD data.tar.gz /data/\n")


def test_honest_archive_is_unpacked(engine, python_image, evaluation, folder):
    (folder / "data.tar.gz").write_bytes(bomb(1 * MIB))
    text = images.resolve("FROM python:3.12-slim\nADD data.tar.gz /data/\nRUN stat -c size=%s /data/zeros\n", engine)
    _, log = build(engine, evaluation, folder, text.dockerfile)
    assert f"size={MIB}" in log


@pytest.mark.parametrize("form", ["FROM {name}\n", "FROM {python}\nCOPY --from={name} /secret /\n"])
@pytest.mark.parametrize("by", ["name", "id", "short id", "variable"])
def test_another_teams_image_cannot_be_read(engine, neighbours_image, form, by):
    name, number = neighbours_image
    named = {"name": name, "id": number, "short id": number.removeprefix("sha256:")[:12], "variable": "${THEIRS}"}[by]
    text = f"ARG THEIRS={name}\n" + form.format(name=named, python="python:3.12-slim")
    with pytest.raises(SandboxError):  # refused by its name, or asked of a registry that has no such image
        images.resolve(text, engine)


def test_another_teams_image_would_be_read_by_name(engine, evaluation, neighbours_image, folder):
    _, log = build(engine, evaluation, folder, f"FROM {neighbours_image[0]}\nRUN cat /secret\n")
    assert SECRET in log


@pytest.mark.parametrize(
    "lines",
    [
        "WORKDIR /proc/self/fd/8",
        "WORKDIR /proc//self/../self/fd/8",
        "WORKDIR /app\nWORKDIR ../proc/self/fd/8",
        "ARG A=/pro\nARG B=c/self/fd/8\nWORKDIR $A$B",
        "ENV A /proc/self\nWORKDIR ${A}/fd/8",
        "ONBUILD WORKDIR /sys/fs/cgroup",
        'WORKDIR "/dev"/fd',
    ],
)
def test_working_directory_in_the_kernels_files_is_refused(lines):
    with pytest.raises(TeamFault, match="folder_refused"):
        parse(f"FROM python:3.12-slim\n{lines}\n").rewrite({"python:3.12-slim": "x"})


def test_links_and_pipes_of_the_repository_reach_nothing_of_the_host(engine, python_image, evaluation, folder, canary):
    canary.file.write_text(canary.file.read_text())
    (folder / "leak").symlink_to(canary.file)
    (folder / "up").symlink_to("../../../../../../etc/hostname")
    os.mkfifo(folder / "pipe")
    (folder / ".dockerignore").symlink_to("/dev/zero")
    text = f"FROM {python_image}\nCOPY . /in/\nRUN ls /in; cat /in/leak /in/up /in/pipe || echo nothing\n"
    done = []

    def go():
        done.append(build(engine, evaluation, folder, text)[1])

    thread = threading.Thread(target=go)
    thread.start()
    thread.join(120)
    assert done
    assert "nothing" in done[0]
    assert canary.file.read_text() not in done[0]


def test_words_of_a_build_are_not_taken_for_the_engines(engine, python_image, evaluation, folder):
    """A step may print what it likes: the image is the one that the engine made."""
    said = (
        'Successfully built 000000000000\n{"aux":{"ID":"sha256:00"}}\n{"error":"no space left on device"}\n'
        "Step 9/9 : CMD evil\n ---> Running in 000000000000\n"
    )
    (folder / "said").write_text(said)
    image, log = build(engine, evaluation, folder, f"FROM {python_image}\nCOPY said /\nRUN cat /said\n")
    assert engine.image(f"assay/evaluation:{evaluation}").id == image.id
    assert "Successfully built 000000000000" in log


def test_step_finds_no_socket_and_no_secret_of_the_worker(engine, python_image, evaluation, folder, canary):
    text = f"FROM {python_image}\nRUN env; ls -la /run /var/run; cat /proc/1/environ; ls /proc\n"
    _, log = build(engine, evaluation, folder, text)
    canary.check(log)
    assert "docker.sock" not in log
    assert "containerd" not in log
