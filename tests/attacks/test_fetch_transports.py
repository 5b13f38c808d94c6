"""Attacks with transports, and with what git does on the side: run commands, show credentials, follow modules."""

import base64
import os
import subprocess
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler

import pytest

from sandbox.source import environment
from tests.sandbox.sources import commit, git, git_host


@pytest.fixture
def bare(campus):
    """A worker without any of our defences: git as our own user, with our home and with all its programs."""
    campus.without_address()
    campus.without_cell()
    campus.without_environment()
    campus.without_programs()
    return campus


# Addresses that name a program, a folder or another transport.

OTHERS = (
    "ext::sh -c touch% {mark}",
    "ext::sh -c touch% {mark} https://",
    "https::ext::sh -c touch% {mark}",
    "fd::7",
    "file://{hosted}/project.git",
    "FILE://{hosted}/project.git",
    "{hosted}/project.git",
    "ssh://git@127.0.0.2/project.git",
    "ssh://-oProxyCommand=touch%20{mark}/project.git",
    "git@127.0.0.2:project.git",
    "git://127.0.0.2/project.git",
    "ftp://127.0.0.2/project.git",
    "http://127.0.0.2/project.git",
    "--upload-pack=touch {mark}",
    "-ctouch {mark}",
)


@pytest.mark.parametrize("url", OTHERS)
def test_other_transports_than_https_are_refused(campus, url):
    campus.repository()
    mark = campus.folder / "mark"
    assert campus.fault(url.format(mark=mark, hosted=campus.hosted)).id == "address_refused"
    assert not mark.exists()


RUNS = "ext::sh -c touch% {mark}"


def test_address_runs_a_program_without_the_defences(bare):
    mark = bare.folder / "mark"
    bare.fault(RUNS.format(mark=mark))
    assert mark.exists()


@pytest.mark.parametrize("left", ["address", "environment", "programs"])
def test_each_defence_alone_keeps_an_address_from_running_a_program(campus, left):
    mark = campus.folder / "mark"
    campus.without_cell()
    if left != "address":
        campus.without_address()
    if left != "environment":
        campus.without_environment(programs=left == "programs")
    if left != "programs":
        campus.without_programs()
    campus.fault(RUNS.format(mark=mark))
    assert not mark.exists()


def test_folder_of_the_worker_is_given_to_a_stranger_without_the_defences(bare):
    bare.repository()
    assert bare.get(f"file://{bare.hosted}/project.git").facts["files"] == 1


@pytest.mark.parametrize(
    "ref", ["--upload-pack=touch {mark}", "-u touch {mark}", "main\n--upload-pack=x", "main:x", "@{{u}}"]
)
def test_ref_that_is_an_option_is_no_ref(campus, ref):
    campus.repository()
    mark = campus.folder / "mark"
    assert campus.fault(f"{campus.serve()}/project.git", ref=ref.format(mark=mark)).id == "ref_not_found"
    assert not mark.exists()


# Servers that only hand out files: they can name other servers for them.


@pytest.fixture
def files(campus):
    """(address, bait): a server of files whose repository has its objects at another place."""
    folder, bait = campus.repository() / ".git", campus.bait()
    git(folder, "update-server-info")
    (folder / "objects" / "info" / "http-alternates").write_text(f"{bait.url}/objects\n")
    for blob in (folder / "objects").glob("??/*"):
        blob.unlink()

    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(campus.hosted))

        def log_message(self, *_):
            pass

    return f"{campus.serve(Files)}/project.git", bait


def test_server_of_files_is_refused_and_so_are_its_other_places(campus, files):
    url, bait = files
    assert campus.fault(url).id == "address_refused"
    assert bait.came == []


def test_server_of_files_sends_elsewhere_without_depth_setting_and_fence(campus, files):
    url, bait = files
    campus.without_arguments("--depth")
    campus.without_setting(http__followRedirects="true")
    campus.without_cell()
    campus.fault(url)
    assert bait.came


def test_setting_alone_keeps_git_from_other_places(campus, files):
    url, bait = files
    campus.without_arguments("--depth")
    campus.without_cell()
    campus.fault(url)
    assert bait.came == []


# What the worker's own user has set up for git.

PRIVATE = "s3cret-of-the-worker"


class Asking(BaseHTTPRequestHandler):
    """Asks for a password, and keeps what every visitor showed."""

    def do_GET(self):
        SHOWN.append(str(self.headers))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


SHOWN: list = []
HOMES = {
    "helper": "[credential]\n\thelper = \"!printf 'username=me\\\\npassword={secret}\\\\n'; :\"\n",
    "askpass": '[core]\n\taskPass = "{home}/ask"\n',
    "header": "[http]\n\textraHeader = X-Token: {secret}\n",
    "cookie": "[http]\n\tcookieFile = {home}/cookies\n",
}


@pytest.fixture(params=[*HOMES, "netrc", "variable"])
def secret(campus, request, monkeypatch):
    """The address of a server that asks; the worker's user has an answer ready in one of the ways that git knows."""
    SHOWN.clear()
    home = campus.home
    ask = home / "ask"
    ask.write_text(f"#!/bin/sh\necho {PRIVATE}\n")
    ask.chmod(0o755)
    (home / "cookies").write_text(f"127.0.0.2\tFALSE\t/\tFALSE\t0\ttoken\t{PRIVATE}\n")
    (home / ".gitconfig").write_text(HOMES.get(request.param, "").format(secret=PRIVATE, home=home))
    if request.param == "netrc":
        (home / ".netrc").write_text(f"machine 127.0.0.2 login me password {PRIVATE}\n")
    if request.param == "variable":
        monkeypatch.setenv("GIT_ASKPASS", str(ask))
    return f"{campus.serve(Asking)}/project.git"


def is_shown():
    encoded = [base64.b64encode(f"{user}:{PRIVATE}".encode()).decode() for user in ("me", "username", PRIVATE)]
    return any(word in headers for headers in SHOWN for word in (PRIVATE, *encoded))


def test_nobody_is_shown_what_the_worker_knows(campus, secret):
    assert campus.fault(secret).id == "repository_private"
    assert SHOWN
    assert not is_shown()


def test_server_is_shown_what_the_worker_knows_without_our_environment(campus, secret):
    campus.without_environment()
    campus.without_cell()
    campus.fault(secret)
    assert is_shown()


COMMANDS = {
    "hook in a template": "[init]\n\ttemplateDir = {home}/template\n",
    "hooks of the user": "[core]\n\thooksPath = {home}/template/hooks\n",
    "filter of LFS": '[filter "lfs"]\n\tsmudge = "touch {mark}; cat"\n\trequired = true\n',
}


@pytest.fixture(params=COMMANDS)
def commands(campus, request):
    """(address, mark): a repository that asks for LFS with an endpoint of its own, and a worker set up for such."""
    mark, hooks = campus.folder / "mark", campus.home / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    (campus.home / ".gitconfig").write_text(COMMANDS[request.param].format(home=campus.home, mark=mark))
    folder = campus.repository()
    (folder / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    (folder / ".lfsconfig").write_text("[lfs]\n\turl = https://127.0.0.1:1/steal\n")
    (folder / "model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    commit(folder)
    mark.unlink(missing_ok=True)
    return f"{campus.serve()}/project.git", mark


def test_hooks_and_filters_of_the_worker_do_not_run(campus, commands):
    url, mark = commands
    assert campus.get(url).facts["lfs_pointers"] == ["model.bin"]
    assert not mark.exists()


def test_hooks_and_filters_run_without_our_environment(bare, commands):
    url, mark = commands
    bare.without_arguments("--template")
    bare.without_attributes()
    bare.get(url)
    assert mark.exists()


def test_address_is_not_rewritten_by_the_worker(campus):
    campus.repository()
    bait = campus.bait()
    url = campus.serve()
    (campus.home / ".gitconfig").write_text(f'[url "{bait.url}"]\n\tinsteadOf = {url}\n')
    assert campus.get(f"{url}/project.git").facts["files"] == 1
    assert bait.came == []
    campus.without_environment()
    campus.without_cell()
    campus.fault(f"{url}/project.git")
    assert bait.came


# Attributes of the tree itself.


def test_attributes_of_a_tree_change_no_file_that_was_counted(campus):
    folder = campus.repository()
    (folder / "big.txt").write_bytes(b"\n" * 5_000)
    (folder / "wide.txt").write_bytes(b"x" * 5_000)
    (folder / ".gitattributes").write_text("big.txt text eol=crlf\nwide.txt text working-tree-encoding=UTF-32\n")
    git(folder, "-c", "core.safecrlf=false", "update-index", "--add", ".gitattributes")
    for name in ("big.txt", "wide.txt"):
        blob = git(folder, "hash-object", "-w", "--no-filters", name)
        git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    git(folder, "commit", "--quiet", "-m", "Attributes")
    url = f"{campus.serve()}/project.git"
    assert (campus.get(url).root / "wide.txt").stat().st_size == 5_000
    campus.without_attributes()
    assert campus.fault(url).id == "fetch_subverted"


# Submodules.

MODULES = {
    "program": ("lib", "lib", "ext::sh -c touch% {mark}"),
    "folder": ("lib", "lib", "file://{hosted}/secret.git"),
    "beside": ("lib", "lib", "../secret.git"),
    "inside": ("lib", "lib", "https://127.0.0.1:{port}/secret.git"),
}


@pytest.fixture(params=MODULES)
def modules(campus, request):
    """(address, mark, bait, folder): a repository with a submodule at a place that a stranger must not reach."""
    mark, bait = campus.folder / "mark", campus.bait()
    head = git(campus.repository("secret"), "rev-parse", "HEAD")
    name, path, url = MODULES[request.param]
    folder = campus.repository()
    target = url.format(mark=mark, hosted=campus.hosted, port=bait.port)
    (folder / ".gitmodules").write_text(f'[submodule "{name}"]\n\tpath = {path}\n\turl = {target}\n')
    git(folder, "add", ".gitmodules")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{head},{path}")
    git(folder, "commit", "--quiet", "-m", "Module")
    return f"{campus.serve()}/project.git", mark, bait, folder


def followed(mark, bait, root):
    return mark.exists() or bool(bait.came) or (root / "lib" / "app.py").exists()


def test_submodules_are_named_and_never_followed(campus, modules):
    url, mark, bait, _ = modules
    snapshot = campus.get(url)
    assert snapshot.facts["submodules"] == ["lib"]
    assert not followed(mark, bait, snapshot.root)


def test_submodules_are_followed_by_git_alone(campus, modules):
    _, mark, bait, folder = modules
    (folder / ".git" / "index").unlink()
    copy = campus.folder / "copy"
    git(campus.folder, "clone", "--quiet", f"{campus.hosted}/project.git", str(copy))
    allowed = ("-c", "protocol.ext.allow=always", "-c", "protocol.file.allow=always")
    try:
        git(copy, *allowed, "submodule", "update", "--init")
    except subprocess.CalledProcessError:  # neither a program that was run nor a bait is a repository
        assert mark.exists() or bait.came
    assert followed(mark, bait, copy)


@pytest.mark.parametrize(
    "line", ['[submodule "../../hooks"]\n\tpath = lib\n\turl = x', '[submodule "a"]\n\turl = --upload-pack=x']
)
def test_submodule_whose_name_or_address_is_an_attack_refuses_the_repository(campus, line):
    folder = campus.repository()
    (folder / ".gitmodules").write_text(f"{line}\n")
    commit(folder)
    url = f"{campus.serve()}/project.git"
    assert campus.fault(url).id == "repository_invalid"
    campus.without_setting(transfer__fsckObjects="false")
    assert campus.get(url).facts["files"] == 2


def test_our_settings_leave_nothing_to_the_environment_of_the_worker(campus, monkeypatch, canary):
    for name in ("GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_PARAMETERS", "GIT_DIR"):
        monkeypatch.setenv(name, "x")
    seen = environment.environment(campus.home, campus.home, protocol="https", direct=True)
    assert canary.secret not in repr(seen)
    assert not [name for name in seen if name in os.environ and os.environ[name] == "x"]


def test_honest_repository_is_fetched_right_after(campus):
    campus.repository()

    class Handler(git_host(campus.hosted)):
        def answer(self, content):
            return content[: len(content) // 2] if b"PACK" in content else content

    assert campus.fault(f"{campus.serve(Handler)}/project.git").id == "repository_unreachable"
    assert campus.get(f"{campus.serve()}/project.git").facts["files"] == 1
