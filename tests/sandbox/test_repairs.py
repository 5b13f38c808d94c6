"""Repairs: each applies where it can help and nowhere else, once only, says so, and leaves a plan that can be built."""

import pytest

from sandbox import repairs as package
from sandbox.buildpacks import plan_for
from sandbox.checks import all_checks, judge
from sandbox.evidence import Evidence
from sandbox.faults import TeamFault
from sandbox.launch.packages import with_packages
from sandbox.plan import Note, Plan
from sandbox.repairs import MOST, Broken, all_repairs, mend
from sandbox.tree import Tree

FLASK = "from flask import Flask\napp = Flask(__name__)\n@app.route('/health')\ndef health(): return 'ok'\n"
OWN = 'FROM python:3.12-slim\nCOPY . .\nRUN pip install flask\nUSER 1000\nCMD ["python", "app.py"]\n'
SKLEARN = "FROM python:3.12-slim\nCOPY . .\nRUN pip install flask sklearn\nCMD python app.py\n"
APT = "E: Package 'netcat' has no installation candidate\nE: Unable to locate package openjdk-11-jre-headless"
OLD_APT = (
    "FROM python:3.10\nRUN apt-get update && apt-get install -y \\\n  netcat openjdk-11-jre-headless \\\n  netcat-x\n"
    'COPY . .\nRUN ./netcat && pip install flask\nCMD ["python", "app.py"]\n'
)
UBUNTU = 'FROM ubuntu AS app\nRUN apt-get install -y python3-pip\nRUN pip3 install flask\nCMD ["python3", "app.py"]\n'
FILES = {"app.py": FLASK, "requirements.txt": "flask\ngunicorn\n"}
NEEDS_POSTGRES = FILES | {
    "requirements.txt": "flask\npsycopg2-binary\n",
    "config.py": "import os\nHOST, NAME, KEY = (os.environ[name] for name in ('DB_HOST', 'DB_NAME', 'JWT_SECRET'))\n",
}
OLD = {"committed_at": "2020-06-14T18:03:11+02:00"}
NEW = {"committed_at": "2026-10-01T10:00:00+00:00"}
NODE = {
    "package.json": '{"name": "x", "scripts": {"start": "node server.js"}, "dependencies": {"ms": "2"}}',
    "package-lock.json": "{}",
    "server.js": "require('http').createServer().listen(3000)",
}
NEXT = {"package.json": '{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16"}}'}
BENTO = "import bentoml\nm = bentoml.sklearn.get('m')\nsvc = bentoml.Service('s')\n"
LOOPBACK = FLASK + "if __name__ == '__main__':\n    app.run()\n"


def broken(fault, files=FILES, source=NEW, detail="", **facts):
    tree = Tree.of(files)
    told = TeamFault(fault, "It broke", detail=detail)
    told.facts = facts
    return Broken(plan_for(tree), told, tree, source)


APPLIES = {
    "model_version": broken(
        "model_version_mismatch", FILES | {"model.pkl": "\x8c\x10_sklearn_version\x94\x8c\x051.2.2\x94h\x11"}
    ),
    "companion_version": broken("import_error", detail="cannot import name 'url_quote' from 'werkzeug.urls' (x.py)"),
    "missing_package": broken("requirements_missing_package", package="yaml.reader"),
    "environment_given": broken("missing_setting", name="WEATHER_API_KEY"),
    "host_override": broken("loopback_only", {"app.py": LOOPBACK, "Dockerfile": OWN}),
    "migrated": broken(
        "answers_errors",
        {"manage.py": "", "Dockerfile": OWN.replace("app.py", "manage.py")},
        detail="django.db.utils.OperationalError: no such table: polls_question",
    ),
    "nearest_python": broken("python_too_old_or_new", package="numba", want="<3.11,>=3.8"),
    "as_of_commit": broken("import_error", source=OLD),
    "compiler_added": broken("compiler_missing", wanted="pg_config"),
    "build_constraint": broken("wheel_build_failed", package="openai-whisper", absent="pkg_resources"),
    "requirement_renamed": broken("requirement_misnamed", {"app.py": FLASK, "Dockerfile": SKLEARN}, package="sklearn"),
    "lock_renewed": broken("lock_out_of_date", NODE),
    "older_pip": broken("metadata_refused", package="celery"),
    "store_given": broken("missing_setting", NEEDS_POSTGRES, name="DB_HOST"),
    "system_package_renamed": broken("apt_package_missing", {"app.py": FLASK, "Dockerfile": OLD_APT}, detail=APT),
    "system_python_opened": broken("externally_managed", {"app.py": FLASK, "Dockerfile": UBUNTU}),
    "fonts_replaced": broken("build_host_unreachable", NEXT, detail="Failed to fetch `Inter` from Google Fonts."),
}
TRAIN = {"train.py": "from sklearn.svm import SVC\nSVC().fit([[0], [1]], [0, 1])\n", "requirements.txt": "sklearn\n"}
SAVED = {"model.pkl": "\x8c\x10_sklearn_version\x94\x8c\x051.2.2\x94"}
ASIDE = {
    "model_version": [
        broken("model_version_mismatch", FILES | {"model.pkl": "no word of it"}),
        broken("model_version_mismatch", SAVED | {"Dockerfile": "FROM node:20\nCMD node a.js\n"}),
    ],
    "companion_version": [
        broken("import_error", detail="cannot import name 'Shop' from 'models'"),
        broken(
            "import_error", {"Dockerfile": "FROM node:20\nCMD node a.js\n"}, detail="No module named 'pkg_resources'"
        ),
    ],
    "compiler_added": [broken("compiler_missing", FILES | {"Dockerfile": OWN}), broken("compiler_missing", NODE)],
    "build_constraint": [
        broken("wheel_build_failed", package="numpy"),
        broken("wheel_build_failed", NODE, absent="pkg_resources"),
    ],
    "requirement_renamed": [
        broken("requirement_misnamed", {"app.py": FLASK, "Dockerfile": OWN}, package="sklearn"),
        broken("requirement_misnamed", {"app.py": FLASK, "Dockerfile": SKLEARN}, package="flask"),
        broken("requirement_misnamed", {"app.py": FLASK, "Dockerfile": SKLEARN}, package="-r x; reboot"),
    ],
    "missing_package": [
        broken("standard_module_gone", package="imp", distribution="", want="<3.12"),
        broken("requirements_missing_package", package="x; rm -rf /"),
        broken("requirements_missing_package", {"Dockerfile": "FROM node:20\nCMD node app.js\n"}, package="yaml"),
    ],
    "environment_given": [
        broken("missing_setting", name="DATABASE_URL"),
        broken("missing_setting", name=""),
        broken("missing_setting", name="not a name"),
    ],
    "host_override": [
        broken("loopback_only", {"server.py": "print(1)", "Dockerfile": OWN.replace("app.py", "server.py")}),
        broken("loopback_only", {"api/app.py": LOOPBACK, "Dockerfile": OWN}),
    ],
    "migrated": [
        broken("answers_errors", {"manage.py": "", "Dockerfile": OWN}, detail="TemplateDoesNotExist"),
        broken("exited", FILES, detail="no such table: x"),
    ],
    "nearest_python": [broken("wheel_build_failed", FILES | {"Dockerfile": OWN}, package="numba", want="<3.11")],
    "as_of_commit": [
        broken("exited", source=OLD, detail='  File "/app/app.py", line 3, in <module>\nValueError: no rows'),
        broken("import_error", source={"committed_at": None}),
        broken("import_error", source=OLD, module="shop", own="yes"),
        broken("import_error", FILES | {"Dockerfile": OWN}, source=OLD),
    ],
    "store_given": [
        broken("missing_setting", NEEDS_POSTGRES, name="JWT_SECRET"),
        broken("missing_setting", NEEDS_POSTGRES | {"requirements.txt": "flask\n"}, name="DB_HOST"),
        broken("dependency_unreachable", FILES | {"requirements.txt": "flask\npsycopg2\n"}),
        broken("dependency_unreachable", NEEDS_POSTGRES | {"compose.yaml": "services:\n  db:\n    image: postgres\n"}),
    ],
    "older_pip": [
        broken("metadata_refused", {"Dockerfile": "FROM node:20\nRUN npm ci\nCMD node a.js\n"}, package="celery")
    ],
    "system_package_renamed": [
        broken("apt_package_missing", {"app.py": FLASK, "Dockerfile": OLD_APT}, detail="E: Unable to locate package x"),
        broken("apt_package_missing", {"app.py": FLASK, "Dockerfile": OWN}, detail=APT),
    ],
    "system_python_opened": [
        broken("externally_managed", {"app.py": FLASK, "Dockerfile": "FROM ubuntu\nRUN ./install.sh\nCMD ./app.py\n"}),
    ],
    "fonts_replaced": [
        broken("build_host_unreachable", NEXT, detail="binaries.prisma.sh:443 unreachable"),
        broken("build_host_unreachable", NODE, detail="fonts.googleapis.com:443 unreachable"),
    ],
    "lock_renewed": [
        broken(
            "lock_out_of_date", {"Dockerfile": "FROM node:20\nCOPY . .\nRUN npm install\nCMD npm ci && node x.js\n"}
        ),
        broken("lock_out_of_date", {"Dockerfile": "FROM golang:1.22\nCOPY . .\nRUN go build -mod=readonly\n"}),
    ],
}


def repair_of(name):
    return next(repair for repair in all_repairs() if repair.id == name)


def test_every_repair_is_tried_here():
    assert set(APPLIES) == set(ASIDE) == {repair.id for repair in all_repairs()}
    assert package.MOST == 3


@pytest.mark.parametrize("name", APPLIES)
class TestEveryRepair:
    def test_changes_the_plan_and_says_what_the_team_does_itself(self, name):
        case = APPLIES[name]
        assert case.fault.id in repair_of(name).faults
        plan, why = repair_of(name).mend(case)
        assert plan != case.plan
        assert Plan.from_json(plan.to_json()) == plan
        done, _, to_do = why.partition(". ")
        assert done
        assert to_do.endswith(".")

    def test_is_the_one_that_is_chosen_and_labelled(self, name):
        mended = mend(APPLIES[name])
        assert [note.id for note in mended.repairs if note not in APPLIES[name].plan.repairs] == [name]

    def test_is_done_once(self, name):
        case = APPLIES[name]
        again = mend(Broken(mend(case), case.fault, case.tree, case.source))
        assert again is None or [note.id for note in again.repairs].count(name) == 1

    def test_leaves_other_faults_alone(self, name):
        case = APPLIES[name]
        assert mend(Broken(case.plan, TeamFault("syntax_error", "It does not parse"), case.tree, case.source)) is None

    def test_leaves_alone_what_it_would_not_help(self, name):
        assert [repair_of(name).mend(case) for case in ASIDE[name]] == [None] * len(ASIDE[name])


def test_there_are_never_more_than_three():
    case = APPLIES["as_of_commit"]
    spent = tuple(Note(repair.id, "…") for repair in all_repairs() if repair.id != "as_of_commit")[:MOST]
    plan = Plan.from_json(case.plan.to_json() | {"repairs": [note.__dict__ for note in spent]})
    assert mend(Broken(plan, case.fault, case.tree, case.source)) is None


class TestWorth:
    def score(self, *notes):
        plan = {"repairs": [{"id": note, "why": f"{note} was done. Do {note} yourself."} for note in notes]}
        evidence = Evidence("general", plan=plan, probes={"build": {"image_digest": "sha256:0", "build_s": 3.0}})
        return judge(all_checks()["builds_from_clean_clone"], evidence)

    @pytest.mark.parametrize(
        ("notes", "score"),
        [
            ((), 1.0),
            (("environment_committed", "lfs_pointer", "environment_example"), 1.0),
            (("server_added",), 0.7),
            (("server_added", "as_of_commit"), 0.6),
            (("requirements_guessed", "server_added", "missing_package", "environment_given"), 0.5),
        ],
    )
    def test_changes_count_and_information_does_not(self, notes, score):
        finding = self.score(*notes)
        assert (finding.outcome, finding.score) == ("pass", score)

    @pytest.mark.parametrize("how", ["stand-in", "pulled"])
    def test_what_only_a_stand_in_lacks_costs_nothing(self, how):
        plan = {"base_images": [{"how": how}], "repairs": [{"id": "system_package_renamed", "why": "X. Y."}]}
        evidence = Evidence("general", plan=plan, probes={"build": {"image_digest": "sha256:0", "build_s": 3.0}})
        score = judge(all_checks()["builds_from_clean_clone"], evidence).score
        assert score == (1.0 if how == "stand-in" else 0.7)

    def test_every_repair_costs_and_is_named(self):
        for repair in all_repairs():
            finding = self.score(repair.id)
            assert finding.score == 0.7
            assert f"{repair.id} was done" in finding.observed
            assert finding.fix == f"Do {repair.id} yourself."


def test_companion_of_a_pinned_package_is_held_back_by_its_user():
    mended = mend(APPLIES["companion_version"])
    assert "\nRUN pip install 'werkzeug<3'\nCOPY" in mended.dockerfile
    assert "werkzeug<3" in mended.repairs[-1].why


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ("ImportError: cannot import name 'escape' from 'jinja2' (/x.py)", "jinja2<3.1"),
        ("AttributeError: module 'numpy' has no attribute 'bool'.", "numpy<1.24"),
        ("A module that was compiled using NumPy 1.x cannot be run in NumPy 2.1", "numpy<2"),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "setuptools<81"),
        ("TypeError: Client.__init__() got an unexpected keyword argument 'proxies'", "httpx<0.28"),
    ],
)
def test_constraint_fits_what_the_interpreter_says(said, constraint):
    found = mend(broken("import_error", detail=said))
    assert f"'{constraint}'" in found.dockerfile


@pytest.mark.parametrize("fault", ["dependency_not_found", "wheel_build_failed"])
def test_job_is_mended_like_a_service(fault):
    case = broken(fault, TRAIN, source=OLD)
    assert case.plan.buildpack == "job"
    assert [note.id for note in mend(case).repairs][-1] in ("nearest_python", "as_of_commit")


def test_model_is_read_by_the_version_that_wrote_it():
    mended = mend(APPLIES["model_version"])
    assert "FROM python:3.11-slim" in mended.dockerfile
    assert "RUN pip install scikit-learn==1.2.2 'numpy<2'\nCOPY" in mended.dockerfile
    assert mended.repairs[-1].why.startswith("model.pkl was saved by scikit-learn 1.2.2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN pip install \\\n  flask\n", "COPY . .\nCMD python a.py\n"),
        ("USER app\nRUN pip install flask\n", "RUN python train.py\n"),
        ("RUN pip install flask\nFROM python:3.12\nCOPY --from=b /x /x\nUSER app\nCMD python a.py\n", ""),
    ],
    ids=["before-the-source", "as-another-user", "another-stage"],
)
def test_package_is_there_for_the_steps_after_the_installation(before, after):
    line = "USER root\nRUN pip install x\nUSER app\n" if "USER app" in before else "RUN pip install x\n"
    begun = f"FROM python:3.12 AS b\n{before}"
    assert with_packages(f"{begun}{after}", ["x"]) == f"{begun}{line}{after}"
    assert with_packages("FROM node:20\nRUN npm ci\n", ["x"]) is None


def test_package_that_a_step_of_the_build_misses_comes_before_that_step():
    tree = {
        "service.py": BENTO,
        "train.py": "import bentoml\nbentoml.sklearn.save_model('m', 1)\n",
        "requirements.txt": "bentoml",
    }
    case = broken("build_missing_package", tree, detail="No module named 'pkg_resources'", package="pkg_resources")
    text = mend(case).dockerfile
    assert text.index("setuptools<81") < text.index("RUN python train.py")


def test_every_secret_that_a_line_says_is_missing_gets_a_placeholder():
    said = "Missing env: BOT_TOKEN, LINE_SECRET, LINE_URL"
    plan = mend(broken("missing_setting", detail=said, name="BOT_TOKEN"))
    assert {"BOT_TOKEN", "LINE_SECRET"} <= set(plan.env)
    assert "LINE_URL" not in plan.env


@pytest.mark.parametrize(
    "said",
    [
        "3 errors for S\nsecret_key\n  field required (x)\nmail_token\n  field required\nmail_url\n  field required",
        "2 errors for S\nsecret_key\n  Field required [x]\n    For further\nMAIL_TOKEN\n  Field required [x]",
        'Error: Config validation error: "SECRET_KEY" is required. "MAIL_TOKEN" is required. "MAIL_URL" is required',
    ],
    ids=["pydantic-1", "pydantic-2", "joi"],
)
def test_every_setting_that_a_validator_misses_is_given_at_once(said):
    plan = mend(broken("missing_setting", detail=said, name="SECRET_KEY"))
    assert {"SECRET_KEY", "MAIL_TOKEN"} <= plan.env.keys()
    assert "MAIL_URL" not in plan.env
    assert plan.repairs[-1].why.startswith("Placeholders for MAIL_TOKEN, SECRET_KEY were given")


def test_what_a_newer_package_raises_is_tried_with_the_packages_of_the_day():
    raised = (
        '  File "/app/train.py", line 9, in <module>\n    log_model(model)\n'
        '  File "/usr/local/lib/python3.12/site-packages/mlflow/x.py", line 7, in log\nMlflowException: untrusted'
    )
    mended = mend(broken("exited", source=OLD, detail=raised))
    assert [note.id for note in mended.repairs] == ["as_of_commit"]


def test_compiler_comes_with_the_library_before_the_packages_unless_an_older_python_has_wheels():
    lines = mend(APPLIES["compiler_added"]).dockerfile.splitlines()
    place = next(n for n, line in enumerate(lines) if "build-essential libpq-dev" in line)
    assert lines[place + 1].startswith("RUN pip install")
    old = mend(broken("compiler_missing", source=OLD))
    assert [note.id for note in old.repairs] == ["nearest_python"]


@pytest.mark.parametrize(
    ("package", "distribution", "done"),
    [("imp", "", "FROM python:3.11-slim"), ("distutils", "setuptools<81", "RUN pip install 'setuptools<81'")],
)
def test_module_that_has_left_python_comes_back_as_a_package_or_with_an_older_python(package, distribution, done):
    mended = mend(broken("standard_module_gone", package=package, distribution=distribution, want="<3.12"))
    assert done in mended.dockerfile.splitlines()


@pytest.mark.parametrize(
    ("line", "package", "mended"),
    [
        ("RUN pip install flask 'sklearn==0.0'", "sklearn", "RUN pip install flask 'scikit-learn'"),
        ('RUN ["pip", "install", "sklearn"]', "sklearn", 'RUN ["pip", "install", "scikit-learn"]'),
        ("RUN pip3 install os flask", "os", "RUN pip3 install  flask"),
        ("RUN pip3 install os==1.0 flask", "os", "RUN pip3 install  flask"),
        ("RUN apt-get install -y sklearn", "sklearn", "RUN apt-get install -y sklearn"),
        (
            "RUN pip install -r api/needs.txt",
            "sklearn",
            "RUN sed -i -E 's/^sklearn(==0\\.0[a-z0-9.]*)?([^A-Za-z0-9_.-]|$)/scikit-learn\\2/' api/needs.txt && pip",
        ),
        (
            "RUN pip install --no-cache-dir \\\n    -r requirements.txt",
            "json",
            "RUN sed -i -E '/^json([^A-Za-z0-9_.-]|$)/d' requirements.txt && pip install --no-cache-dir \\\n    -r req",
        ),
    ],
)
def test_name_that_pip_does_not_know_is_exchanged_where_the_team_has_written_it(line, package, mended):
    tree = {"app.py": FLASK, "Dockerfile": f"FROM python:3.12\nCOPY . .\n{line}\nCMD python app.py\n"}
    plan = mend(broken("requirement_misnamed", tree, package=package))
    text = plan.dockerfile if plan else tree["Dockerfile"]
    assert text.removeprefix("FROM python:3.12\nCOPY . .\n").startswith(mended)


def test_every_such_name_of_the_requirements_is_exchanged_at_once():
    own = "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"
    tree = {"app.py": FLASK, "Dockerfile": own, "requirements.txt": "flask\nsklearn==0.0\nos # ours\njson\n"}
    line = mend(broken("requirement_misnamed", tree, package="sklearn")).dockerfile.splitlines()[2]
    assert all(one in line for one in ("s/^sklearn(", "; /^os(", "; /^json(", "' requirements.txt && pip install -r"))


def test_older_setuptools_is_there_before_anything_is_built_with_it():
    lines = mend(APPLIES["build_constraint"]).dockerfile.splitlines()
    place = lines.index("RUN echo 'setuptools<81' > /tmp/assay-build.txt")
    assert lines[place + 1].startswith("ENV PIP_CONSTRAINT=/tmp/assay-build.txt PIP_BUILD_CONSTRAINT=")
    assert lines[place + 2].startswith("RUN pip install")
