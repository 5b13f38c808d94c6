"""Errors of image builds, most specific first: data only."""

from sandbox.diagnosis.compiled_rules import COMPILED_BUILD_RULES
from sandbox.diagnosis.conflict_rules import CONFLICT_RULES
from sandbox.diagnosis.node_rules import NODE_BUILD_RULES
from sandbox.diagnosis.pip_rules import PIP_RULES
from sandbox.diagnosis.rules import rule
from sandbox.diagnosis.standard_rules import STANDARD_RULES
from sandbox.pysource.standard import STANDARD_MODULES

_INSTALL = r"\b(?:pip3?|apt(?:-get)?|apk|npm|yarn|pnpm|uv|poetry|pipenv|conda|mamba|curl|wget)\b"
_PACKAGE = r"(?P<package>[A-Za-z0-9][\w.\[\]-]{0,80})"
_PYTHONS_OWN = "|".join(sorted(STANDARD_MODULES))
_PACKAGE2 = _PACKAGE.replace("package", "package2")

# What the engine itself says. Messages that quote the team's own words come first, so that a file called
# "no space left on device" is still a file.
ENGINE_RULES = (
    *CONFLICT_RULES,
    rule(
        "engine_failed",
        (r"\Afailed to get destination image \"sha256:", r"\ANo such image: sha256:"),
        "A layer of the build was removed while the image was built",
        "Nothing is wrong with the repository: try again, and clean up when nothing is building.",
        owner="host",
    ),
    rule(
        "needs_buildkit",
        (
            r"requires BuildKit",
            r"[Uu]nknown flag: (?:mount|link|parents|exclude)",
            r"unknown instruction: (?:EOF|<<)",
        ),
        "The Dockerfile uses a feature that only BuildKit has",
        "Remove RUN --mount, COPY --chmod, COPY --link and <<EOF blocks; plain RUN and COPY lines do the same.",
        place="dockerfile",
    ),
    rule(
        "dockerfile_invalid",
        (r"dockerfile parse error(?: on)? line (?P<line>\d{1,6}): (?P<problem>[^\n]{1,160})",),
        "The Dockerfile does not parse: {problem}",
        "Correct line {line} of the Dockerfile; every line starts with an instruction such as RUN or COPY.",
        place="dockerfile",
    ),
    rule(
        "dockerfile_invalid",
        (
            r"[Dd]ockerfile parse error",
            r"unknown instruction: \S{1,60}",
            r"[Nn]o build stage in current context",
            r"file with no instructions",
            r"Dockerfile \([^\n)]{1,80}\) cannot be empty",
        ),
        "The Dockerfile does not parse",
        "Begin with FROM, and start every line with an instruction such as RUN, COPY or CMD.",
        place="dockerfile",
    ),
    rule(
        "copy_source_missing",
        (
            r"(?:COPY|ADD) failed: [^\n]{0,80}stat (?P<file>[^:\n]{1,200})",
            r"(?:COPY|ADD) failed: no source files were specified",
            r"(?:COPY|ADD) failed: forbidden path",
        ),
        "The Dockerfile copies a file that is not in the repository",
        "Commit the file, take it out of .dockerignore, or correct the path in COPY: it counts from the build context.",
        place="dockerfile",
    ),
    rule(
        "disk_full",
        (r"no space left on device",),
        "This machine's disk is full",
        "Nothing is wrong with the repository: free disk space on the build machine and try again.",
        owner="host",
    ),
    rule(
        "image_unavailable",
        (
            r"no such host",
            r"i/o timeout",
            r"TLS handshake timeout",
            r"connection refused",
            r"network is unreachable",
            r"toomanyrequests",
        ),
        "A base image could not be fetched",
        "Nothing is wrong with the repository: give the build machine a registry that answers and try again.",
        owner="host",
    ),
    rule(
        "base_image_missing",
        (
            r"pull access denied for (?P<image>[\w./:-]{1,200})",
            r"manifest for (?P<image2>[\w./:@-]{1,200}) not found",
            r"(?P<image3>[\w./:-]{1,200}): (?:not found|manifest unknown)",
        ),
        "The base image {image} does not exist or is private",
        "Use an existing public tag in FROM, for example python:3.12-slim.",
        place="dockerfile",
    ),
)

# What the programs of a RUN line print.
STEP_RULES = (
    *CONFLICT_RULES,
    *COMPILED_BUILD_RULES,
    *NODE_BUILD_RULES,
    *PIP_RULES,
    rule(
        "disk_full",
        (r"\[Errno 28\] No space left on device", r"No space left on device$"),
        "This machine's disk is full",
        "Nothing is wrong with the repository: free disk space on the build machine and try again.",
        owner="host",
        within=_INSTALL,
    ),
    rule(
        "private_dependency",
        (
            r"could not read Username",
            r"Authentication failed for",
            r"Permission denied \(publickey\)",
            r"Host key verification failed",
            r"remote: Repository not found",
            r"fatal: repository '[^'\n]{1,200}' not found",
        ),
        "A package comes from a repository that cannot be read",
        "Make that repository public, or publish the package and install it by name.",
        place="dockerfile",
    ),
    rule(
        "python_too_old_or_new",
        (rf"{_PACKAGE}'? requires a different Python: (?P<have>[\d.]{{1,12}}) not in '(?P<want>[^'\n]{{1,60}})'",),
        "{package} does not run on Python {have}",
        "Choose a Python that satisfies {want} (FROM python:…, .python-version or requires-python), "
        "or a {package} for Python {have}.",
        place="requirement",
    ),
    # Before dependency_not_found: pip without a network ends with those words too.
    rule(
        "network_unreachable",
        (
            r"^# The way out of the build: [^\n]{1,300} unreachable, an index that this site names$",
            r"CERTIFICATE_VERIFY_FAILED",
            r"Read timed out\.",
            r"connect ETIMEDOUT",
        ),
        "The package index could not be reached from the build",
        "Nothing may be wrong with the repository: give builds a way to the package index and try again.",
        owner="host",
        within=_INSTALL,
    ),
    rule(
        "build_host_unreachable",
        (
            r"(?:Tunnel connection|CONNECT tunnel) failed[:,] (?:response )?502",
            r"Received HTTP code 502 from proxy after CONNECT",
            r"tunneling socket could not be established, statusCode=502",
            r"^Assay: (?:the name (?P<host>[^\n]{1,120}) is not known|(?P<host2>[^\n]{1,120}) does not answer)\.$",
        ),
        "The build asked for a host that does not answer",
        "Correct the address in the Dockerfile or the requirements; the log names it.",
        place="dockerfile",
    ),
    rule(
        "build_host_unreachable",
        (r"^# The way out of the build: (?P<host>[^\n]{1,300}) unreachable$",),
        "The build asked for a host that does not answer: {host}",
        "Correct the address if it is wrong; where it is right, a build here may not reach it: take what is fetched "
        "from a package index, or commit it.",
        within=_INSTALL,
        place="dockerfile",
    ),
    rule(
        "build_host_refused",
        (
            r"(?:Tunnel connection|CONNECT tunnel) failed[:,] (?:response )?403",
            r"Received HTTP code 403 from proxy after CONNECT",
            r"Proxy tunneling failed: Forbidden",
            r"tunneling socket could not be established, statusCode=403",
            r"^Assay: [^\n]{1,120}(?:which a build may not reach|\(see ASSAY_BUILD_HOSTS\))\.$",
        ),
        "The build asked for a host that builds may not reach",
        "Use what the package indexes offer, or commit the file. The log names the host; whoever runs the site can "
        "allow it.",
        place="dockerfile",
    ),
    rule(
        "build_ignores_proxy",
        (
            r"Temporary failure (?:in name resolution|resolving)",
            r"Failed to establish a new connection",
            r"Could not resolve host",
            r"getaddrinfo (?:EAI_AGAIN|ENOTFOUND)",
            r"Network is unreachable",
            r"dns error",
        ),
        "A build step asked the network directly, and builds reach it through a proxy alone",
        "Let the step use HTTP_PROXY and HTTPS_PROXY, which are set, and https addresses instead of git or ssh.",
        within=_INSTALL,
        place="dockerfile",
    ),
    rule(
        "requirement_misnamed",
        (r"The '(?P<package>sklearn)' PyPI package is deprecated, use '(?P<meant>scikit-learn)'",),
        "pip does not know {package}: the package is called {meant}",
        "Write {meant} instead of {package} in the requirements; the import stays import {package}.",
        place="requirement",
    ),
    rule(
        "requirement_misnamed",
        (rf"No matching distribution found for (?P<package>{_PYTHONS_OWN})(?:[=<>!~][^\s(]{{1,60}})?$",),
        "{package} is part of Python and cannot be installed",
        "Delete {package} from the requirements: the import works without it.",
        place="requirement",
    ),
    rule(
        "dependency_not_found",
        (rf"ERROR: No matching distribution found for {_PACKAGE}(?P<version>(?:[=<>!~]=?[^\s(]{{1,60}})?)",),
        "No version of {package} fits what is asked for: {package}{version}",
        "Correct the name or the version in the requirements: pip lists the versions that exist in the lines above. "
        "An old pin may need an older Python.",
        place="requirement",
    ),
    rule(
        "dependency_conflict",
        (rf"^ {{4}}{_PACKAGE} (?P<version>\d[\w.]{{0,30}}) depends on (?P<wanted>[^\n]{{1,80}})$",),
        "The required package versions contradict each other: {package} {version} needs {wanted}",
        "Choose a {package} that fits what else is pinned, or loosen that pin; install everything in an empty "
        "environment and commit what works.",
        place="requirement",
    ),
    rule(
        "dependency_conflict",
        (
            r"ResolutionImpossible",
            r"because these package versions have conflicting dependencies",
            r"No solution found when resolving dependencies",
            r"version solving failed",
        ),
        "The required package versions contradict each other",
        "Loosen one of the pins named above, install them in an empty environment, and commit what works.",
        place="dockerfile",
    ),
    rule(
        "requirements_invalid",
        (r"ERROR: Invalid requirement: (?P<problem>[^\n]{1,120})",),
        "A line of the requirements is not one: {problem}",
        "Write one package a line, such as flask==3.1.0; conda lists (name=1.0=py312) do not work with pip.",
        place="dockerfile",
    ),
    rule(
        "requirements_file_missing",
        (r"Could not open requirements file: [^\n]{0,60}'(?P<file>[^'\n]{1,120})'",),
        "pip was given {file}, which is not in the image",
        "Commit {file} and COPY it before the line that installs it.",
        place="dockerfile",
    ),
    rule(
        "compiler_missing",
        (
            r"error: command '[^'\n]{0,60}?(?:gcc|g\+\+|cc|c\+\+|cmake|rustc|cargo)' failed: No such file",
            r"unable to execute '(?:gcc|g\+\+|cc)'",
            r"can't find Rust compiler",
            r"[Cc]ould not find [\"']?(?:cmake|gcc|cargo)",
            r"Unknown compiler\(s\)",
            r"pg_config executable not found",
            r"(?:mysql_config|pkg-config): (?:command )?not found",
        ),
        "A package has to be compiled, and the compiler or library for it is not there",
        "Choose a version with a ready-made wheel for this Python (psycopg2-binary instead of psycopg2), "
        "or install gcc and the headers with apt-get before pip.",
        place="dockerfile",
    ),
    rule(
        "wheel_build_failed",
        (
            rf"Failed building wheel for {_PACKAGE}",
            rf"(?:Failed to build|Could not build wheels for) '?{_PACKAGE2}",
        ),
        "{package} could not be built from source",
        "Use a version of {package} that has a wheel for this Python; newer releases usually have one. Where none has, "
        "install a compiler first, in a Dockerfile: RUN apt-get update && apt-get install -y build-essential cmake.",
        place="requirement",
    ),
    rule(
        "wheel_build_failed",
        (
            r"error: (?:metadata-generation-failed|subprocess-exited-with-error)",
            r"Getting requirements to build wheel did not run",
        ),
        "A package could not be built from source",
        "Use a version that has a wheel for this Python: the package named above is too old for it.",
        place="dockerfile",
    ),
    *STANDARD_RULES,
    rule(
        "native_module_failed",
        (r"gyp ERR!",),
        "A Node module has to be compiled, and that failed",
        "Use a release with a prebuilt binary for this Node version, or a full node image instead of slim.",
        place="dockerfile",
    ),
    rule(
        "lock_out_of_date",
        (
            r"`npm ci` can only install packages when",
            r"ERR_PNPM_OUTDATED_LOCKFILE",
            r"pyproject\.toml changed significantly since poetry\.lock",
            r"The lockfile at `uv\.lock` needs to be updated",
        ),
        "The lock file does not belong to the manifest beside it",
        "Run the package manager's install once, and commit the lock file that it writes.",
        place="dockerfile",
    ),
    rule(
        "npm_failed",
        (r"npm (?:ERR!|error) code (?P<code>[A-Z0-9_]{2,30})",),
        "npm stopped with {code}",
        "Run npm ci in a fresh clone with the same Node version and correct what it says.",
        place="dockerfile",
    ),
    rule(
        "apt_package_missing",
        (
            r"E: Unable to locate package (?P<package>[\w.+-]{1,80})",
            r"E: Package '(?P<package2>[\w.+-]{1,80})' has no installation candidate",
        ),
        "The Debian package {package} does not exist in this release",
        "Correct its name, run apt-get update in the same RUN line, or pin the base image to the release that has it.",
        place="dockerfile",
    ),
    rule(
        "syntax_error",
        (r"^[ \t]*SyntaxError: (?P<problem>[^\n]{1,120})",),
        "A Python file does not parse: {problem}",
        "Correct the line shown above.",
    ),
    rule(
        "build_missing_package",
        (r"ModuleNotFoundError: No module named '(?P<package>[\w.]{1,80})'",),
        "The build imports {package}, which is not installed",
        "Add the package that brings {package} to the requirements.",
        place="dockerfile",
    ),
    rule(
        "build_command_missing",
        (
            r"/bin/(?:ba)?sh: (?:line )?\d+: (?P<command>[\w./-]{1,80}): (?:command )?not found",
            r"exec: \"(?P<command2>[\w./-]{1,80})\": (?:executable file not found|stat )",
        ),
        "The build runs {command}, which the image does not have",
        "Install it in an earlier RUN line, or use a base image that has it.",
        place="dockerfile",
    ),
    rule(
        "tests_failed_in_build",
        (r"^=+ [^\n]{0,60}\b\d+ failed\b",),
        "The image's build runs the tests, and some fail",
        "Make the tests pass, or run them in CI instead of in the Dockerfile.",
        place="dockerfile",
    ),
)
