"""Errors with which a started process ends, most specific first: data only."""

from sandbox.diagnosis.compiled_rules import COMPILED_RUN_RULES
from sandbox.diagnosis.conflict_rules import CONFLICT_RULES
from sandbox.diagnosis.model_rules import MODEL_RULES
from sandbox.diagnosis.node_rules import NODE_RUN_RULES
from sandbox.diagnosis.path_rules import PATH_RULES
from sandbox.diagnosis.rules import rule
from sandbox.diagnosis.standard_rules import STANDARD_RULES

_RAISED = r"^[\w.]{0,80}(?:Error|Exception): "
_SETTING = r"(?P<name>[A-Z][A-Z0-9]{1,30}_[A-Z0-9_]{2,50})"
_ABSENT = r"(?:not set|missing|not found|required|must be|undefined|not defined|not provided|not configured|empty)"

RUN_RULES = (
    *CONFLICT_RULES,
    rule(
        "java_missing",
        (
            r"^JAVA_HOME is not set",
            r"JAVA_GATEWAY_EXITED",
            r"Java gateway process exited before sending its port number",
            r"H2OStartupError: Cannot find [Jj]ava",
            r"JavaNotFoundError",
        ),
        "A package needs Java, which the image does not have",
        "Install it in the Dockerfile: RUN apt-get update && apt-get install -y default-jre-headless; pyspark, h2o and "
        "tabula start a program of Java.",
    ),
    *PATH_RULES,
    *COMPILED_RUN_RULES,
    *NODE_RUN_RULES,
    rule(
        "requirements_missing_package",
        (r"RuntimeError: Form data requires \"?(?P<package>python-multipart)",),
        "The package {package} is used but not installed",
        "Add {package} to the requirements.",
    ),
    *MODEL_RULES,
    rule(
        "python2_source",
        (
            r"SyntaxError: Missing parentheses in call to '(?:print|exec)'",
            r"ModuleNotFoundError: No module named '(?:urllib2|ConfigParser|Queue|StringIO|cPickle|httplib|urlparse)'",
            r"NameError: name '(?:unicode|raw_input|xrange|basestring)' is not defined",
        ),
        "The code is written for Python 2, which nothing supports any more",
        "Run 2to3 -w . once (Python up to 3.12 has it), correct what is left, and try it with Python 3.",
    ),
    rule(
        "desktop_needed",
        (
            r"No module named '_?tkinter'",
            r"libt(?:k|cl)8\.\d\.so: cannot open shared object file",
            r"_tkinter\.TclError: (?:no display|couldn't connect to display)",
            r"KeyError: 'DISPLAY'",
            r"Xlib\.error\.Display(?:Connection|Name)Error",
            r"qt\.qpa\.(?:xcb|plugin): [Cc]ould not (?:connect to display|load the Qt platform plugin)",
        ),
        "The app opens a window or a file dialog, and a server has no screen",
        "Take tkinter, pyautogui or Qt out of what the server imports: pick files in the page, by an upload form.",
    ),
    *STANDARD_RULES,
    rule(
        "requirements_missing_package",
        (r"ModuleNotFoundError: No module named '?(?P<package>[A-Za-z_][\w.]{0,80})",),
        "The module {package} is imported but not installed",
        "Add {distribution} to the requirements, with its version.",
    ),
    rule(
        "import_error",
        (r"ImportError: (?P<problem>cannot import name '?[\w.]{1,80}'? from [^\n]{1,120})",),
        "An import fails: {problem}",
        "Pin the package to the version that you developed with (pip freeze shows it), or correct the import.",
    ),
    rule(
        "package_incompatible",
        (r"AttributeError: module '(?P<module>[\w.]{1,60})' has no attribute '(?P<name>\w{1,60})'",),
        "{module} has no {name}: its version is not the one that the code was written for",
        "Pin {module} (or the package that uses it) to the version that you developed with; pip freeze shows it.",
    ),
    rule(
        "package_incompatible",
        (r"^TypeError: (?P<module>[\w.]{1,60})\.__init__\(\) got an unexpected keyword [a-z]+ '(?P<name>\w{1,60})'",),
        "{module} takes no {name}: its version is not the one that the code was written for",
        "Pin the package that has {module} to the version that you developed with; pip freeze shows it.",
    ),
    rule(
        "system_library_missing",
        (r"(?:ImportError|OSError): (?P<library>lib[\w.+-]{1,60}\.so[\w.]{0,12}): cannot open shared object file",),
        "The shared library {library} is missing in the image",
        "Install the Debian package that brings {library} with apt-get in the Dockerfile, "
        "or use a headless build of the Python package.",
    ),
    rule(
        "import_error",
        (r"Error loading ASGI app\. (?P<problem>[^\n]{1,140})",),
        "The server cannot find the application: {problem}",
        "Give the server the file and object that exist: uvicorn folder.file:object.",
    ),
    rule(
        "import_error",
        (r"Failed to find attribute '(?P<name>[\w.]{1,60})' in '(?P<module>[\w.]{1,80})'",),
        "The server finds no {name} in {module}",
        "Give the server the name of the object that is made in {module}.",
    ),
    rule(
        "numpy_abi_changed",
        (
            r"numpy\.dtype size changed, may indicate binary incompatibility",
            r"A module that was compiled using NumPy 1\.x cannot be run in",
        ),
        "A package was compiled for another NumPy than the one installed",
        'Pin NumPy to the version that you developed with, for example "numpy<2".',
    ),
    rule(
        "syntax_error",
        (r"^[ \t]*(?:SyntaxError|IndentationError|TabError): (?P<problem>[^\n]{1,120})",),
        "A Python file does not parse: {problem}",
        "Correct the line shown above; python -m compileall . finds all of them.",
    ),
    rule(
        "port_in_use",
        (r"\[Errno 98\]", r"[Aa]ddress already in use", r"EADDRINUSE", r"Connection in use: "),
        "Two things in the container want the same port",
        "Start one server only, or give each its own port.",
    ),
    rule(
        "port_not_allowed",
        (
            r"\[Errno 13\][^\n]{0,60}(?:bind|address)",
            r"bind\(\) to 0\.0\.0\.0:\d{1,3} failed \(13",
            r"listen EACCES[^\n]{0,60}:\d{1,3}$",
        ),
        "The process may not listen on a port below 1024",
        "Listen on the port in PORT (8000), which needs no special right.",
    ),
    rule(
        "literal_port_variable",
        (
            r"[Ii]nvalid (?:int )?value[^\n]{0,60}\$\{?PORT",
            r"'\$\{?PORT[^\n]{0,20}is not a valid",
        ),
        "$PORT reaches the server as text, not as a number",
        'Start through a shell: CMD ["sh", "-c", "exec … --port $PORT"].',
    ),
    rule(
        "missing_setting",
        (
            r"KeyError: '(?P<name>[A-Z][A-Z0-9_]{2,60})'",
            r"UndefinedValueError: (?P<name2>\w{2,60}) not found",
            r"ImproperlyConfigured: Set the (?P<name3>\w{2,60}) environment variable",
            r"ImproperlyConfigured: The (?P<name4>SECRET_KEY) setting must not be empty",
            r"validation errors? for \w{0,40}[Ss]ettings[^\n]{0,40}\n(?P<name5>\w{2,60})",
            r"\b(?P<name6>[A-Z][A-Z0-9_]{2,60}) (?:environment variable )?(?:is (?:not set|missing)|must be set)",
            # As programs say it that end themselves: "Missing env: A, B, C".
            r"^[^\n]{0,20}\b[Mm]issing (?:required )?(?:env|environment|config)[\w ]{0,20}[:=][^\n\w]{0,4}"
            + _SETTING.replace("name", "name9"),
            # In the line of the exception only: a log may also warn of settings that the app does without.
            rf"{_RAISED}[^\n]{{0,80}}?\b{_SETTING.replace('name', 'name7')}\b[^\n]{{0,60}}{_ABSENT}",
            rf"{_RAISED}[^\n]{{0,80}}(?:[Mm]issing|[Ss]et|[Pp]rovide|[Rr]equires?)\b[^\n]{{0,60}}?\b"
            + _SETTING.replace("name", "name8"),
        ),
        "The setting {name} is missing",
        "Give {name} a default for local runs, or start without what needs it and say so in the health answer.",
    ),
    rule(
        "missing_file",
        (r"FileNotFoundError: \[Errno 2\] [^\n:]{1,60}: '?(?P<file>[^'\n]{1,160})'?",),
        "The file {file} is not in the image",
        "Commit {file}, check .gitignore and .dockerignore, and open it by a path relative to the source file.",
    ),
    rule(
        "missing_file",
        (
            r"can't open file '(?P<file>[^'\n]{1,160})': \[Errno 2\]",
            r"Error: Invalid value: File does not exist: (?P<file2>[^\n]{1,160})",
        ),
        "The start command names {file}, which is not there",
        "Correct the file's name in the start command, or WORKDIR in the Dockerfile.",
    ),
    rule(
        "not_writable",
        (r"Permission denied: '?(?P<file>/[^'\n]{1,160})'?",),
        "The process may not write {file}",
        "Make the folder belong to the user that runs the process (COPY --chown, or mkdir and chown before USER).",
    ),
    rule(
        "not_writable",
        (r"OperationalError: (?:unable to open database file|attempt to write a readonly database)",),
        "The SQLite file cannot be opened for writing",
        "Put the database in a folder that belongs to the user that runs the process.",
    ),
    rule(
        "dependency_unreachable",
        (
            r"connection (?:to server )?at [^\n]{1,80} failed",
            r"could not connect to server",
            r"could not translate host name",
            r"Can't connect to (?:local )?(?:MySQL|server)",
            r"ServerSelectionTimeoutError",
            r"redis\.exceptions\.ConnectionError",
            r"psycopg2?\.OperationalError",
            r"ECONNREFUSED",
            r"\[Errno (?:111|61)\] (?:Connect call failed|Connection refused)",
        ),
        "The process stops because a database or service that it needs cannot be reached",
        "Start without it and report not ready, retrying in the background; use SQLite by default for local runs.",
    ),
    rule(
        "cloud_credentials_missing",
        (
            r"(?P<name>(?:DefaultCredentials|NoCredentials|NoRegion|PartialCredentials|DefaultAzureCredential)Error)\b",
            r"(?P<name2>CredentialUnavailableError)\b",
            r"Error: (?P<name3>Could not load (?:the default credentials|credentials from any providers))",
        ),
        "The app wants credentials of a cloud provider when it starts: {name}",
        "Make the client when it is first used, and answer 503 without it; name the variables that it needs in a "
        ".env.example.",
    ),
    rule(
        "data_needed",
        (
            r">>> nltk\.download\(['\"](?P<name>[\w-]{1,60})",
            r"\[E050\] Can't find model '(?P<name2>[\w-]{1,60})'",
        ),
        "The data {name} is not in the image, and a running service cannot download it",
        "Fetch {name} while the image is built (RUN python -m nltk.downloader, RUN python -m spacy download), "
        "not when the app starts.",
    ),
    rule(
        "weights_needed",
        (
            r"We couldn't connect to 'https://huggingface\.co'",
            r"^[\w.]{0,80}(?:LocalEntryNotFoundError|OfflineModeIsEnabled)\b",
            r"host='(?:cdn-lfs[\w.-]{0,20}\.)?(?:huggingface\.co|hf\.co|download\.pytorch\.org)'",
        ),
        "The app downloads the weights of a model when it starts, and a running service has no way out",
        "Download them while the image is built, in a RUN line of a Dockerfile, and load them from that folder; "
        "or ask a model by its API.",
    ),
    rule(
        "network_needed",
        (
            r"Temporary failure in name resolution",
            r"Name or service not known",
            r"Network is unreachable",
            r"Max retries exceeded with url",
            r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN)",
        ),
        "The process fetches something from the internet when it starts",
        "Put models and data into the image at build time: a running service has no way out.",
    ),
    rule(
        "migrations_failed",
        (r"django\.db\.(?:utils|migrations)\.[\w.]{1,60}: (?P<problem>[^\n]{1,120})",),
        "Django's database could not be prepared: {problem}",
        "Run manage.py migrate on an empty database in a fresh clone and commit the migrations that it needs.",
    ),
    rule(
        "exec_format",
        (r"exec format error", r"exec [^\n]{1,80}: no such file or directory", r"no such file or directory: unknown"),
        "The start command cannot be executed",
        "Save shell scripts with Unix line ends and a first line such as #!/bin/sh, "
        "and build binaries for Linux on x86-64.",
    ),
    rule(
        "environment_committed",
        (
            r"exec: \"(?P<file>[\w./-]{0,60}env[\w.-]{0,20}/(?:bin|Scripts)/[\w.-]{1,40})\": ",
            r"sh: (?:(?:line )?\d+: )?(?P<file2>[\w./-]{0,60}env[\w.-]{0,20}/(?:bin|Scripts)/[\w.-]{1,40}): ",
        ),
        "The start command runs {file}, out of a virtual environment that the image does not have",
        "Start python itself, which is in the image, and take the environment out of the repository.",
    ),
    rule(
        "command_missing",
        (
            r"(?:sh|bash|env): (?:(?:line )?\d+: )?'?(?P<command>[\w./-]{1,80})'?: (?:command )?not found",
            r"exec: \"(?P<command2>[\w./-]{1,80})\": executable file not found",
            r": No module named (?P<command3>[\w.]{1,60})$",
        ),
        "The start command runs {command}, which is not in the image",
        "Add the package that brings {command} to the requirements, or correct the command.",
    ),
)
