"""Logs as tools really write them, and the faults that they must become."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.diagnosis import diagnose
from sandbox.diagnosis.build_rules import ENGINE_RULES, STEP_RULES
from sandbox.diagnosis.run_rules import RUN_RULES
from sandbox.engine import BuildFailed
from sandbox.faults import MAX_DETAIL_LINES, HostFault, TeamFault
from sandbox.plan import Plan
from sandbox.pysource.standard import gone_facts
from sandbox.tree import Tree

DOCKERFILE = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir \\
    -r requirements.txt
COPY . .
RUN npm ci
CMD ["python", "app.py"]
"""
FILES = {
    "Dockerfile": DOCKERFILE,
    "requirements.txt": "# ours\nflask==3.1.0\nScikit_Learn==99.0\nnumpy==1.19.5\n",
    "app.py": "import flask\n",
    "shop/models.py": "",
}
PIP = "pip install --no-cache-dir     -r requirements.txt"
PLAN = Plan("dockerfile", 1, DOCKERFILE, hints={"dockerfile": "Dockerfile"})


def built(output, step=f"RUN {PIP}", message=""):
    """The fault of a build whose failing step printed `output`."""
    command = step.removeprefix("RUN ")
    log = f"Step 1/7 : FROM python:3.12-slim\n ---> 0123456789ab\nStep 4/7 : {step}\n ---> Running in 98765\n{output}\n"
    message = message or f"The command '/bin/sh -c {command}' returned a non-zero code: 1"
    return diagnose(BuildFailed(message, log + message + "\n", f"Step 4/7 : {step}"), Tree.of(FILES), PLAN)


def refused(message):
    """The fault of a build that the engine itself refused."""
    return diagnose(BuildFailed(message, message, "parse"), Tree.of(FILES), PLAN)


NO_VERSION = "ERROR: Could not find a version that satisfies the requirement"
NO_MATCH = "ERROR: No matching distribution found for"
TUNNEL = "OSError('Tunnel connection failed: {}')"
BUILDS = [
    (TUNNEL.format("403 Forbidden"), "build_host_refused", "Dockerfile:4", "may not reach"),
    (TUNNEL.format("502 Bad Gateway"), "build_host_unreachable", "Dockerfile:4", "does not answer"),
    (
        f"{NO_MATCH} flask\n# The way out of the build: index.test:443 unreachable",
        "build_host_unreachable",
        "Dockerfile:4",
        "index.test:443",
    ),
    ("[Errno -3] Temporary failure in name resolution", "build_ignores_proxy", "Dockerfile:4", "proxy"),
    (
        f"{NO_VERSION} scikit-learn==99.0 (from versions: 1.5)\n{NO_MATCH} scikit-learn==99.0",
        "dependency_not_found",
        "requirements.txt:3",
        "scikit-learn==99.0",
    ),
    (
        f"ERROR: Ignored the following versions: 1.0 Requires-Python >=3.13\n{NO_MATCH} flask==3.1.0",
        "dependency_not_found",
        "requirements.txt:2",
        "flask==3.1.0",
    ),
    (
        "ERROR: Package 'numpy' requires a different Python: 3.12.1 not in '<3.10,>=3.6'",
        "python_too_old_or_new",
        "requirements.txt:4",
        "3.12.1",
    ),
    (
        "ERROR: Cannot install flask==3.1.0 because these package versions have conflicting dependencies.",
        "dependency_conflict",
        "Dockerfile:4",
        "contradict",
    ),
    (
        "ERROR: Invalid requirement: 'numpy=1.19=py38_0': Expected end",
        "requirements_invalid",
        "Dockerfile:4",
        "numpy=1.19",
    ),
    (
        "ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'reqs.txt'",
        "requirements_file_missing",
        "Dockerfile:4",
        "reqs.txt",
    ),
    ("error: command 'gcc' failed: No such file or directory", "compiler_missing", "Dockerfile:4", "compiled"),
    ("Error: pg_config executable not found.", "compiler_missing", "Dockerfile:4", "compiled"),
    (
        "  ERROR: Failed building wheel for numpy\nFailed to build numpy",
        "wheel_build_failed",
        "requirements.txt:4",
        "numpy",
    ),
    (
        "fatal: could not read Username for 'https://example.org': No such device or address",
        "private_dependency",
        "Dockerfile:4",
        "cannot be read",
    ),
    (
        '  File "/app/shop/models.py", line 7\n    x = = 1\nSyntaxError: invalid syntax',
        "syntax_error",
        "shop/models.py:7",
        "invalid",
    ),
    ("ModuleNotFoundError: No module named 'django'", "build_missing_package", "Dockerfile:4", "django"),
    ("/bin/sh: 1: poetry: not found", "build_command_missing", "Dockerfile:4", "poetry"),
    ("E: Unable to locate package libgl9", "apt_package_missing", "Dockerfile:4", "libgl9"),
    ("========== 2 failed, 3 passed in 0.1s ==========", "tests_failed_in_build", "Dockerfile:4", "tests"),
]


@pytest.mark.parametrize(
    ("output", "id", "where", "says"), BUILDS, ids=[f"{row[1]}-{n}" for n, row in enumerate(BUILDS)]
)
def test_build_log_names_cause_and_place(output, id, where, says):
    fault = built(output)
    assert isinstance(fault, TeamFault)
    assert (fault.id, fault.where) == (id, where)
    assert says in fault.title
    assert fault.fix
    assert output.splitlines()[-1].strip() in fault.detail


@pytest.mark.parametrize(
    ("output", "id"),
    [
        ("npm error code ERESOLVE\nnpm error ERESOLVE could not resolve", "dependency_conflict"),
        ("gyp ERR! build error\nnpm ERR! code 1", "native_module_failed"),
        (
            "npm ERR! `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
            "lock_out_of_date",
        ),
    ],
)
def test_node_errors_are_told_apart(output, id):
    fault = built(output, "RUN npm ci")
    assert (fault.id, fault.where) == (id, "Dockerfile:7")


@pytest.mark.parametrize(
    ("message", "id", "where"),
    [
        ("dockerfile parse error line 3: unknown instruction: COPPY", "dockerfile_invalid", "Dockerfile:3"),
        ("Dockerfile parse error line 2: FROM requires either one or three arguments", "dockerfile_invalid", None),
        ("the Dockerfile (Dockerfile) cannot be empty", "dockerfile_invalid", None),
        ("the --mount option requires BuildKit. Refer to the documentation", "needs_buildkit", None),
        ("dockerfile parse error line 5: Unknown flag: mount", "needs_buildkit", None),
        ("dockerfile parse error line 5: unknown instruction: <<<<<<<", "merge_conflict", None),
        (
            "COPY failed: file not found in build context or excluded by .dockerignore: stat gone.txt: absent",
            "copy_source_missing",
            None,
        ),
        ("pull access denied for nobody/nothing, repository does not exist", "base_image_missing", None),
    ],
)
def test_refusal_of_the_engine_is_the_teams(message, id, where):
    fault = refused(message)
    assert (type(fault), fault.id, fault.where) == (TeamFault, id, where)


@pytest.mark.parametrize(
    ("message", "id"),
    [
        ("write /var/lib/docker/x: no space left on device", "disk_full"),
        ("Get https://registry.example/v2/: dial tcp: lookup registry.example: no such host", "image_unavailable"),
    ],
)
def test_engine_out_of_disk_or_registry_is_ours(message, id):
    fault = refused(message)
    assert (type(fault), fault.id) == (HostFault, id)


@pytest.mark.parametrize(
    ("output", "id"),
    [
        (
            "# The way out of the build: index.test:443 unreachable, an index that this site names",
            "network_unreachable",
        ),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk_full"),
    ],
)
def test_install_without_network_or_disk_is_ours(output, id):
    fault = built(output)
    assert (type(fault), fault.id) == (HostFault, id)


@pytest.mark.parametrize(
    "lie", ["no space left on device", "no such host", "Network is unreachable", "connection refused"]
)
def test_team_cannot_put_the_blame_on_us(lie):
    fault = built(lie, f"RUN echo '{lie}' && exit 1")
    assert (type(fault), fault.id) == (TeamFault, "build_failed")
    assert isinstance(
        refused(f"COPY failed: file not found in build context: stat {lie}: file does not exist"), TeamFault
    )


def test_unknown_build_error_shows_step_and_last_lines():
    fault = built("\n".join(f"line {number}" for number in range(40)) + "\nmake: *** [all] Error 2", "RUN make all")
    assert fault.id == "build_failed"
    assert "RUN make all" in fault.title
    assert "make: *** [all] Error 2" in fault.detail
    assert len(fault.detail.splitlines()) <= MAX_DETAIL_LINES


def test_python_that_a_pin_wants_is_kept_for_the_repair():
    ignored = "ERROR: Ignored the following versions: 0.1 Requires-Python >=3.7; 0.17.3 Requires-Python >=3.8,<3.12\n"
    assert built(f"{ignored}{NO_MATCH} manim==0.17.3").facts["want"] == ">=3.8,<3.12"
    assert "want" not in built(f"{ignored}{NO_MATCH} manim==0.17.9").facts


def test_noise_is_left_out_of_the_detail():
    fault = built("Collecting flask\n  Downloading flask.whl\n[notice] A new release of pip\nBOOM")
    assert fault.detail.splitlines()[0] == "BOOM"


def test_generated_dockerfile_is_never_pointed_at():
    files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "requirements.txt": "fastapi==99\n"}
    plan = plan_for(Tree.of(files))
    failure = BuildFailed("The command '/bin/sh -c x' returned a non-zero code: 1", "Step 6/9 : RUN x\nBOOM\n", "RUN x")
    assert diagnose(failure, Tree.of(files), plan).where is None


def test_requirement_in_a_build_context_is_named_from_the_root():
    files = {"api/Dockerfile": DOCKERFILE, "api/requirements.txt": "flask==99\n"}
    plan = Plan("dockerfile", 1, DOCKERFILE, context="api", hints={"dockerfile": "api/Dockerfile"})
    log = f"Step 4/7 : RUN {PIP}\nERROR: No matching distribution found for flask==99\n"
    assert diagnose(BuildFailed("x", log), Tree.of(files), plan).where == "api/requirements.txt:1"


def test_huge_hostile_log_is_read_in_bounded_time():
    log = ("connection at " + "a" * 300 + "\n") * 20_000 + "ERROR: " * 50_000
    assert built(log).id == "build_failed"


@pytest.mark.parametrize("row", [*ENGINE_RULES, *STEP_RULES, *RUN_RULES], ids=lambda row: row.id)
def test_rule_texts_need_only_what_their_patterns_capture(row):
    groups = {name.rstrip("0123456789") for name in row.pattern.groupindex} | {"distribution"}
    groups |= set(gone_facts("distutils")) if row.id == "standard_module_gone" else set()
    values = dict.fromkeys(groups, "x")
    assert row.title.format(**values)
    assert row.fix.format(**values).endswith((".", "…"))


@pytest.mark.parametrize(
    "output",
    [
        "ERROR: Invalid requirement: '<<<<<<< HEAD': Expected package name at the start of dependency specifier",
        "npm error code EJSONPARSE\nnpm error JSON.parse Merge conflict detected in your package.json.",
        "src/index.ts(1,1): error TS1185: Merge conflict marker encountered.",
    ],
    ids=["pip", "npm", "tsc"],
)
def test_conflict_left_by_git_is_told_whoever_stumbles_over_it(output):
    assert built(output, "RUN make").id == "merge_conflict"


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (
            "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\nrather than 'sklearn' for pip.",
            "scikit-learn",
        ),
        ("ERROR: No matching distribution found for pickle", "part of Python"),
        ("ERROR: No matching distribution found for os==1.0", "part of Python"),
        ("ERROR: No matching distribution found for urllib", "part of Python"),
    ],
    ids=["sklearn", "pickle", "os", "urllib"],
)
def test_requirement_that_pip_knows_under_another_name_is_told(output, says):
    fault = built(output)
    assert (fault.id, says in fault.title) == ("requirement_misnamed", True)


def test_conflict_of_versions_names_the_pair_and_the_line():
    said = (
        "ERROR: Cannot install -r requirements.txt (line 2) and flask==0.12 because these package versions have "
        "conflicting dependencies.\n\nThe conflict is caused by:\n    The user requested flask==0.12\n"
        "    numpy 2.0.0 depends on flask>=1\n\nERROR: ResolutionImpossible: for help visit x"
    )
    fault = built(said)
    assert fault.id == "dependency_conflict"
    assert "numpy 2.0.0 needs flask>=1" in fault.title
    assert fault.where == "requirements.txt:4"


@pytest.mark.parametrize(
    ("said", "facts", "advises"),
    [
        ("ModuleNotFoundError: No module named 'distutils'", {"want": "<3.12"}, "Python (.python-version"),
        (
            "AttributeError: module 'pkgutil' has no attribute 'ImpImporter'. Did you mean: 'zipimporter'?",
            {"want": "<3.12"},
            "3.11 was the last",
        ),
        ("ModuleNotFoundError: No module named 'pkg_resources'", {"absent": "pkg_resources"}, "setuptools<81"),
        ("error: something else", {}, "has a wheel"),
    ],
    ids=["distutils", "pkgutil", "pkg_resources", "else"],
)
def test_old_package_that_is_built_tells_what_it_misses(said, facts, advises):
    fault = built(f"      {said}\n  ERROR: Failed building wheel for numpy\nFailed to build numpy")
    assert fault.id == "wheel_build_failed"
    assert fault.facts == {"package": "numpy"} | facts
    assert advises in fault.fix


def test_step_of_the_build_that_imports_what_has_left_python_is_told_so():
    fault = built("ModuleNotFoundError: No module named 'imp'", "RUN python train.py")
    assert (fault.id, fault.facts["want"]) == ("standard_module_gone", "<3.12")
    assert fault.title == "imp is no longer part of Python: 3.11 is the last version that has it"


def test_what_a_package_wants_beside_a_compiler_is_kept_for_the_repair():
    said = "Error: pg_config executable not found.\npg_config is required\nYou may install a binary package"
    assert built(said).facts["wanted"] == "pg_config"
    assert built("error: command 'gcc' failed: No such file or directory").facts["wanted"] == ""
