"""What each repair leaves of a plan: the very lines of the Dockerfile, the start and the environment."""

import pytest

from sandbox.repairs import mend
from tests.sandbox.test_repairs import APPLIES, FILES, FLASK, broken


def test_package_is_installed_by_root_and_run_by_the_user_before():
    assert mend(APPLIES["missing_package"]).dockerfile.index("RUN pip install pyyaml\nCOPY")


def test_secret_gets_a_placeholder_and_the_example_file_its_word():
    assert set(mend(APPLIES["environment_given"]).env) >= {"WEATHER_API_KEY"}
    files = FILES | {".env.example": "DATABASE_URL=sqlite:///x.db\nDEBUG=1\n"}
    mended = mend(broken("missing_setting", files, name="DATABASE_URL"))
    assert (mended.env["DATABASE_URL"], mended.env["DEBUG"]) == ("sqlite:///x.db", "1")


def test_server_of_the_framework_binds_every_interface():
    assert mend(APPLIES["host_override"]).start[2].startswith("exec python -m flask --app app:app run --host 0.0.0.0")


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        (
            "RUN pip install -U setuptools pip\nRUN pip install -r r",
            "RUN pip install -U setuptools 'pip<24.1'\nRUN pip install -r r",
        ),
        (
            "RUN pip install --upgrade pip && pip install -r r",
            "RUN pip install --upgrade 'pip<24.1' && pip install -r r",
        ),
        ("RUN pip install -r r", "RUN pip install 'pip<24.1'\nRUN pip install -r r"),
        (
            "USER app\nRUN pip install x",
            "USER app\nUSER root\nRUN pip install 'pip<24.1'\nUSER app\nRUN pip install x",
        ),
    ],
    ids=["renewed-before", "renewed-in-the-line", "as-it-comes", "as-another-user"],
)
def test_pip_is_one_that_takes_what_is_pinned(lines, made):
    own = "FROM python:3.9\n{}\nCMD python app.py\n"
    plan = mend(broken("metadata_refused", {"app.py": FLASK, "Dockerfile": own.format(lines)}, package="celery"))
    assert plan.dockerfile == own.format(made)


def test_database_comes_with_the_settings_by_which_the_code_finds_it():
    plan = mend(APPLIES["store_given"])
    (store,) = plan.companions
    assert (store.name, store.role) == ("postgres", "data")
    assert store.env["POSTGRES_PASSWORD"]
    assert {"DB_HOST": "postgres", "DB_NAME": "postgres"}.items() <= plan.env.items()
    assert [need.name for need in plan.after] == ["postgres"]
    assert "JWT_SECRET" not in plan.repairs[-1].why


def test_packages_of_the_system_are_installed_by_their_names_of_today():
    mended = mend(APPLIES["system_package_renamed"])
    assert "  netcat-openbsd default-jre-headless \\\n  netcat-x\n" in mended.dockerfile
    assert "RUN ./netcat &&" in mended.dockerfile


def test_pip_may_install_for_the_system_in_every_stage():
    lines = mend(APPLIES["system_python_opened"]).dockerfile.splitlines()
    assert lines[:2] == ["FROM ubuntu AS app", "ENV PIP_BREAK_SYSTEM_PACKAGES=1"]


def test_tables_come_before_the_start():
    assert mend(APPLIES["migrated"]).start == (
        "sh",
        "-c",
        "python manage.py migrate --noinput && exec python manage.py",
    )


def test_newest_python_that_the_package_allows_is_used():
    mended = mend(APPLIES["nearest_python"])
    assert "FROM python:3.10-slim" in mended.dockerfile
    assert mended.runtime.startswith("Python 3.10")


def test_python_is_one_that_the_resolver_runs_on():
    mended = mend(broken("import_error", source={"committed_at": "2018-07-01T12:00:00+00:00"}))
    assert "FROM python:3.8-slim" in mended.dockerfile
    assert "--exclude-newer 2018-07-02T" in mended.dockerfile


def test_index_and_python_are_those_of_the_commits_day():
    mended = mend(APPLIES["as_of_commit"])
    assert "uv pip install --system --exclude-newer 2020-06-15T00:00:00Z -r requirements.txt" in mended.dockerfile
    assert "FROM python:3.8-slim" in mended.dockerfile


@pytest.mark.parametrize(
    ("line", "renewing"),
    [
        ("RUN npm ci --omit=dev", "RUN npm install --omit=dev"),
        ("RUN CI=1 pnpm install --frozen-lockfile --prod", "RUN CI=1 pnpm install --no-frozen-lockfile --prod"),
        ("RUN yarn --frozen-lockfile && yarn build", "RUN yarn install && yarn build"),
        ("RUN yarn install --production --frozen-lockfile", "RUN yarn install --production"),
        ("RUN yarn install --immutable", "RUN yarn install --no-immutable"),
        ("RUN apt-get update \\\n  && npm ci", "RUN apt-get update \\\n  && npm install"),
    ],
)
def test_install_may_change_the_lock_file(line, renewing):
    own = f"FROM node:20\nCOPY . .\n{line}\nCMD npm ci\n"
    mended = mend(broken("lock_out_of_date", {"Dockerfile": own, "server.js": ""}))
    assert mended.dockerfile == own.replace(line, renewing)


def test_fonts_are_answered_before_the_build_and_after_the_install():
    lines = mend(APPLIES["fonts_replaced"]).dockerfile.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("RUN node -e '"))
    assert "npm install" in "".join(lines[:place])
    assert lines[place + 1] == "ENV NEXT_FONT_GOOGLE_MOCKED_RESPONSES=/tmp/assay-fonts.cjs"
    assert lines[place + 2].endswith("npm run build")
