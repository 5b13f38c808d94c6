"""Logs of Node.js and its package managers as these write them, and the faults that they must become."""

import pytest

from sandbox.diagnosis import diagnose, diagnose_run
from sandbox.engine import BuildFailed
from sandbox.faults import HostFault, TeamFault
from sandbox.plan import Plan
from sandbox.tree import Tree

DOCKERFILE = "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n"
TEAM = Plan("dockerfile", 1, DOCKERFILE, hints={"dockerfile": "Dockerfile"})
GENERATED = Plan("node", 1, DOCKERFILE)
FILES = {"Dockerfile": DOCKERFILE, "package.json": "{}"}
INSTALL, BUILD = "npm ci", "npm run build"


def built(output, step=INSTALL, plan=TEAM):
    """The fault of a build whose failing step printed `output`."""
    log = f"Step 4/5 : RUN {step}\n ---> Running in 98765\n{output}\n"
    message = f"The command '/bin/sh -c {step}' returned a non-zero code: 1"
    return diagnose(BuildFailed(message, log + message + "\n", f"Step 4/5 : RUN {step}"), Tree.of(FILES), plan)


BUILDS = [
    ('npm error Missing script: "build"\nnpm error\nnpm error To see a list', BUILD, "missing_script", '"build"'),
    (" ERR_PNPM_NO_SCRIPT  Missing script: build", "pnpm run build", "missing_script", '"build"'),
    ('error Command "build" not found.', "yarn run build", "missing_script", '"build"'),
    (
        "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
        INSTALL,
        "lock_out_of_date",
        "package.json",
    ),
    (
        ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date',
        "pnpm install",
        "lock_out_of_date",
        "package.json",
    ),
    (
        "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
        "yarn install",
        "lock_out_of_date",
        "package.json",
    ),
    (
        "YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
        "yarn install --immutable",
        "lock_out_of_date",
        "package.json",
    ),
    ("npm error code EJSONPARSE\nnpm error JSON.parse Invalid", INSTALL, "manifest_unreadable", "JSON"),
    ("npm error code EBADENGINE\nnpm error engine Unsupported engine", INSTALL, "engine_mismatch", "version"),
    (" ERR_PNPM_UNSUPPORTED_ENGINE  Unsupported environment", "pnpm install", "engine_mismatch", "version"),
    ("Error: error:0308010C:digital envelope routines::unsupported", BUILD, "openssl_3", "too old"),
    ("npm error 404  'left-pad-2@^1.0.0' is not in this registry.", INSTALL, "npm_package_not_found", "left-pad-2"),
    ("npm error notarget No matching version found for ms@^99.0.0.", INSTALL, "npm_package_not_found", "ms@^99"),
    ("> prepare\n> husky install\n\nsh: 1: husky: not found", INSTALL, "hook_installer_failed", "husky"),
    ("gyp ERR! find Python\nnpm error code 1", INSTALL, "native_module_failed", "compiled"),
    (
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        BUILD,
        "build_out_of_memory",
        "memory",
    ),
    ("src/a.ts(3,7): error TS2322: Type 'string' is not assignable.", BUILD, "types_failed", "not assignable"),
    ("./app/page.tsx:4:9\nType error: Property 'x' does not exist.", BUILD, "types_failed", "does not exist"),
    ('[vite]: Rollup failed to resolve import "axios" from "/app/src/a.js".', BUILD, "import_not_found", "axios"),
    ("Module not found: Error: Can't resolve './App' in '/app/src'", BUILD, "import_not_found", "./App"),
    ("Treating warnings as errors because process.env.CI = true.", BUILD, "warnings_as_errors", "warnings"),
    ("Error: Invalid rewrite found", BUILD, "build_setting_missing", "a setting"),
    ("sh: 1: vite: not found", BUILD, "build_tool_missing", "vite"),
    ("Error [ERR_REQUIRE_ESM]: require() of ES Module /app/x.js", "node x.js", "module_kinds_mixed", "modules"),
    ("Assay: the build wrote no index.html to dist, build.", "for folder in dist", "no_build_output", "no page"),
]


@pytest.mark.parametrize(("output", "step", "fault", "said"), BUILDS)
def test_build_errors_are_told_apart(output, step, fault, said):
    error = built(output, step)
    assert isinstance(error, TeamFault)
    assert error.id == fault
    assert said in error.title
    assert error.fix
    assert output.splitlines()[0].strip() in error.detail


@pytest.mark.parametrize(
    "output",
    [
        "Error: Failed to fetch the engine file at https://binaries.prisma.sh/all_commits/0/e.gz - 502 Bad Gateway",
        "Error: request to https://binaries.prisma.sh/all_commits/0/engine.gz.sha256 failed, reason: socket hang up",
        "Error: aborted\n# The way out of the build: binaries.prisma.sh:443 unreachable",
    ],
)
def test_engines_of_prisma_out_of_reach_are_the_sites_fault(output):
    fault = built(output, "npx prisma generate")
    assert isinstance(fault, HostFault)
    assert (fault.id, "binaries.prisma.sh" in fault.title) == ("registry_unreachable", True)
    assert isinstance(built(output, "python train.py"), TeamFault)


def test_unreachable_extra_does_not_hide_the_error():
    output = "src/a.ts(3,7): error TS2322: Type\n# The way out of the build: telemetry.test:443 unreachable"
    assert built(output, BUILD).id == "types_failed"


def test_layer_that_somebody_removed_is_not_the_teams_fault():
    message = 'failed to get destination image "sha256:e1": No such image: sha256:e1'
    error = diagnose(BuildFailed(message, message, "Step 5/9 : COPY . /app"), Tree.of(FILES), GENERATED)
    assert isinstance(error, HostFault)
    assert error.id == "engine_failed"


def test_generated_dockerfile_is_never_pointed_at():
    assert built('npm error Missing script: "build"', BUILD, GENERATED).where is None
    assert built('npm error Missing script: "build"', BUILD).where == "Dockerfile:5"


@pytest.mark.parametrize(
    ("log", "fault", "said"),
    [
        ('npm error Missing script: "start"', "missing_script", '"start"'),
        ("Error: Cannot find module '/app/dist/server.js'\n    at Module._resolve", "missing_file", "dist/server"),
        ("Error: Cannot find module 'express'\nRequire stack:\n- /app/a.js", "node_package_missing", "express"),
        ("Error: Cannot find module './Routes/user'\nRequire stack:", "missing_file", "./Routes/user"),
        ("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'koa' imported from /a.js", "node_package_missing", "koa"),
        ("SyntaxError: Cannot use import statement outside a module", "module_kinds_mixed", "modules"),
        ("ReferenceError: require is not defined in ES module scope", "module_kinds_mixed", "modules"),
        ("Error: listen EADDRINUSE: address already in use :::3000", "port_in_use", "port"),
        ("Error: listen EACCES: permission denied 0.0.0.0:80", "port_not_allowed", "1024"),
        ("Error: /app/node_modules/bcrypt/x.node: invalid ELF header", "native_module_failed", "another system"),
        ("Error: Could not find a production build in the '.next' directory.", "next_not_built", "no build"),
        ("OpenAIError: The OPENAI_API_KEY environment variable is missing or empty;", "missing_setting", "OPENAI"),
        ("Error: Missing required environment variable DATABASE_URL", "missing_setting", "DATABASE_URL"),
        ('Error: The `uri` parameter to `openUri()` must be a string, got "undefined".', "missing_setting", "MongoDB"),
        ("MongooseServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017", "dependency_unreachable", "database"),
        ("Error: EACCES: permission denied, mkdir '/app/uploads'", "node_not_writable", "/app/uploads"),
        ("FATAL ERROR: Reached heap limit Allocation failed", "out_of_memory", "memory"),
        ('2026/01/01 [emerg] 8#8: setgid(101) failed (1: Operation not permitted)', "needs_capability", "root"),
    ],
)  # fmt: skip
def test_ended_processes_are_explained(log, fault, said):
    error = diagnose_run(log, 1, False, "", TEAM)
    assert error.id == fault
    assert said in error.title
