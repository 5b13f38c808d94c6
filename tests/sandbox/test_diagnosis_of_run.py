"""A process that ended, explained: cause, remedy, the line of the team's own file."""

import pytest

from sandbox.diagnosis import diagnose_run, telling_line
from sandbox.plan import Plan
from sandbox.tree import Tree
from tests.sandbox.test_diagnosis import FILES, PLAN


def ran(log, exit_code=1, oom=False, killed="", tree=FILES):
    """The fault of a process that ended with these last words."""
    return diagnose_run(log, exit_code, oom, killed, PLAN, tree_hint=None if tree is None else Tree.of(tree))


TRACE = 'Traceback (most recent call last):\n  File "/app/app.py", line 12, in <module>\n    go()\n'
RUNS = [
    (
        TRACE + "ModuleNotFoundError: No module named 'sklearn'",
        "requirements_missing_package",
        "sklearn",
        "scikit-learn",
    ),
    (TRACE + "ImportError: cannot import name 'Markup' from 'jinja2' (/usr/x.py)", "import_error", "Markup", "Pin"),
    (
        TRACE + "ImportError: libGL.so.1: cannot open shared object file: No such file",
        "system_library_missing",
        "libGL.so.1",
        "",
    ),
    (
        'ERROR:    Error loading ASGI app. Attribute "app" not found in module "main".',
        "import_error",
        "main",
        "uvicorn",
    ),
    ("Failed to find attribute 'app' in 'wsgi'.", "import_error", "wsgi", "object"),
    (
        TRACE + "ValueError: numpy.dtype size changed, may indicate binary incompatibility.",
        "numpy_abi_changed",
        "NumPy",
        "numpy<2",
    ),
    (TRACE + "SyntaxError: invalid syntax", "syntax_error", "invalid syntax", "line"),
    (
        "/app/server.js:2\n>>>>>>> feature/login\n^^\n\nSyntaxError: Unexpected token '>>'",
        "merge_conflict",
        "merge conflict",
        "=======",
    ),
    (TRACE + "OSError: [Errno 98] Address already in use", "port_in_use", "same port", ""),
    ("[emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)", "port_not_allowed", "1024", "PORT"),
    ("Error: Invalid value for '--port': '$PORT' is not a valid integer.", "literal_port_variable", "$PORT", "shell"),
    (TRACE + "KeyError: 'OPENAI_API_KEY'", "missing_setting", "OPENAI_API_KEY", "default"),
    (TRACE + "decouple.UndefinedValueError: SECRET_KEY not found. Declare it.", "missing_setting", "SECRET_KEY", ""),
    (
        "pydantic_core.ValidationError: 1 validation error for Settings\napi_key\n  Field required",
        "missing_setting",
        "api_key",
        "",
    ),
    (
        "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
        "python2_source",
        "Python 2",
        "2to3",
    ),
    (TRACE + "ModuleNotFoundError: No module named 'urllib2'", "python2_source", "Python 2", "2to3"),
    (TRACE + "ValueError: Missing required environment variable: BOT_TOKEN", "missing_setting", "BOT_TOKEN", ""),
    (TRACE + "Exception: Please set your HF_TOKEN in the .env file", "missing_setting", "HF_TOKEN", ""),
    (TRACE + "RuntimeError: `STRIPE_KEY` not found in environment", "missing_setting", "STRIPE_KEY", ""),
    ("Missing env: DISCORD_TOKEN, LINE_SECRET", "missing_setting", "DISCORD_TOKEN", ""),
    ("❌ Missing required environment variables: BOT_TOKEN", "missing_setting", "BOT_TOKEN", ""),
    (TRACE + "ModuleNotFoundError: No module named '_tkinter'", "desktop_needed", "screen", "upload form"),
    (
        TRACE + "ImportError: libtk8.6.so: cannot open shared object file: No such file",
        "desktop_needed",
        "screen",
        "",
    ),
    (
        TRACE + "TypeError: Chatbot.__init__() got an unexpected keyword argument 'type'",
        "package_incompatible",
        "Chatbot takes no type",
        "Pin",
    ),
    (TRACE + "TypeError: paint() got an unexpected keyword argument 'colour'", "exited", "exit code", ""),
    (
        TRACE + "google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.",
        "cloud_credentials_missing",
        "DefaultCredentialsError",
        ".env.example",
    ),
    (
        TRACE
        + "LookupError: \n***\n  Resource punkt_tab not found.\n  Please use the NLTK Downloader to obtain it:\n\n"
        "  >>> import nltk\n  >>> nltk.download('punkt_tab')\n",
        "data_needed",
        "punkt_tab",
        "while the image is built",
    ),
    (TRACE + "OSError: [E050] Can't find model 'en_core_web_sm'.", "data_needed", "en_core_web_sm", "spacy"),
    (
        TRACE + "OSError: We couldn't connect to 'https://huggingface.co' to load the files",
        "weights_needed",
        "weights",
        "RUN line",
    ),
    (
        TRACE + "HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /bert",
        "weights_needed",
        "weights",
        "",
    ),
    (TRACE + "ModuleNotFoundError: No module named 'distutils.util'", "standard_module_gone", "distutils", "3.11"),
    ("JAVA_HOME is not set\n" + TRACE + "PySparkRuntimeError: no gateway", "java_missing", "Java", "default-jre"),
    (TRACE + "ModuleNotFoundError: No module named 'imp'", "standard_module_gone", "imp", "importlib"),
    (
        TRACE + "ImportError: cannot import name 'Mapping' from 'collections' (/usr/local/lib/python3.12/x.py)",
        "standard_module_gone",
        "collections.Mapping",
        "collections.abc.Mapping",
    ),
    (
        TRACE + "AttributeError: module 'inspect' has no attribute 'getargspec'. Did you mean: 'getargs'?",
        "standard_module_gone",
        "inspect.getargspec",
        "Python 3.10",
    ),
    (
        TRACE + "ModuleNotFoundError: No module named 'langchain.chains'",
        "package_incompatible",
        "langchain has no module chains",
        "Pin langchain",
    ),
    (
        TRACE + "ModuleNotFoundError: No module named 'google.generativeai'",
        "requirements_missing_package",
        "google.generativeai",
        "google-generativeai",
    ),
    (
        TRACE + "ModuleNotFoundError: No module named 'shop.prices'",
        "module_not_committed",
        "shop.prices",
        "Commit shop/prices.py",
    ),
    ("WARNING: you should set LOG_LEVEL\n" + TRACE + "ValueError: bad shape (3,)", "exited", "exit code", ""),
    (TRACE + "ValueError: DATABASE_URL environment variable is not set", "missing_setting", "DATABASE_URL", ""),
    (TRACE + "_pickle.UnpicklingError: invalid load key, 'v'.", "lfs_pointer", "Git LFS pointer", "without LFS"),
    (TRACE + "_pickle.UnpicklingError: pickle data was truncated", "model_unreadable", "model", "whole file"),
    (
        TRACE + "AttributeError: Can't get attribute 'Net' on <module '__main__' from '/usr/local/bin/uvicorn'>",
        "model_class_missing",
        "Net",
        "module",
    ),
    (
        TRACE + "ModuleNotFoundError: No module named 'sklearn.ensemble.forest'",
        "model_version_mismatch",
        "model",
        "pip freeze",
    ),
    (TRACE + "ValueError: unsupported pickle protocol: 5", "model_version_mismatch", "version", "train it again"),
    ("sh: 1: venv/bin/python: not found", "environment_committed", "venv/bin/python", "Start python itself"),
    (
        'exec: ".venv/bin/uvicorn": stat .venv/bin/uvicorn: no such file',
        "environment_committed",
        ".venv/bin/uvicorn",
        "python",
    ),
    (
        TRACE + "FileNotFoundError: [Errno 2] No such file or directory: 'models/best.pkl'",
        "model_missing",
        "models/best.pkl",
        ".gitignore",
    ),
    (
        TRACE + "FileNotFoundError: [Errno 2] No such file or directory: 'data/cities.csv'",
        "missing_file",
        "data/cities.csv",
        "Commit",
    ),
    (
        "python: can't open file '/app/main.py': [Errno 2] No such file or directory",
        "missing_file",
        "/app/main.py",
        "WORKDIR",
    ),
    (TRACE + "PermissionError: [Errno 13] Permission denied: '/app/uploads'", "not_writable", "/app/uploads", "chown"),
    (TRACE + "sqlite3.OperationalError: unable to open database file", "not_writable", "SQLite", ""),
    (
        TRACE + 'psycopg2.OperationalError: could not translate host name "db" to address',
        "dependency_unreachable",
        "database",
        "",
    ),
    (
        TRACE + "OSError: Multiple exceptions: [Errno 111] Connect call failed ('127.0.0.1', 5432)",
        "dependency_unreachable",
        "database",
        "",
    ),
    (
        TRACE + "OSError: We couldn't connect: Max retries exceeded with url: /x",
        "network_needed",
        "internet",
        "build time",
    ),
    ("django.db.utils.OperationalError: no such table: shop", "migrations_failed", "no such table", "migrate"),
    ("standard_init_linux.go:228: exec user process caused: exec format error", "exec_format", "executed", "line ends"),
    ("sh: 1: gunicorn: not found", "command_missing", "gunicorn", "gunicorn"),
    ("/usr/local/bin/python: No module named uvicorn", "command_missing", "uvicorn", "uvicorn"),
]


@pytest.mark.parametrize(("log", "id", "says", "advises"), RUNS, ids=[f"{row[1]}-{n}" for n, row in enumerate(RUNS)])
def test_run_log_names_cause_and_remedy(log, id, says, advises):
    fault = ran(log)
    assert fault.id == id
    assert says in fault.title
    assert advises in fault.fix
    assert fault.where == ("app.py:12" if TRACE in log else None)
    assert log.splitlines()[-1].strip() in fault.detail


def test_module_of_the_repository_itself_is_a_path_question():
    fault = ran(TRACE + "ModuleNotFoundError: No module named 'shop'")
    assert fault.id == "import_error"
    assert "shop" in fault.title


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended by itself"),
        (127, "not found"),
        (137, "killed"),
        (139, "native code"),
        (3, "exit code 3"),
        (None, "exit code"),
    ],
)
def test_silent_end_is_told_by_its_code(code, words):
    fault = ran("starting\n", exit_code=code)
    assert fault.id == "exited"
    assert words in fault.title
    assert fault.fix


def test_memory_and_our_own_kills_come_before_the_log():
    log = TRACE + "ModuleNotFoundError: No module named 'x'"
    assert ran(log, 137, oom=True).id == "out_of_memory"
    assert ran(log, 137, killed="disk").id == "killed_for_disk"
    assert ran(log, 137, killed="log").id == "killed_for_log"


def test_team_file_is_named_without_the_tree_too():
    log = TRACE + "KeyError: 'A_KEY'"
    assert ran(log, tree=None).where == "app.py:12"
    elsewhere = Plan("dockerfile", 1, "FROM x\nWORKDIR /usr/src/app\n", context="api")
    assert (
        diagnose_run(log.replace("/app/", "/usr/src/app/shop/"), 1, False, "", elsewhere).where == "api/shop/app.py:12"
    )
    assert diagnose_run(log, 1, False, "", elsewhere).where is None


def test_innermost_own_line_is_named_not_the_librarys():
    log = (
        'Traceback (most recent call last):\n  File "/app/app.py", line 1, in <module>\n'
        '  File "/app/shop/models.py", line 9, in f\n'
        '  File "/usr/local/lib/python3.12/site-packages/pandas/x.py", line 5, in g\n'
        "FileNotFoundError: [Errno 2] No such file or directory: 'a.csv'"
    )
    assert ran(log).where == "shop/models.py:9"


def test_terminal_escapes_and_braces_of_the_team_stay_text():
    fault = ran(
        "\x1b[31mModuleNotFoundError: No module named 'a'\x1b[0m\nKeyError: 'X'\n"
        + TRACE
        + "FileNotFoundError: [Errno 2] No such file: '{0.__class__}'"
    )
    assert "\x1b" not in fault.detail
    assert (
        ran("FileNotFoundError: [Errno 2] No such file or directory: '{x}{0}'").title
        == "The file {x}{0} is not in the image"
    )


def test_huge_hostile_log_is_read_in_bounded_time():
    log = ("connection at " + "a" * 300 + "\n") * 20_000 + "ERROR: " * 50_000
    assert ran(log).id == "exited"


def test_conflict_left_by_git_is_found_in_the_file_that_python_read():
    fault = ran('  File "/app/app.py", line 3\n    <<<<<<< HEAD\n    ^^\nSyntaxError: invalid syntax')
    assert (fault.id, fault.where) == ("merge_conflict", "app.py:3")


def test_constructor_of_the_teams_own_is_no_package_that_has_moved_on():
    log = TRACE + "TypeError: Shelf.__init__() got an unexpected keyword argument 'height'"
    assert ran(log).id == "package_incompatible"
    assert ran(log, tree=FILES | {"shelf.py": "class Shelf:\n    pass\n"}).id == "exited"


@pytest.mark.parametrize(
    ("said", "id", "file"),
    [
        (r"FileNotFoundError: [Errno 2] No such file or directory: 'models\\model.pkl'", "windows_path", "model.pkl"),
        (r"FileNotFoundError: [Errno 2] No such file or directory: '..\\model.pkl'", "windows_path", "model.pkl"),
        (r"FileNotFoundError: [Errno 2] No such file or directory: 'C:\\Users\\Ann\\data.csv'", "foreign_path", "Ann"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/content/drive/data.csv'", "foreign_path", "drive"),
        ("OSError: [Errno 2] No such file or directory: '/home/ann/x/model.h5'", "foreign_path", "/home/ann"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/home/app/model.pkl'", "model_missing", "model.pkl"),
        ("Error: ENOENT: no such file or directory, open 'D:/shop/config.json'", "foreign_path", "D:/shop"),
    ],
    ids=["below", "above", "drive-letter", "colab", "home", "ours", "node"],
)
def test_path_of_one_computer_is_told_from_a_file_that_is_not_committed(said, id, file):
    fault = ran(f"{TRACE}{said}")
    assert (fault.id, file in fault.title) == (id, True)


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (TRACE + "KeyError: 'A_KEY'\ncleaning up: failed", "KeyError: 'A_KEY'"),
        ("started\n  ERROR in loop 7\nGET / 200\n", "ERROR in loop 7"),
        ("started\nGET / 200\n", ""),
    ],
    ids=["known", "unknown", "none"],
)
def test_one_line_tells_what_went_wrong(log, line):
    assert telling_line(log) == line


def test_folder_named_like_a_package_that_is_installed_is_not_taken_for_it():
    files = FILES | {"langchain/notes.py": "", "requirements.txt": "langchain>=0.1\n"}
    log = TRACE + "ModuleNotFoundError: No module named 'langchain.chains'"
    assert ran(log, tree=files).id == "package_incompatible"
    assert ran(log, tree=files | {"requirements.txt": ""}).id == "module_not_committed"
    assert ran(log, tree=None).id == "requirements_missing_package"
