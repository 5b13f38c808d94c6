"""Which repositories are seen to call models, what they are given for it, and what no variable can lead."""

from dataclasses import replace

import pytest

from sandbox import gateway
from sandbox.buildpacks import plan_for
from sandbox.engine.fake import FakeEngine
from sandbox.gateway.addresses import is_replaceable
from sandbox.gateway.detection import detect
from sandbox.gateway.providers import GATEWAY, PROVIDERS
from sandbox.limits import Limits
from sandbox.plan import After, Companion, Plan
from sandbox.tree import Tree
from tests.sandbox.sample_repositories import EXAMPLES, REPOSITORIES

APP = (
    "from fastapi import FastAPI\nfrom openai import OpenAI\nimport os\n"
    "key = os.environ['OPENAI_API_KEY']\napp = FastAPI()\n"
)


@pytest.mark.parametrize(
    ("files", "client"),
    [
        ({"requirements.txt": "fastapi\nopenai>=1.0\n"}, "openai"),
        ({"pyproject.toml": '[project]\ndependencies = ["langchain-anthropic>=0.2"]\n'}, "anthropic"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\ngroq = "^0.9"\n'}, "groq"),
        ({"Pipfile": '[packages]\nollama = "*"\n'}, "ollama"),
        ({"app.py": "from google import genai\n"}, "gemini"),
        ({"app.py": "from llama_index.llms.groq import Groq\n"}, "groq"),
        ({"environment.yml": "dependencies:\n  - pip:\n    - google-genai\n"}, "gemini"),
        ({"app.py": "from llama_index.llms.openai import OpenAI\n"}, "openai"),
        ({"app.py": "from google import genai\nimport google.genai\n"}, "gemini"),
        ({"app.py": "import google.generativeai as genai\n"}, "gemini-old"),
        ({"web/package.json": '{"dependencies": {"@anthropic-ai/sdk": "^0.30"}}'}, "anthropic"),
        ({"server.js": "const key = process.env.OPENAI_API_KEY\n"}, "openai"),
        ({"app.py": "requests.post('https://api.mistral.ai/v1/chat/completions')\n"}, "mistral"),
        ({"pom.xml": "<artifactId>spring-ai-openai-spring-boot-starter</artifactId>"}, "spring-ai"),
        ({"go.mod": "require github.com/sashabaranov/go-openai v1.2.3\n"}, "openai"),
        ({"src/chat.ts": "fetch(`${process.env.LLM || 'http://localhost:11434'}/api/chat`)\n"}, "ollama"),
    ],
)
def test_client_is_seen_wherever_it_shows(files, client):
    calls = detect(Tree.of(files))
    assert client in calls.clients
    assert dict(next(one.env for one in PROVIDERS if one.id == client)).items() <= calls.env.items()


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import flask\n", "requirements.txt": "flask\n# openai\n"},
        {"README.md": "Get a key at https://api.openai.com and set OPENAI_API_KEY"},
        {"node_modules/openai/package.json": '{"dependencies": {"openai": "1"}}', "venv/a.py": "import openai"},
        {"package.json": "[", "pyproject.toml": "\x00"},
        {"settings.py": "CONTACT = 'https://openrouter.ai/keys'\nMODEL = 'gpt'\n"},
    ],
)
def test_other_repositories_get_nothing(files):
    assert detect(Tree.of(files)).env == {}


def test_sample_repositories_without_models_stay_as_they_are():
    for name, folder in (REPOSITORIES | EXAMPLES).items():
        if not name.startswith("ai-") and name != "guidebook":
            assert detect(Tree.at(folder)).clients == {}, name


@pytest.mark.parametrize(
    ("path", "text", "variable", "value"),
    [
        ("a.py", 'os.getenv("LLM_URL", "https://api.openai.com/v1")', "LLM_URL", f"{GATEWAY}/v1"),
        ("a.py", "os.environ.get('CHAT', 'https://api.groq.com/openai/v1/chat/completions')", "CHAT", None),
        ("a.js", "process.env.MODEL_HOST || 'http://localhost:11434'", "MODEL_HOST", GATEWAY),
        ("a.ts", 'process.env["AI_BASE"] ?? "https://openrouter.ai/api/v1"', "AI_BASE", f"{GATEWAY}/api/v1"),
        (".env.example", "LLM_ENDPOINT=https://api.deepseek.com/v1", "LLM_ENDPOINT", f"{GATEWAY}/v1"),
        ("compose.yml", "  - LLM=${LLM_BASE:-http://ollama:11434/v1}", "LLM_BASE", f"{GATEWAY}/v1"),
        (
            "s.py",
            "class S(BaseSettings):\n    llm_url: str = 'https://api.openai.com/v1'\n",
            "LLM_URL",
            f"{GATEWAY}/v1",
        ),
    ],
)
def test_variable_of_the_teams_own_is_led_to_the_gateway_too(path, text, variable, value):
    calls = detect(Tree.of({path: text}))
    assert calls.env[variable] == (value or f"{GATEWAY}/openai/v1/chat/completions")
    assert calls.unreached == ()


def test_keys_under_names_of_their_own_are_given():
    env = detect(Tree.of({"a.py": "import openai\nos.environ['LLM_API_KEY']; os.environ['STRIPE_API_KEY']\n"})).env
    assert "LLM_API_KEY" in env
    assert "STRIPE_API_KEY" not in env


@pytest.mark.parametrize("call", ["OpenAIEmbeddings()", "CharacterTextSplitter.from_tiktoken_encoder(chunk_size=9)"])
def test_tokeniser_that_would_download_its_table_is_told_with_its_line(call):
    files = {"rag.py": f"from langchain_openai import OpenAIEmbeddings\n\ne = {call}\n"}
    (sentence,) = detect(Tree.of(files)).unreached
    assert sentence.startswith("rag.py:3 downloads the table of a tokeniser")
    assert detect(Tree.of(files | {"Dockerfile": "ENV TIKTOKEN_CACHE_DIR=/cache\n"})).unreached == ()


def test_models_are_those_of_the_example_file_and_azure_gets_what_its_client_needs():
    reads = (
        "import openai\nos.environ['AZURE_OPENAI_DEPLOYMENT_NAME']; os.environ['AZURE_OPENAI_EMBEDDING_DEPLOYMENT']\n"
    )
    example = "MODEL=llama3.2\nCHAT_MODEL=\nMODEL_PATH=model.pkl\nDEBUG=1\nAZURE_OPENAI_API_VERSION=\n"
    env = detect(Tree.of({"a.py": reads, ".env.example": example})).env
    assert env["MODEL"] == "llama3.2"
    assert (env["AZURE_OPENAI_DEPLOYMENT_NAME"], env["AZURE_OPENAI_API_VERSION"]) == ("gpt-4o-mini", "2024-10-21")
    assert env["AZURE_OPENAI_EMBEDDING_DEPLOYMENT"] == "text-embedding-3-small"
    assert not {"CHAT_MODEL", "MODEL_PATH", "DEBUG"} & set(env)


def test_what_no_variable_can_lead_is_led_by_the_providers_name():
    calls = detect(Tree.of({"a.py": "import mistralai\nx = 1\nOpenAI(base_url='https://api.deepseek.com/v1')\n"}))
    assert calls.unreached == ()
    assert calls.names == ("api.deepseek.com", "api.mistral.ai")
    assert any("server_url" in sentence for sentence in calls.by_name)
    assert any(sentence.startswith("a.py:3 has the address https://api.deepseek.com") for sentence in calls.by_name)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("src/Ask.java", "https://api.groq.com/openai/v1"),
        ("ask.py", "http://api.groq.com/openai/v1"),
        ("ask.py", "https://api.groq.com:8443/openai/v1"),
    ],
)
def test_what_arrives_in_no_way_is_said_with_its_line(path, address):
    (sentence,) = detect(Tree.of({path: f'url = "{address}"\n'})).unreached
    assert sentence.startswith(f"{path}:1 has the address {address}")


def test_service_with_an_address_in_its_code_trusts_the_gateway_at_that_name():
    tree = Tree.of({"a.py": "OpenAI(base_url='https://openrouter.ai/api/v1')\n"})
    companion = Companion("worker", "worker", "FROM python:3.12-slim\n")
    plan = gateway.equip(Plan("python", 1, "FROM python:3.12-slim\n", companions=(companion,)), tree)
    assert gateway.hosts_of(plan) == ("openrouter.ai",)
    assert plan.refused == ()
    for part in (plan, *plan.companions):
        assert part.dockerfile.endswith("\nCOPY .assay/models.pem /etc/assay/models.pem\n")
        assert part.files[".assay/models.pem"].startswith("-----BEGIN CERTIFICATE-----\n")
        assert part.env["SSL_CERT_FILE"] == part.env["NODE_EXTRA_CA_CERTS"] == "/etc/assay/models.pem"


def test_stack_that_needs_the_port_itself_is_led_by_variables_only():
    tree = Tree.of({"a.py": "OpenAI(base_url='https://openrouter.ai/api/v1')\n"})
    proxy = Companion("proxy", "app", "FROM nginx\n", ports=(443,))
    plan = gateway.equip(Plan("python", 1, "FROM python:3.12-slim\n", companions=(proxy,)), tree)
    assert gateway.hosts_of(plan) == ()
    assert [note.id for note in plan.refused] == ["model_unreached"]
    assert "SSL_CERT_FILE" not in plan.env


def test_page_is_told_of_calls_that_cannot_be_led():
    plan = gateway.equip(Plan("python", 1, "", ports=(443,)), Tree.of({"a.py": "import google.generativeai\n"}))
    assert [note.id for note in plan.refused] == ["model_unreached"]
    assert "a.py (google-generativeai)" in plan.refused[0].why


def test_plan_names_its_variables_and_is_not_repaired_by_them():
    tree = Tree.of({"main.py": APP, "requirements.txt": "fastapi\nopenai\n"})
    plan = plan_for(tree)
    assert [note.id for note in plan.repairs if note.id == "environment_placeholder"]
    equipped = gateway.equip(plan, tree)
    assert equipped.env["OPENAI_API_KEY"].startswith("sk-")
    assert equipped.env["OPENAI_BASE_URL"] == f"{GATEWAY}/v1"
    assert "openai in requirements.txt" in equipped.why[-1]
    assert [note.id for note in equipped.repairs if note.id == "environment_placeholder"] == []
    assert Plan.from_json(equipped.to_json()) == equipped


def test_gateway_stands_where_an_ollama_would_unless_the_image_brings_one():
    tree = Tree.of({"a.js": "fetch('http://localhost:11434/api/chat')\n"})
    plan = gateway.equip(Plan("node", 1, "FROM node\n"), tree)
    assert (plan.hints["models"]["local"], plan.hints["models"]["unreached"]) == (True, [])
    own = gateway.equip(Plan("dockerfile", 1, "FROM ollama/ollama\n"), tree)
    assert own.hints["models"]["local"] is False
    assert gateway.hosts_of(own) == ()


def test_value_of_the_team_stays_unless_it_says_nothing():
    dockerfile = (
        "FROM python:3.12-slim\nENV OPENAI_API_KEY=sk-live-8f3k2 OPENAI_BASE_URL=http://proxy:9/v1\n"
        "ENV OPENAI_API_BASE=https://api.openai.com/v1\n"
    )
    equipped = gateway.equip(Plan("dockerfile", 1, dockerfile), Tree.of({"main.py": APP}))
    assert {name: value for name, value in equipped.env.items() if name.startswith("OPENAI")} == {
        "OPENAI_API_BASE": f"{GATEWAY}/v1"
    }


@pytest.mark.parametrize(
    ("value", "replaceable"),
    [
        ("", True),
        ("sk-your-key-here", True),
        ("<key>", True),
        ("sk-...", True),
        ("http://host.docker.internal:11434", True),
        ("https://team.openai.azure.com/", True),
        ("sk-proj-Hq81lPz", False),
        ("http://litellm:4000", False),
        ("https://llm.campus.edu/v1", False),
    ],
)
def test_placeholders_and_addresses_out_of_reach_are_replaceable(value, replaceable):
    assert is_replaceable(value) is replaceable


def test_server_of_models_in_a_stack_is_replaced_and_nobody_waits_for_it():
    waits = (After("ollama"), After("db"))
    ollama, database = (
        Companion(name, "data", f"FROM {image}\n")
        for name, image in (("ollama", "ollama/ollama:latest"), ("db", "postgres"))
    )
    worker = Companion("worker", "app", "FROM python\n", after=waits)
    plan = Plan("compose", 1, "FROM python\n", after=waits, companions=(ollama, database, worker))
    equipped = gateway.equip(plan, Tree.of({"a.py": "import ollama\n"}))
    assert [one.name for one in equipped.companions] == ["db", "worker"]
    assert [need.name for need in (*equipped.after, *equipped.companions[1].after)] == ["db", "db"]
    assert equipped.companions[0].env == {}
    assert equipped.companions[1].env["OLLAMA_HOST"] == GATEWAY
    assert gateway.hosts_of(equipped) == ("host.docker.internal", "ollama")


def test_gateway_stands_in_the_pod_of_a_plan_that_calls_models_only():
    engine = FakeEngine(tools={"gateway": {"events": [{"listening": [4010]}, {"call": {"kind": "chat"}}]}})
    plan = Plan("python", 1, "")
    with engine.pod("e", Limits()) as pod, gateway.open_beside(pod, plan) as models:
        assert models is None
    called = replace(plan, hints={"models": {"local": True}})
    with engine.pod("e", Limits()) as pod, gateway.open_beside(pod, called) as models:
        assert models.calls() == [{"kind": "chat"}]
    assert engine.calls.count("aside gateway") == 1


@pytest.mark.parametrize(
    "text", ["env" * 40_000, "X=" + "A_" * 60_000, " " * 120_000 + "A", "'" * 60_000, "\n" * 120_000]
)
def test_text_made_to_slow_the_reader_does_not(text):
    tree = Tree.of(
        {"a.py": text + " BaseSettings", ".env.example": text, "pyproject.toml": text, "requirements.txt": text}
    )
    assert detect(tree).clients == {}


def test_pages_that_make_a_client_while_they_are_built_have_its_key_then():
    files = {
        "package.json": '{"dependencies": {"next": "15", "openai": "4"}, "scripts": {"build": "next build"}}',
        "app/api/ask/route.js": "import OpenAI from 'openai'\nconst ai = new OpenAI()\nexport function GET() {}\n",
        "app/page.js": "export default function Page() { return null }\n",
    }
    tree = Tree.of(files)
    lines = gateway.equip(plan_for(tree), tree).dockerfile.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("RUN") and "run build" in line]
    assert lines[at - 1].startswith("ENV OPENAI_API_KEY=sk-assay")
    assert "BASE_URL" not in lines[at - 1]


def test_nodes_settings_are_not_repaired_by_the_gateways():
    files = {
        "package.json": '{"dependencies": {"express": "4", "groq-sdk": "1"}, "scripts": {"start": "node server.js"}}',
        "server.js": (
            "const app = require('express')()\nconst Groq = require('groq-sdk')\n"
            "const groq = new Groq({ apiKey: process.env.GROQ_API_KEY })\napp.listen(process.env.PORT)\n"
        ),
    }
    tree = Tree.of(files)
    plan = plan_for(tree)
    assert [note.id for note in plan.repairs] == ["environment_placeholder"]
    assert gateway.equip(plan, tree).repairs == ()


@pytest.mark.parametrize("transport", ["", ", transport='rest'"], ids=["grpc", "rest"])
def test_older_client_of_google_is_led_by_name_whatever_it_speaks(transport):
    text = f"import google.generativeai as genai\ngenai.configure(api_key='k'{transport})\n"
    calls = detect(Tree.of({"a.py": text}))
    assert (calls.unreached, calls.names) == ((), ("generativelanguage.googleapis.com",))


@pytest.mark.parametrize(
    ("code", "model"),
    [
        ("os.getenv('GROQ_MODEL')", "llama-3.3-70b-versatile"),
        ("os.environ['OPENAI_MODEL_NAME']", "gpt-4o-mini"),
        ("os.environ.get('OPENAI_EMBEDDING_MODEL')", "text-embedding-3-small"),
        ("os.getenv('GEMINI_MODEL', 'gemini-pro')", None),
        ("os.getenv('GEMINI_MODEL') or 'gemini-pro'", None),
        ("process.env.LLM_MODEL || 'x'", None),
        ("process.env.LLM_MODEL", "gpt-4o-mini"),
    ],
)
def test_model_that_only_a_variable_names_has_a_name(code, model):
    path = "a.js" if "process" in code else "a.py"
    env = detect(Tree.of({path: f"import openai\nm = {code}\n", "requirements.txt": "openai\n"})).env
    assert {value for name, value in env.items() if "MODEL" in name} == ({model} if model else set())
