"""Node.js repositories as they are written, and how each would be installed, built and started."""

import json

import pytest

from sandbox.buildpacks import plan_for
from sandbox.buildpacks.node import detect
from sandbox.faults import TeamFault
from sandbox.nodesource.version import satisfying
from sandbox.tree import Tree

EXPRESS = "const app = require('express')()\napp.get('/health', h)\napp.listen(process.env.PORT || 4000)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n"


def package(start="", *, dev=(), **members):
    """Text of a package.json; the names in `needs` and `dev` become dependencies."""
    needs = members.pop("needs", ())
    scripts = members.pop("scripts", {}) | ({"start": start} if start else {})
    document = {"scripts": scripts, "dependencies": dict.fromkeys(needs, "^1.0.0")}
    return json.dumps(document | {"devDependencies": dict.fromkeys(dev, "^1.0.0")} | members)


def plan(files=None, **members):
    return detect(Tree.of({"package.json": package(**members)} | (files or {})))


def server(start="node server.js", files=None, **members):
    return plan({"server.js": EXPRESS} | (files or {}), start=start, needs=("express",), **members)


def ids(found):
    return [note.id for note in found.repairs]


class TestManager:
    @pytest.mark.parametrize(
        ("files", "setup", "install"),
        [
            ({}, "", "npm install --no-audit"),
            ({"package-lock.json": "{}"}, "", "npm ci --no-audit"),
            ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, "pnpm@9", "CI=1 pnpm install --frozen-lockfile"),
            ({"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, "pnpm@8", "pnpm install"),
            ({"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, "pnpm@7", "pnpm install"),
            ({"yarn.lock": "# yarn lockfile v1\n"}, "", "yarn install --frozen-lockfile --non-interactive"),
            ({"yarn.lock": "__metadata:\n  version: 8\n"}, "@yarnpkg/cli-dist@4", "yarn install --immutable"),
            ({"yarn.lock": "", ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-3.cjs\n"}, "", "yarn install --immutable"),
            ({"bun.lockb": "binary"}, "", "npm install"),
        ],
    )
    def test_lock_file_decides(self, files, setup, install):
        dockerfile = server(files=files).dockerfile
        assert install in dockerfile
        assert ("npm install --global" in dockerfile) == bool(setup)
        assert setup in dockerfile

    def test_package_manager_of_the_manifest_wins_over_a_second_lock(self):
        files = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "package-lock.json": "{}"}
        found = server(files=files, packageManager="npm@10.9.0")
        assert "npm ci" in found.dockerfile
        assert any("Not used: pnpm-lock.yaml" in reason for reason in found.why)
        assert "pnpm@9.15.0" in server(files=files, packageManager="pnpm@9.15.0+sha512.aa").dockerfile

    def test_of_two_lock_files_the_one_that_was_kept_up_to_date_decides(self):
        files = {"yarn.lock": "koa@^1.0.0:\n", "package-lock.json": '{"packages": {"node_modules/express": {}}}'}
        assert "npm ci" in server(files=files).dockerfile
        assert "yarn install" in server(files=files | {"yarn.lock": "express@^1.0.0:\n"}).dockerfile

    def test_manifests_come_before_the_source_unless_the_install_looks_at_it(self):
        order = server(files={"package-lock.json": "{}"}).dockerfile
        assert order.index('"package-lock.json"') < order.index("npm ci") < order.index("COPY --chown=node:node . /app")
        whole = server(scripts={"postinstall": "node setup.js"}).dockerfile
        assert whole.index("COPY --chown=node:node . /app") < whole.index("npm install")

    def test_development_packages_stay_out_when_nothing_needs_them(self):
        assert "--omit=dev" in server().dockerfile
        assert "--omit=dev" not in server(scripts={"build": "tsc"}).dockerfile

    def test_committed_packages_are_removed_before_the_install(self):
        dockerfile = server(files={"node_modules/express/index.js": ""}).dockerfile
        assert dockerfile.index("rm -rf node_modules") < dockerfile.index("npm install")

    def test_compiled_packages_are_built_in_the_full_image_and_run_in_the_slim_one(self):
        dockerfile = plan({"server.js": EXPRESS}, start="node server.js", needs=("express", "sqlite3")).dockerfile
        assert dockerfile.startswith("FROM node:22 AS build\n")
        assert "FROM node:22-slim\nCOPY --from=build --chown=node:node /app /app\nUSER node\n" in dockerfile

    def test_packages_from_git_are_cloned_over_https(self):
        lock = '{"resolved": "git+ssh://git@github.com/a/b.git#1"}'
        dockerfile = server(files={"package-lock.json": lock}).dockerfile
        assert dockerfile.startswith("FROM node:22 AS build\n")
        assert "insteadOf ssh://git@github.com/\n" in dockerfile
        assert "git config" not in server(files={"package-lock.json": "{}"}).dockerfile


class TestVersion:
    @pytest.mark.parametrize(
        ("said", "major"),
        [
            (">=18", 22), ("18.x", 18), ("^20.9.0 || ^22", 22), (">=14 <17", 16), ("v20.11.0", 20), ("lts/iron", 20),
            ("lts/*", 22), ("~16.13", 16), ("<=18", 18), ("14 - 16", 16), (">=20.0.0 <21", 20), ("node", 22),
            ("banana", None), ("*", 22), (">22", 24), ("<18.5", 18), ("<18", 16),
        ],
    )  # fmt: skip
    def test_ranges(self, said, major):
        assert satisfying(said) == major

    def test_version_file_comes_before_engines_and_volta_between(self):
        engines = {"engines": {"node": "18.x"}}
        assert server(files={".nvmrc": "v20\n"}, **engines).dockerfile.startswith("FROM node:20-slim")
        assert server(volta={"node": "20.1.0"}, **engines).dockerfile.startswith("FROM node:20-slim")
        assert server(**engines).dockerfile.startswith("FROM node:18-slim")

    def test_exact_version_where_the_manager_insists_on_it(self):
        found = server(files={".npmrc": "engine-strict=true\n"}, engines={"node": "20.11.1"})
        assert found.dockerfile.startswith("FROM node:20.11.1-slim")

    def test_old_build_tools_get_a_node_that_they_run_on(self):
        found = plan(scripts={"build": "react-scripts build"}, dependencies={"react-scripts": "^4.0.3"})
        assert found.dockerfile.startswith("FROM node:16-slim AS build")


class TestStart:
    @pytest.mark.parametrize(
        ("script", "command", "repairs"),
        [
            ("node server.js", "exec node server.js", []),
            ("NODE_ENV=production node server.js", "NODE_ENV=production exec node server.js", []),
            ("node db.js && node server.js", "npm run start", []),
            ("nodemon server.js", "exec node server.js", ["start_without_watcher"]),
            ("nodemon -w src -e js,json server.js", "exec node server.js", ["start_without_watcher"]),
            ("node --watch server.js", "exec node server.js", ["start_without_watcher"]),
            ("npx nodemon -x 'node -r a' server.js", "exec node -r a server.js", ["start_without_watcher"]),
            ("./node_modules/nodemon/bin/nodemon.js ./server.js", "exec node ./server.js", ["start_without_watcher"]),
            ("node_modules/.bin/nodemon server.js", "exec node server.js", ["start_without_watcher"]),
            ("tsx watch server.ts", "exec tsx server.ts", ["start_without_watcher"]),
            ("pm2 start server.js", "exec node server.js", ["start_without_watcher"]),
            ("ts-node server.ts", "exec ts-node server.ts", []),
        ],
    )  # fmt: skip
    def test_script_starts_it_without_its_watcher(self, script, command, repairs):
        found = server(script)
        assert (found.start, ids(found)) == (("sh", "-c", command), repairs)

    def test_hooks_of_the_script_run_with_it(self):
        assert server(scripts={"prestart": "node seed.js"}).start[2] == "npm run start"

    def test_script_for_production_comes_before_one_for_development(self):
        files = {"server.js": EXPRESS}
        found = plan(files, needs=("express",), scripts={"start": "nodemon server.js", "start:prod": "node dist/main"})
        assert (found.start[2], ids(found)) == ("exec node dist/main", [])

    def test_procfile_starts_it(self):
        assert server(files={"Procfile": "web: node server.js --prod\n"}).start[2] == "exec node server.js --prod"

    def test_main_file_starts_without_a_script(self):
        assert plan({"api.js": EXPRESS}, needs=("express",), main="api.js").start[2] == "exec node api.js"
        assert plan({"src/index.ts": EXPRESS}, needs=("express",), dev=("tsx",)).start[2] == "exec tsx src/index.ts"

    def test_typescript_without_a_build_script_is_compiled(self):
        found = plan(
            {"tsconfig.json": "{}", "a.ts": EXPRESS}, start="node dist/a.js", needs=("express",), dev=("typescript",)
        )  # fmt: skip
        assert ids(found) == ["build_added"]
        assert 'node_modules/.bin:$PATH" tsc\n' in found.dockerfile

    @pytest.mark.parametrize(
        ("needs", "script", "build", "command"),
        [
            ("next", "next dev", "next build", "exec next start"),
            ("nuxt", "nuxt dev", "nuxt build", "exec node .output/server/index.mjs"),
            ("@nestjs/core", "nest start", "nest build", "exec node dist/main"),
        ],
    )
    def test_development_server_of_a_framework_becomes_its_build(self, needs, script, build, command):
        found = plan(start=script, needs=(needs,), scripts={"build": build})
        assert found.start[2] == command
        assert "RUN npm run build\n" in found.dockerfile
        assert ids(found) == ["start_for_production"]

    def test_no_build_is_guessed_for_a_file_that_is_there(self):
        files = {"index.js": "require('ts-node/register')\nrequire('./src/main')\n"}
        assert "nest build" not in plan(files, start="node index.js", needs=("@nestjs/core",)).dockerfile
        assert "nest build" in plan(start="node dist/main", needs=("@nestjs/core",)).dockerfile

    def test_next_as_it_is_meant(self):
        found = plan(start="next start", needs=("next",), scripts={"build": "next build", "dev": "next dev"})
        assert (found.start[2], ids(found), found.ports) == ("exec next start", [], (8000, 3000))

    def test_sveltekit_without_a_node_adapter_is_previewed_and_told(self):
        found = plan(dev=("@sveltejs/kit", "vite"), scripts={"dev": "vite dev", "build": "vite build"})
        assert ids(found) == ["start_preview"]
        assert plan(dev=("@sveltejs/kit", "@sveltejs/adapter-node")).start[2] == "exec node build"


class TestPages:
    def pages(self, tool="vite", build="vite build", files=None, **members):
        members = {"scripts": {"dev": tool, "build": build}, "dev": (tool,)} | members
        return plan({"index.html": "<p>"} | (files or {}), **members)

    def test_built_pages_are_served_by_nginx_without_a_repair(self):
        found = self.pages()
        assert (found.start, found.ports, ids(found)) == ((), (8000,), [])
        assert "RUN npm run build\nRUN for folder in dist build " in found.dockerfile
        assert "USER nginx" in found.dockerfile

    def test_folder_that_the_settings_name_comes_first(self):
        files = {"vite.config.ts": "export default { build: { outDir: 'web-build' }, base: '/notes/' }"}
        dockerfile = self.pages(files=files).dockerfile
        assert "for folder in web-build/browser web-build dist " in dockerfile
        assert "rewrite ^/notes(/.*)$ $1 last;" in dockerfile

    def test_front_page_answers_unknown_paths_only_where_a_router_knows_them(self):
        assert "=404; }' '}'" in self.pages().dockerfile
        assert "$uri.html /index.html" in self.pages(needs=("vue-router",)).dockerfile

    @pytest.mark.parametrize(
        ("tool", "start"),
        [
            ("react-scripts", "react-scripts start"),
            ("@vue/cli-service", "vue-cli-service serve"),
            ("@angular/cli", "ng serve"),
        ],
    )
    def test_other_builders(self, tool, start):
        found = plan(start=start, dev=(tool,), scripts={"build": "b"})
        assert found.start == ()
        assert "FROM nginx" in found.dockerfile

    def test_exported_next_is_pages(self):
        files = {"next.config.mjs": "export default { output: 'export' }"}
        assert "for folder in out " in plan(files, needs=("next",), scripts={"build": "next build"}).dockerfile

    def test_server_beside_a_page_builder_is_the_server(self):
        found = plan({"server.js": EXPRESS}, start="node server.js", needs=("express",), dev=("vite",))
        assert found.start[2] == "exec node server.js"


class TestChoice:
    def test_api_comes_before_the_pages_and_the_root_that_starts_both(self):
        files = {
            "package.json": package("concurrently \"npm run a\" \"npm run b\"", dev=("concurrently",)),
            "client/package.json": package(dev=("vite",), scripts={"build": "vite build"}),
            "server/package.json": package("node server.js", needs=("express",)),
            "server/server.js": EXPRESS,
        }  # fmt: skip
        found = detect(Tree.of(files))
        assert found.hints["app"] == "server/server.js"
        assert "WORKDIR /app/server\n" in found.dockerfile
        assert any("Passed over: client/package.json (Vite)" in reason for reason in found.why)

    def test_member_of_a_workspace_is_installed_from_its_root_after_what_it_uses(self):
        files = {
            "package.json": package(workspaces=["packages/*"]),
            "yarn.lock": "",
            "packages/api/package.json": package("node server.js", needs=("express", "@x/shared")),
            "packages/api/server.js": EXPRESS,
            "packages/shared/package.json": package(name="@x/shared", scripts={"build": "tsc"}),
        }
        dockerfile = detect(Tree.of(files)).dockerfile
        for line in ('"packages/shared/package.json"', "RUN cd /app/packages/shared && yarn run build\n"):
            assert line in dockerfile
        assert "WORKDIR /app/packages/api\n" in dockerfile

    @pytest.mark.parametrize(
        ("manifest", "chosen"),
        [
            (package(dev=("tailwindcss",), scripts={"css": "tailwindcss"}), "python"),
            (package("react-scripts start", needs=("react-scripts",), scripts={"build": "b"}), "python"),
            (package("node server.js", needs=("express",)), "node"),
        ],
    )
    def test_python_beside_it(self, manifest, chosen):
        files = {"package.json": manifest, "server.js": EXPRESS, "main.py": FASTAPI, "requirements.txt": "fastapi\n"}
        if chosen == "python":
            del files["server.js"]
        found = plan_for(Tree.of(files))
        assert found.buildpack == chosen
        assert ("was passed over" in found.why[0]) == (chosen == "python")

    def test_server_below_gives_way_to_python_at_the_root(self):
        files = {"web/package.json": package("node server.js", needs=("express",)), "web/server.js": EXPRESS}
        assert plan_for(Tree.of(files | {"main.py": FASTAPI, "requirements.txt": "fastapi\n"})).buildpack == "python"

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"scripts": []}', '{"scripts": {"start": 1}}', "[" * 9000])
    def test_manifest_that_says_nothing_is_nothing(self, text):
        with pytest.raises(TeamFault, match="nothing_runnable"):
            plan_for(Tree.of({"package.json": text}))

    @pytest.mark.parametrize("folder", ["a\nUSER root", "a$HOME", 'a"b', "a;b", "a b"])
    def test_file_names_cannot_write_the_dockerfile(self, folder):
        files = {
            f"{folder}/package.json": package("node server.js", needs=("express",)),
            f"{folder}/server.js": EXPRESS,
        }
        assert detect(Tree.of(files)) is None
