"""Errors of Go, Java and Rust, when they are built and when they start, most specific first: data only."""

from sandbox.diagnosis.rules import beyond_the_door, rule

_TOOLS = r"\b(?:go|cargo|mvnw?|gradlew?|javac|make|sh|bash)\b"
# Where these tools fetch from when nobody tells them otherwise.
_REGISTRY = (
    r"(?:proxy\.golang\.org|sum\.golang\.org|repo\.maven\.apache\.org|repo1\.maven\.org|plugins\.gradle\.org"
    r"|plugins-artifacts\.gradle\.org|services\.gradle\.org|index\.crates\.io|static\.crates\.io|crates\.io)"
)
_PLACE = r"(?P<file{n}>[\w./@-]{{1,200}}\.{suffix})"

COMPILED_BUILD_RULES = (
    rule(
        "registry_unreachable",
        (
            beyond_the_door(_REGISTRY),
            # Java reads no proxy variables: in a Dockerfile of a team's own it asks the network, which is not there.
            rf"Unknown host (?P<host2>{_REGISTRY})",
            rf"UnknownHostException: (?P<host3>{_REGISTRY})",
            rf"Could not (?:GET|HEAD) 'https://(?P<host4>{_REGISTRY})/",
            rf"dial tcp: lookup (?P<host5>{_REGISTRY})",
            rf"Could not resolve host: (?P<host6>{_REGISTRY})",
        ),
        "The package registry {host} cannot be reached from builds on this site",
        "Nothing is wrong with the repository: whoever runs the site gives builds a way to {host} (ASSAY_BUILD_HOSTS). "
        "Until then, commit the packages: go mod vendor, or cargo vendor.",
        owner="host",
        within=_TOOLS,
    ),
    rule(
        "build_out_of_memory",
        (r"java\.lang\.OutOfMemoryError", r"\(signal: 9, SIGKILL: kill\)", r"^\S{0,80}: signal: killed$"),
        "The compiler needed more memory than a build may use",
        "Compile with fewer jobs at once (cargo build -j 1, go build -p 1), or give Java less with -Xmx.",
        place="dockerfile",
    ),
    rule(
        "toolchain_too_old",
        (
            r"go\.mod requires go >= (?P<want>[\d.]{1,12}) \(running go (?P<have>[\d.]{1,12})",
            r"requires go >= (?P<want2>[\d.]{1,12}) \(running go (?P<have2>[\d.]{1,12})",
            (
                r"requires rustc (?P<want3>[\d.]{1,12})(?: or newer, while the currently active rustc version is "
                r"(?P<have3>[\d.]{1,12}))?"
            ),
            r"error: release version (?P<want4>\d{1,2}) not supported",
            r"(?:invalid (?:target|source) release|Unsupported class file major version):? (?P<want5>[\d.]{1,6})",
            r"this version of Cargo is older than the `(?P<want6>\d{4})` edition",
            r"feature `edition(?P<want7>\d{4})` is required",
        ),
        "The code asks for a newer compiler ({want}) than the image has {have}",
        "Name an image with at least that version in FROM, or ask for less in go.mod, Cargo.toml or the build file.",
        place="dockerfile",
    ),
    rule(
        "go_sum_incomplete",
        (
            (
                rf"^{_PLACE.format(n='', suffix='go')}:(?P<line>\d{{1,7}}):\d+: missing go\.sum entry for "
                r"module providing package (?P<package>[^\s;]{1,160})"
            ),
            r"missing go\.sum entry for (?:go\.mod file|module providing package (?P<package2>[^\s;]{1,160}))",
            r"missing go\.sum entry",
        ),
        "go.sum lacks an entry that the build needs: {package}",
        "Run go mod tidy, and commit go.mod and go.sum.",
        place="source",
    ),
    rule(
        "vendor_incomplete",
        (
            (
                rf"^{_PLACE.format(n='', suffix='go')}:(?P<line>\d{{1,7}}):\d+: cannot find module providing package "
                r"(?P<package>[^\s;:]{1,160}): import lookup disabled by -mod=vendor"
            ),
        ),
        "vendor/ does not hold {package}, which the code imports",
        "Run go mod vendor and commit the whole folder, with the capital letters that its names have; or remove it.",
        place="source",
    ),
    rule(
        "go_module_missing",
        (
            (
                rf"^{_PLACE.format(n='', suffix='go')}:(?P<line>\d{{1,7}}):\d+: no required module provides package "
                r"(?P<package>[^\s;:]{1,160})"
            ),
            (
                rf"^{_PLACE.format(n='2', suffix='go')}:(?P<line2>\d{{1,7}}):\d+: cannot find module providing package "
                r"(?P<package2>[^\s;:]{1,160})"
            ),
        ),
        "The code imports {package}, which go.mod does not require",
        "Run go mod tidy (and go mod vendor, where vendor/ is committed), and commit what they write.",
        place="source",
    ),
    rule(
        "go_package_missing",
        (
            (
                rf"^{_PLACE.format(n='', suffix='go')}:(?P<line>\d{{1,7}}):\d+: package (?P<package>[^\s]{{1,160}}) "
                r"is not in (?:std|GOROOT)"
            ),
            (
                rf"^{_PLACE.format(n='2', suffix='go')}:(?P<line2>\d{{1,7}}):\d+: module (?P<package2>[^\s]{{1,160}})"
                r"@[^\n]{1,80} found[^\n]{0,80} but does not contain package"
            ),
        ),
        "The code imports {package}, and there is no such package",
        "Begin imports of your own packages with the module path that go.mod names, and commit their folders.",
        place="source",
    ),
    rule(
        "lock_out_of_date",
        (
            r"go: updates to go\.mod needed",
            r"go: inconsistent vendoring",
            r"the lock file [^\n]{1,160} needs to be updated but --locked was passed",
            r"cannot update the lock file [^\n]{1,160} because --locked was passed",
        ),
        "The lock file does not belong to the manifest beside it",
        "Run go mod tidy and go mod vendor, or cargo update, and commit what they write.",
        place="dockerfile",
    ),
    rule(
        "checksum_mismatch",
        (
            r"verifying (?P<package>[^\s:]{1,160}): checksum mismatch",
            r"checksum for `(?P<package2>[^`\n]{1,80})` changed between lock files",
        ),
        "The package {package} is not the one whose checksum was committed",
        "Run go clean -modcache and go mod tidy, or cargo update, look at what changed, and commit the lock file.",
        place="dockerfile",
    ),
    rule(
        "manifest_invalid",
        (
            r"errors parsing (?P<file>go\.mod):\n[^\n:]{1,80}:(?P<line>\d{1,6}): (?P<problem>[^\n]{1,120})",
            r"failed to parse manifest at `[^`\n]{0,120}?(?P<file2>Cargo\.toml)`",
            r"(?:Non-parseable POM|The build could not read \d+ projects?)",
            r"\[ERROR\]\s+(?P<problem3>'[\w.-]{1,80}'[^\n]{1,80}is missing)\. @",
        ),
        "The project's manifest cannot be read: {file} {problem}",
        "Correct the manifest (go.mod, pom.xml or Cargo.toml) until the tool reads it in a fresh clone.",
        place="source",
    ),
    rule(
        "dependency_not_found",
        (
            r"Could not find artifact (?P<package>[\w.:-]{3,160})",
            r"> Could not find (?P<package2>[\w.-]{1,80}:[\w.-]{1,80}:[\w.-]{0,40})\.",
            r"no matching package named `(?P<package3>[\w-]{1,80})` found",
            r"failed to select a version for(?: the requirement)? `(?P<package4>[\w-]{1,80})",
            (
                r"go: (?P<package5>[\w./-]{1,160})@[^\s:]{1,80}: (?:reading|invalid version|unrecognized)[^\n]{0,160}"
                r"(?:404|410|unknown revision|Not Found)"
            ),
        ),
        "The package {package} does not exist in that version",
        "Correct its name and version; a package of your own has to be published or committed.",
        place="dockerfile",
    ),
    rule(
        "compiler_missing",
        (
            r"linker `(?P<command>cc|gcc|clang)` not found",
            r"cgo: C compiler \"(?P<command2>gcc|cc|clang)\" not found",
            r"failed to find tool \"(?P<command3>[\w+-]{1,40})\"",
            r"No compiler is provided in this environment\. Perhaps you are running on a JRE",
        ),
        "A compiler or linker that the build needs is not there: {command}",
        "Use the image that has it (golang or rust without slim or alpine, a jdk instead of a jre), or install it "
        "in an earlier RUN line.",
        place="dockerfile",
    ),
    rule(
        "system_library_missing",
        (
            r"(?:/usr/bin/ld|ld): cannot find -l(?P<library>[\w+.-]{1,60})",
            r"The system library `(?P<library2>[\w+.-]{1,60})` required by crate",
            r"Could not find directory of (?P<library3>OpenSSL) installation",
            r"fatal error: (?P<library4>[\w/+.-]{1,80}\.h): No such file or directory",
        ),
        "The build needs the C library {library}, which is not in the image",
        "Install its -dev package with apt-get in an earlier RUN line, or choose a pure or bundled variant.",
        place="dockerfile",
    ),
    rule(
        "java_package_missing",
        (
            (
                rf"^{_PLACE.format(n='', suffix='java')}:(?P<line>\d{{1,7}}): error: package "
                r"(?P<package>[\w.]{1,120}) does not exist"
            ),
            (
                rf"^\[ERROR\] {_PLACE.format(n='2', suffix='java')}:\[(?P<line2>\d{{1,7}}),\d+\] (?:error: )?package "
                r"(?P<package2>[\w.]{1,120}) does not exist"
            ),
        ),
        "The code imports {package}, which is neither in the repository nor a dependency",
        "Add the dependency to pom.xml or build.gradle, or commit the missing source folder.",
        place="source",
    ),
    rule(
        "rust_crate_missing",
        (
            (
                r"error\[E0(?:432|433)\]: (?:unresolved import|failed to resolve)[^\n]{0,120}\n"
                rf"\s{{0,8}}--> {_PLACE.format(n='', suffix='rs')}:(?P<line>\d{{1,7}}):\d+\n"
                r"[^\n]{0,200}\n[^\n]{0,300}\n[^\n]{0,200}unlinked crate `(?P<package>[\w-]{1,60})`"
            ),
        ),
        "The code uses the crate {package}, which Cargo.toml does not name",
        "Run cargo add {package}, and commit Cargo.toml and Cargo.lock.",
        place="source",
    ),
    rule(
        "compile_error",
        (
            rf"^{_PLACE.format(n='', suffix='go')}:(?P<line>\d{{1,7}}):\d+: (?P<problem>[^\n]{{1,140}})",
            rf"^{_PLACE.format(n='2', suffix='java')}:(?P<line2>\d{{1,7}}): error: (?P<problem2>[^\n]{{1,140}})",
            (
                rf"^\[ERROR\] {_PLACE.format(n='3', suffix='(?:java|kt)')}:\[(?P<line3>\d{{1,7}}),\d+\] "
                r"(?P<problem3>[^\n]{1,140})"
            ),
            (
                rf"^e: (?:file://)?{_PLACE.format(n='4', suffix='kts?')}:(?P<line4>\d{{1,7}}):\d+ "
                rf"(?P<problem4>[^\n]{{1,140}})"
            ),
            (
                r"^error(?:\[E\d{4}\])?: (?P<problem5>[^\n]{1,140})\n"
                rf"\s{{0,8}}--> {_PLACE.format(n='5', suffix='rs')}:(?P<line5>\d{{1,7}})"
            ),
        ),
        "The code does not compile: {problem}",
        "Correct line {line} of {file}; build it in a fresh clone with the versions that the repository names.",
        place="source",
    ),
    rule(
        "tests_failed_in_build",
        (r"There are test failures\.", r"> There were failing tests", r"^test result: FAILED", r"^FAIL\t\S"),
        "The image's build runs the tests, and some fail",
        "Make the tests pass, or run them in CI instead of in the Dockerfile (-DskipTests).",
        place="dockerfile",
    ),
    rule(
        "build_wrapper_missing",
        (
            r"Could not find or load main class org\.gradle\.wrapper\.GradleWrapperMain",
            r"Unable to access jarfile [^\n]{0,120}(?:gradle|maven)-wrapper\.jar",
            r"\./(?:mvnw|gradlew): (?:Permission denied|not found|cannot execute)",
            r"env: [^\w\n]{0,3}(?:sh|bash)\\r",
        ),
        "The build's wrapper script (mvnw or gradlew) cannot run",
        "Commit it with its jar file, Unix line ends and git update-index --chmod=+x, or call mvn or gradle instead.",
        place="dockerfile",
    ),
)

COMPILED_RUN_RULES = (
    rule(
        "class_version",
        (
            (
                r"UnsupportedClassVersionError: (?P<name>[\w/.$]{1,120}) has been compiled by a more recent "
                r"version of the Java Runtime[^\n]{0,160}"
                r"up to (?P<have>[\d.]{1,6})"
            ),
        ),
        "The Java that runs the program is older than the one that compiled it",
        "Use the same major version in both FROM lines of the Dockerfile.",
    ),
    rule(
        "start_class_missing",
        (
            r"no main manifest attribute, in (?P<name>[\w./-]{1,120})",
            r"Error: Could not find or load main class (?P<name2>[\w.$/]{1,120})",
            r"Error: Unable to access jarfile (?P<name3>[\w./*-]{1,120})",
        ),
        "Java finds no program to start: {name}",
        "Let the build make a jar that starts (spring-boot-maven-plugin, or a Main-Class in its manifest), and name "
        "that jar in the start command.",
    ),
    rule(
        "system_library_missing",
        (
            r"version `(?P<library>GLIBC_[\d.]{1,8})' not found",
            r"error while loading shared libraries: (?P<library2>[\w+.-]{1,80})",
        ),
        "The program needs {library}, which the image it runs in does not have",
        "Build and run on the same Debian release, install the library in the last stage, or link statically.",
    ),
    rule(
        "missing_setting",
        (r"environment variable not found", r"Error loading \.env file", r"NotPresent\b"),
        "A setting that the program reads from its environment or from .env is missing",
        "Give each setting a default for local runs, and go on without an .env file.",
    ),
)
