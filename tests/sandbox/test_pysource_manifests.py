"""Requirements, manifests, versions, environment and start of a Python repository, read from its text."""

import pytest

from sandbox.pysource.distributions import distribution_of, system_packages, third_party
from sandbox.pysource.environment import placeholders
from sandbox.pysource.manifests import find_manifest
from sandbox.pysource.placement import run_folder
from sandbox.pysource.projects import conda_requirements, lock_pins, pep440, poetry_requirement
from sandbox.pysource.requirements import read_requirements
from sandbox.pysource.start import start_of
from sandbox.pysource.survey import Survey
from sandbox.pysource.syntax import modules
from sandbox.pysource.version import choose_python
from sandbox.sourcetext.placeholders import PLACEHOLDER
from sandbox.tree import Tree
from tests.sandbox.test_pysource import FASTAPI, FLASK, MANAGE, STREAMLIT


class TestRequirements:
    def test_utf16_of_a_windows_shell_is_read(self):
        files = {"requirements.txt": "flask==3.1.0\r\n".encode("utf-16")}
        read = read_requirements(Tree(files=files), "requirements.txt")
        assert read.names == {"flask"}
        assert [note.id for note in read.notes] == ["requirements_reencoded"]

    def test_included_files_count(self):
        tree = Tree.of({"req/prod.txt": "-r base.txt\ngunicorn\n", "req/base.txt": "Django>=5  # web\n"})
        read = read_requirements(tree, "req/prod.txt")
        assert (read.names, read.includes) == ({"django", "gunicorn"}, ("req/base.txt",))

    def test_file_that_includes_itself_ends(self):
        read = read_requirements(Tree.of({"requirements.txt": "-r requirements.txt\nflask\n"}), "requirements.txt")
        assert read.names == {"flask"}

    def test_lines_of_one_laptop_are_repaired_and_told(self):
        text = "numpy @ file:///C:/conda/numpy\npywin32==306\ncolorama==0.4\n-e .\n"
        read = read_requirements(Tree.of({"requirements.txt": text}), "requirements.txt")
        assert read.lines == ("numpy", "colorama==0.4", "-e .")
        assert {note.id for note in read.notes} == {"requirement_path_removed", "requirement_left_out"}
        assert read.local

    @pytest.mark.parametrize(
        ("poetry", "pip"),
        [("^1.2.3", ">=1.2.3,<2"), ("^0.3", ">=0.3,<0.4"), ("~2.1", ">=2.1,<2.2"), ("*", ""), ("1.5", "==1.5")],
    )
    def test_poetry_constraints_become_pep440(self, poetry, pip):
        assert pep440(poetry) == pip

    def test_poetry_tables_become_lines(self):
        assert (
            poetry_requirement("uvicorn", {"version": "^0.30", "extras": ["standard"]})
            == "uvicorn[standard]>=0.30,<0.31"
        )
        assert poetry_requirement("python", "^3.11") == ""
        assert poetry_requirement("dev", {"version": "1", "optional": True}) == ""

    def test_lock_pins_skip_forks_and_local_packages(self):
        lock = (
            '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\nversion = "1"\n[[package]]\nname = "b"\n'
            'version = "2"\n[[package]]\nname = "own"\nversion = "0"\nsource = { editable = "." }\n'
        )
        assert lock_pins(Tree.of({"uv.lock": lock}), "uv.lock") == {"a": "1"}

    def test_conda_environment_without_build_strings(self):
        text = (
            "dependencies:\n  - python=3.10\n  - numpy=1.26=py310_0\n  - conda-forge::pytorch\n"
            "  - pip:\n    - flask==3.0.0\n"
        )
        assert conda_requirements(text) == ["numpy==1.26.*", "torch", "flask==3.0.0"]

    @pytest.mark.parametrize(
        ("imported", "distribution"),
        [
            ("llama_index.core.node_parser", "llama-index"),
            ("llama_index.llms.groq", "llama-index-llms-groq"),
            ("llama_index.vector_stores.chroma", "llama-index-vector-stores-chroma"),
            ("google.genai.types", "google-genai"),
            ("google.ai.generativelanguage_v1beta.types", "google-ai-generativelanguage"),
            ("google.oauth2.service_account", "google-auth"),
            ("google.cloud.speech_v1", "google-cloud-speech"),
            ("azure.identity", "azure-identity"),
            ("azure.search.documents.models", "azure-search-documents"),
            ("whisper", "openai-whisper"),
            ("tavily", "tavily-python"),
            ("discord.ext", "discord-py"),
            ("jazzmin", "django-jazzmin"),
            ("rest_framework_simplejwt.views", "djangorestframework-simplejwt"),
            ("langchain_google_genai", "langchain-google-genai"),
        ],
    )
    def test_import_of_a_namespace_names_its_distribution(self, imported, distribution):
        assert distribution_of(imported) == distribution

    def test_module_that_has_left_python_is_no_package_to_be_guessed(self):
        tree = Tree.of({"app.py": "import imp, cgi, distutils.util\nimport flask\n"})
        assert third_party(tree, modules(tree)) == ("flask",)

    def test_names_and_builds_that_the_index_lacks_are_exchanged_in_locks_and_other_manifests_too(self):
        project = '[project]\nname = "x"\nversion = "1"\ndependencies = ["torch==2.1.0+cpu", "sklearn", "json"]\n'
        lock = "[[package]]\nname='torch'\nversion='2.1.0+cpu'\n[[package]]\nname='flask'\nversion='3.0.0'\n"
        found = find_manifest(Tree.of({"pyproject.toml": project, "uv.lock": lock}), "", ())
        assert [text for _, text in found.files] == ["torch==2.1.0\nscikit-learn\n", "flask==3.0.0\ntorch==2.1.0\n"]
        assert {note.id for note in found.notes} == {"requirement_variant_dropped", "requirement_misnamed"}

    def test_what_starts_a_program_of_java_brings_it(self):
        assert system_packages(["pyspark"]) == ("default-jre-headless",)

    def test_what_only_a_hosted_notebook_has_is_not_installed(self):
        tree = Tree.of({"app.py": "import google.colab\nfrom google import genai\nimport groq\n"})
        assert third_party(tree, modules(tree)) == ("google-genai", "groq")

    def test_import_names_lead_to_distributions(self):
        assert [distribution_of(name) for name in ("sklearn.svm", "PIL", "flask_cors")] == [
            "scikit-learn",
            "pillow",
            "flask-cors",
        ]
        assert system_packages(["OpenCV_Python", "flask"]) == ("libgl1", "libglib2.0-0")


class TestManifest:
    @pytest.mark.parametrize(
        ("files", "path", "names"),
        [
            (
                {"requirements.txt": "flask\n", "pyproject.toml": "[project]\ndependencies = ['django']\n"},
                "requirements.txt",
                {"flask"},
            ),
            ({"pyproject.toml": "[project]\ndependencies = ['django>=5']\n"}, "pyproject.toml", {"django"}),
            ({"Pipfile": "[packages]\nflask = '*'\n"}, "Pipfile", {"flask"}),
            ({"environment.yml": "dependencies: [flask]\n"}, "environment.yml", {"flask"}),
            ({"requirement.txt": "flask\n"}, "requirement.txt", {"flask"}),
            ({"requirments.txt": "flask\n", "notes.txt": "buy milk\n"}, "requirments.txt", {"flask"}),
            (
                {
                    "pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n",
                    "uv.lock": "[[package]]\nname='flask'\nversion='3.0.0'\n",
                    "requirements.txt": "django\n",
                },
                "pyproject.toml",
                {"flask"},
            ),
        ],
    )
    def test_most_exact_manifest_is_taken(self, files, path, names):
        found = find_manifest(Tree.of(files), "", ())
        assert (found.path, found.names) == (path, names)

    def test_manifest_beside_the_code_beats_the_one_above(self):
        tree = Tree.of({"requirements.txt": "mkdocs\n", "api/requirements.txt": "flask\n"})
        assert find_manifest(tree, "api", ()).path == "api/requirements.txt"

    def test_misspelt_name_is_told(self):
        found = find_manifest(Tree.of({"requirements.text": "flask\n"}), "", ())
        assert [note.id for note in found.notes] == ["manifest_misspelt"]

    def test_packages_are_guessed_from_imports_at_last(self):
        tree = Tree.of(
            {
                "app.py": "import os, sklearn\nfrom flask import Flask\nimport mine\n",
                "mine.py": "",
                "requirements.txt": "\n",
            }
        )
        found = find_manifest(tree, "", modules(tree))
        assert found.names == {"flask", "scikit-learn"}
        assert [note.id for note in found.notes] == ["requirements_guessed"]


class TestPython:
    @pytest.mark.parametrize(
        ("files", "version"),
        [
            ({}, "3.12"),
            ({".python-version": "3.11.7\n"}, "3.11"),
            ({"runtime.txt": "python-3.9.16"}, "3.9"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.10'\n"}, "3.12"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.8,<3.12'\n"}, "3.11"),
            ({"pyproject.toml": "[project]\nrequires-python = '>=3.13'\n"}, "3.13"),
            ({"pyproject.toml": "[tool.poetry.dependencies]\npython = '~3.10'\n"}, "3.10"),
            ({"Pipfile": "[requires]\npython_version = '3.8'\n"}, "3.8"),
            ({".python-version": "3.5"}, "3.7"),
            ({"requirements.txt": "numpy==1.24.4\nflask\n"}, "3.11"),
            ({"requirements.txt": "numpy==1.19.5\n"}, "3.9"),
            ({"requirements.txt": "numpy==2.1.0\n"}, "3.12"),
        ],
    )
    def test_version_is_what_the_repository_needs(self, files, version):
        tree = Tree.of(files)
        requirements = read_requirements(tree, "requirements.txt").parsed
        choice = choose_python(tree, "", requirements)
        assert choice.version == version
        assert choice.why.endswith(".")


class TestEnvironment:
    def test_secrets_get_placeholders_and_addresses_do_not(self):
        tree = Tree.of({"main.py": "import os\nK = os.environ['API_KEY']\nD = os.environ['DATABASE_URL']\n"})
        values, notes = placeholders(tree, modules(tree))
        assert values == {"API_KEY": PLACEHOLDER}
        assert [note.id for note in notes] == ["environment_placeholder"]

    def test_example_file_gives_the_values(self):
        tree = Tree.of({"s.py": "import os\nD = os.environ['DB']\n", ".env.example": "DB='sqlite:///x.db'\nUNUSED=1\n"})
        assert placeholders(tree, modules(tree))[0] == {"DB": "sqlite:///x.db"}

    def test_settings_read_later_or_with_a_default_need_nothing(self):
        text = (
            "import os\nA = os.getenv('A_KEY')\nos.environ['B_KEY'] = 'x'\ndef f():\n    return os.environ['C_KEY']\n"
        )
        tree = Tree.of({"main.py": text})
        assert placeholders(tree, modules(tree)) == ({}, ())


class TestStart:
    def start(self, files):
        tree = Tree.of(files)
        entry = Survey.of(tree).entries[0]
        return start_of(tree, entry, run_folder(tree, entry.module))

    def test_asgi_and_wsgi_servers_honour_port(self):
        asgi, wsgi = self.start({"main.py": FASTAPI}), self.start({"app.py": FLASK})
        assert (asgi.server, wsgi.server) == ("uvicorn", "gunicorn")
        assert all("0.0.0.0" in start.command and "${PORT:-8000}" in start.command for start in (asgi, wsgi))

    def test_factories_are_called(self):
        text = "def create_app():\n    return F()\n"
        assert self.start({"main.py": "from fastapi import FastAPI as F\n" + text}).command.endswith(
            "main:create_app --factory"
        )
        assert self.start(
            {"main.py": "from flask import Flask as F\n" + text.replace("F()", "F('x')")}
        ).command.endswith("'main:create_app()'")

    def test_file_that_prepares_and_is_reachable_runs_itself(self):
        text = FLASK + "if __name__ == '__main__':\n    init_db()\n    app.run(host='0.0.0.0', port=5050)\n"
        start = self.start({"app.py": text})
        assert (start.command, start.server, start.port) == ("exec python app.py", "", 5050)

    def test_file_on_loopback_is_served_instead(self):
        assert (
            self.start({"app.py": FLASK + "if __name__ == '__main__':\n    app.run(debug=True)\n"}).server == "gunicorn"
        )

    def test_django_migrates_and_collects(self):
        files = {
            "manage.py": MANAGE,
            "shop/settings.py": "STATIC_ROOT = 'static'\n",
            "shop/wsgi.py": "application = None\n",
        }
        start = self.start(files)
        assert start.command.startswith("python manage.py migrate --noinput && exec ")
        assert start.command.endswith("shop.wsgi:application")
        assert start.before == ("python manage.py collectstatic --noinput",)
        channels = files | {
            "shop/settings.py": "INSTALLED_APPS = ['channels']\n",
            "shop/asgi.py": "application = None\n",
        }
        assert self.start(channels).command.endswith("shop.asgi:application")

    def test_streamlit_is_headless_and_reachable(self):
        command = self.start({"app.py": STREAMLIT}).command
        assert "--server.headless true" in command
        assert "--server.address 0.0.0.0" in command
        assert "--server.port ${PORT" in command
