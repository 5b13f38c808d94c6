"""Errors of Node.js and its package managers, when they install, build and start, most specific first: data only."""

from sandbox.diagnosis.rules import beyond_the_door, rule

_TOOLS = r"\b(?:npm|npx|pnpm|yarn|node|corepack|bun|tsc|vite|next|ng|turbo|nx|gulp|webpack|make|sh)\b"
_NAME = r"[@\w][\w./@-]{0,120}"
_WANTED = r"(?P<package{n}>[^'\"\s]{{1,120}}?)"  # with a version, such as ms@^99.0.0
_MISSING_SCRIPT = (
    rf"(?:npm (?:ERR!|error) )?[Mm]issing script: [\"']?(?P<script>{_NAME})",
    rf"ERR_PNPM_NO_SCRIPT[^\n]{{0,40}}Missing script: (?P<script2>{_NAME})",
    rf"ERR_PNPM_NO_SCRIPT_OR_SERVER[^\n]{{0,80}}(?P<script3>{_NAME})",
    rf"error Command \"(?P<script4>{_NAME})\" not found",
    rf"Usage Error: Couldn't find a script named \"(?P<script5>{_NAME})\"",
)
_NO_ESM = (
    r"ERR_REQUIRE_ESM\b",
    r"require\(\) of ES Module (?P<file>[^\n]{1,160}?) (?:from|not supported)",
    r"SyntaxError: Cannot use import statement outside a module",
    r"ReferenceError: (?:require|module|exports|__dirname|__filename) is not defined in ES module scope",
    r"SyntaxError: (?:Unexpected token 'export'|The requested module '[^'\n]{1,120}' does not provide an export)",
)
_ESM_TITLE = "The code mixes the two kinds of JavaScript modules, require and import"
_ESM_FIX = (
    'Write one kind throughout: "type": "module" in package.json with import, or without it with require. A package '
    "that has become import-only needs its older major version, or await import(…)."
)
# Where Prisma's install gets its programs from, which are in no package index.
_ENGINES = r"binaries\.prisma\.sh"
_HEAP = (r"JavaScript heap out of memory", r"Reached heap limit", r"FATAL ERROR: [^\n]{0,80}Allocation failed")
_OPENSSL = (r"ERR_OSSL_EVP_UNSUPPORTED", r"error:0308010C:digital envelope routines")

NODE_BUILD_RULES = (
    rule(
        "registry_unreachable",
        (
            beyond_the_door(_ENGINES),
            rf"Failed to fetch (?:the engine file|sha256 checksum) at https://(?P<host2>{_ENGINES})/",
            rf"request to https://(?P<host3>{_ENGINES})/[^\n]{{1,300}} failed",
        ),
        "Prisma's engines on {host} cannot be reached from builds on this site",
        "Nothing is wrong with the repository: whoever runs the site gives builds a way to {host} (ASSAY_BUILD_HOSTS).",
        owner="host",
        within=_TOOLS,
    ),
    rule(
        "missing_script",
        _MISSING_SCRIPT,
        'package.json has no script "{script}"',
        'Add "{script}" to the scripts in package.json, or call the one that is there.',
        place="dockerfile",
    ),
    rule(
        "lock_out_of_date",
        (
            r"`npm ci` can only install packages when",
            r"The `npm ci` command can only install with an existing package-lock\.json",
            r"ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|LOCKFILE_MISSING_DEPENDENCY)",
            r"Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`",
            r"YN0028: [^\n]{0,60}The lockfile would have been modified by this install, which is explicitly forbidden",
        ),
        "The lock file does not belong to package.json",
        "Run the package manager's install once (npm install, pnpm install, yarn), and commit the lock file it writes.",
        place="dockerfile",
        within=_TOOLS,
    ),
    rule(
        "lock_unreadable",
        (
            r"ERR_PNPM_BROKEN_LOCKFILE",
            r"ERR_PNPM_LOCKFILE_BREAKING_CHANGE",
            r"(?:npm (?:ERR!|error)[^\n]{0,40})?Unexpected token '?<'? ?[^\n]{0,80}package-lock\.json",
            r"Merge conflict[^\n]{0,60}(?:yarn\.lock|package-lock\.json|pnpm-lock\.yaml)",
            r"Invalid value type \d+:\d+ in [^\n]{0,120}yarn\.lock",
        ),
        "The lock file cannot be read",
        "Delete it, run the package manager's install once, and commit the new one; merge conflicts often leave marks.",
        place="dockerfile",
    ),
    rule(
        "manifest_unreadable",
        (
            r"npm (?:ERR!|error) code EJSONPARSE",
            r"npm (?:ERR!|error)[^\n]{0,40}Failed to parse (?:json|JSON data)",
            r"ERR_PNPM_JSON_PARSE",
        ),
        "package.json is not valid JSON",
        "Correct it: a comma too many, a comment, or the marks of a merge conflict are the usual causes.",
        place="dockerfile",
    ),
    rule(
        "dependency_conflict",
        (
            r"npm (?:ERR!|error) code ERESOLVE",
            r"ERESOLVE (?:unable to resolve|could not resolve)",
            r"ERR_PNPM_PEER_DEP_ISSUES",
        ),
        "Two npm packages ask for versions of a third that contradict each other",
        "Update the one named above to a version that accepts the other, run npm install, and commit the lock file. "
        "A last resort is a file .npmrc with legacy-peer-deps=true.",
        place="dockerfile",
    ),
    rule(
        "engine_mismatch",
        (
            r"npm (?:ERR!|error) code EBADENGINE",
            r"ERR_PNPM_UNSUPPORTED_ENGINE",
            (
                r"The engine \"node\" is incompatible with this module\. "
                r"Expected version \"(?P<want>[^\"\n]{1,60})\"\. "
                r"Got \"(?P<have>[\d.]{1,14})\""
            ),
            r"(?:requires|You are using) Node(?:\.js)? [^\n]{0,60}(?:upgrade|required|please use)",
        ),
        "A package does not run on this version of Node.js",
        "Name the version that you develop with: engines.node in package.json, .nvmrc, or FROM node:… of the image.",
        place="dockerfile",
    ),
    rule(
        "openssl_3",
        _OPENSSL,
        "The build tool is too old for this version of Node.js (it hashes with MD4)",
        "Update the build tool (react-scripts 5, webpack 5, Vite), or name Node.js 16 in engines or FROM.",
        place="dockerfile",
    ),
    rule(
        "npm_package_not_found",
        (
            rf"npm (?:ERR!|error) 404 +'{_WANTED.format(n='')}' is not in",
            rf"No matching version found for {_WANTED.format(n='2')}\.?(?:\s|$)",
            rf"ERR_PNPM_(?:FETCH_404|NO_MATCHING_VERSION)[^\n]{{0,120}}?/(?P<package4>{_NAME})",
            rf"Couldn't find package \"(?P<package5>{_NAME})\"",
            rf"error Couldn't find any versions for \"(?P<package6>{_NAME})\"",
        ),
        "The npm package {package} does not exist, or not in that version",
        "Correct its name or version in package.json; a private package has to be published or committed.",
        place="dockerfile",
    ),
    rule(
        "hook_installer_failed",
        (
            r"sh: (?:line )?(?:\d+: )?(?P<tool>husky|simple-git-hooks|lefthook|is-ci): (?:command )?not found",
            r"(?P<tool2>husky|simple-git-hooks|lefthook)[^\n]{0,80}(?:not a git repository|\.git can't be found)",
        ),
        "The prepare script installs git hooks with {tool}, which an image does not have",
        'Let it pass where there is nothing to install: "prepare": "husky || true".',
        place="dockerfile",
    ),
    rule(
        "native_module_failed",
        (
            r"gyp ERR!",
            r"node-pre-gyp (?:ERR!|error)",
            r"prebuild-install (?:ERR!|warn)[^\n]{0,80}",
            r"node-gyp[^\n]{0,40}not found",
        ),
        "A Node module has to be compiled, and that failed",
        "Use a release with a prebuilt binary for this Node version, or a full node image instead of slim: it has "
        "Python, make and g++.",
        place="dockerfile",
        within=_TOOLS,
    ),
    rule(
        "build_out_of_memory",
        _HEAP,
        "The build needed more memory than Node.js may use",
        "Build with less: leave source maps out, build one package at a time, or raise --max-old-space-size.",
        place="dockerfile",
    ),
    rule(
        "types_failed",
        (
            r"\berror TS\d{3,5}: (?P<problem>[^\n]{1,120})",
            r"^Type error: (?P<problem2>[^\n]{1,120})",
        ),
        "TypeScript finds an error: {problem}",
        "Correct the lines that the compiler names; npx tsc --noEmit shows all of them.",
    ),
    rule(
        "import_not_found",
        (
            r"(?:[Ff]ailed to resolve import|Could not resolve) \"(?P<name>[^\"\n]{1,160})\"",
            r"Module not found: (?:Error: )?Can't resolve '(?P<name2>[^'\n]{1,160})'",
            r"error during build:[^\n]{0,40}Could not load (?P<name3>[^\n(]{1,160})",
            r"Error: Cannot find module '(?P<name4>[^'\n]{1,160})'",
            r"Cannot find package '(?P<name5>[^'\n]{1,160})' imported from",
        ),
        "The build cannot find {name}",
        "Commit the file, mind upper and lower case in its name, or add the package to package.json: on Linux and in a "
        "fresh clone there is nothing else.",
        place="dockerfile",
        within=_TOOLS,
    ),
    rule(
        "warnings_as_errors",
        (r"Treating warnings as errors because process\.env\.CI = true",),
        "The build stops at warnings, because CI is set",
        "Correct the warnings named above, or take CI=true out of the build.",
        place="dockerfile",
    ),
    rule(
        "build_setting_missing",
        (
            r"Invalid (?:rewrite|redirect|header)s? found",
            r"(?:Invalid URL|Failed to parse URL)[^\n]{0,40}undefined",
            r"input: 'undefined",
            r"\b(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]{1,60}) (?:is not (?:defined|set)|is required)",
            r"Environment variable not found: (?P<name2>[A-Z][A-Z0-9_]{1,60})",
        ),
        "The build needs a setting that is not there {name}",
        "Give it a default in the code (process.env.API_URL ?? 'http://localhost:8000'), or commit a .env.example.",
        place="dockerfile",
        within=_TOOLS,
    ),
    rule(
        "no_build_output",
        (r"^Assay: the build wrote no index\.html to (?P<folders>[^\n]{1,160})\.$",),
        "The build wrote no page where pages are expected",
        "Let the build write index.html to dist or build.",
    ),
    rule(
        "module_kinds_mixed",
        _NO_ESM,
        _ESM_TITLE,
        _ESM_FIX,
        place="dockerfile",
        within=_TOOLS,
    ),
    rule(
        "build_tool_missing",
        (rf"^sh: (?:line )?(?:\d+: )?(?P<command>{_NAME}): (?:command )?not found",),
        "The build runs {command}, which is not among the installed packages",
        "Add {command} to devDependencies, and install without --production or --omit=dev before the build.",
        place="dockerfile",
        within=_TOOLS,
    ),
)

NODE_RUN_RULES = (
    rule(
        "missing_script",
        _MISSING_SCRIPT,
        'package.json has no script "{script}"',
        'Add "{script}" to the scripts in package.json ("start": "node server.js"), or start what is there.',
    ),
    rule(
        "module_kinds_mixed",
        _NO_ESM,
        _ESM_TITLE,
        _ESM_FIX,
    ),
    rule(
        "missing_file",
        (
            r"Error: Cannot find module '(?P<file>/[^'\n]{1,200})'\s*$",
            r"Cannot find module '(?P<file2>/[^'\n]{1,200})' imported from",
        ),
        "The process starts or imports {file}, which is not in the image",
        "Commit it or build it in the image; mind upper and lower case in its name, and .dockerignore.",
    ),
    rule(
        "node_package_missing",
        (
            r"Error: Cannot find module '(?P<package>[@\w][^'\n]{0,160})'",
            r"Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package '(?P<package2>[^'\n]{1,160})'",
        ),
        "The package {package} is used but not installed",
        "npm install {package}, and commit package.json with the lock file; what runs belongs to dependencies, not "
        "devDependencies.",
    ),
    rule(
        "missing_file",
        (
            r"Error: Cannot find module '(?P<file>\.[^'\n]{0,200})'",
            r"ENOENT: no such file or directory, \w{1,20} '(?P<file2>[^'\n]{1,200})'",
        ),
        "The file {file} is not in the image",
        "Commit it, mind upper and lower case in its name, and check .gitignore and .dockerignore.",
    ),
    rule(
        "next_not_built",
        (r"Could not find a production build in the '[^'\n]{1,80}' directory",),
        "next start finds no build",
        "Run next build in the image before it starts, and copy .next to the last stage.",
    ),
    rule(
        "openssl_3",
        _OPENSSL,
        "The build tool is too old for this version of Node.js (it hashes with MD4)",
        "Update the build tool (react-scripts 5, webpack 5, Vite), or name Node.js 16 in engines or FROM.",
    ),
    rule(
        "out_of_memory",
        _HEAP,
        "Node.js ran out of memory",
        "Load less when starting, and build in the image, not when it starts.",
    ),
    rule(
        "native_module_failed",
        (
            r"invalid ELF header",
            r"was compiled against a different Node\.js version",
            r"Could not locate the bindings file",
            r"Could not load the \"sharp\" module",
        ),
        "A native module was built for another system or another Node.js",
        "Take node_modules out of the repository, add it to .gitignore and .dockerignore: the image installs its own.",
    ),
    rule(
        "node_not_writable",
        (r"(?:EACCES: permission denied|EROFS: read-only file system), \w{1,20} '(?P<file>[^'\n]{1,200})'",),
        "The process may not write {file}",
        "Make the folder belong to the user that runs the process (COPY --chown), or write below /tmp.",
    ),
    rule(
        "missing_setting",
        (
            r"The (?P<name>[A-Z][A-Z0-9_]{2,60}) environment variable is missing or empty",
            (
                r"(?:Error: |error: |❌ ?)(?:Missing|Please (?:set|define|provide)|Undefined)[^\n]{0,60}?"
                r"\b(?P<name2>[A-Z][A-Z0-9]*_[A-Z0-9_]{1,60})\b"
            ),
            (
                r"\b(?P<name3>[A-Z][A-Z0-9]*_[A-Z0-9_]{1,60}) "
                r"(?:is not (?:defined|set)|is required|must be (?:defined|set|provided))"
            ),
            r"Environment variable not found: (?P<name4>[A-Z][A-Z0-9_]{1,60})",
            r"secretOrPrivateKey must have a value",
        ),
        "The setting {name} is missing, and the process stops without it",
        "Give it a default for local runs, or start without what needs it and say so in the health answer.",
    ),
    rule(
        "missing_setting",
        (r"The `uri` parameter to `openUri\(\)` must be a string, got \"undefined\"",),
        "The setting with the address of MongoDB is missing, and the process stops without it",
        "Give mongoose.connect() a default for local runs, and serve what needs no database when there is none.",
    ),
    rule(
        "dependency_unreachable",
        (
            r"MongooseServerSelectionError",
            r"MongoNetworkError",
            r"Can't reach database server at",
            r"SequelizeConnection\w{0,20}Error",
            r"PrismaClientInitializationError",
        ),
        "The process stops because a database that it needs cannot be reached",
        "Start without it and report not ready, retrying in the background; use SQLite by default for local runs.",
    ),
    rule(
        "needs_capability",
        (
            r"\b(?:setgid|setuid|initgroups|setgroups|chown)\([^\n]{0,120}\) failed \(1: Operation not permitted\)",
            r"error: failed switching to \"[^\"\n]{1,60}\": operation not permitted",
        ),
        "The server starts as root and wants to become another user, which no container here may",
        "Start it as that user: an image such as nginxinc/nginx-unprivileged, or USER in the Dockerfile.",
    ),
)
