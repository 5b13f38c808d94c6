"""Whether a repository calls models, and which variables lead its calls to the gateway. Pure: it reads the tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sandbox.gateway.addresses import ANY_ADDRESS, at_gateway, fallbacks, is_local, is_replaceable, whose
from sandbox.gateway.packages import MAX_BYTES, by_package
from sandbox.gateway.providers import KEY, PROVIDERS
from sandbox.pysource.syntax import FOREIGN_FOLDERS
from sandbox.sourcetext.placeholders import example_values
from sandbox.tree import Tree

MAX_FILES, MAX_UNREACHED, MAX_NAMES = 600, 8, 32
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){1,6}")
# Languages whose programs trust what is built into them, whatever the environment says.
_OWN_TRUST = re.compile(r"\.(?:java|kt|php|rs)$")
_CODE = re.compile(r"\.(?:py|js|jsx|ts|tsx|mjs|cjs|go|java|kt|rs|rb|php|cs)$")
_SETTINGS = re.compile(r"\.(?:properties|ya?ml|toml)$|(?:^|/)(?:\.env[\w.]*|[\w.]*\.env)$")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,8}\b")
# Names that people give to the key of whatever model they use.
_OWN_KEY = re.compile(r"(?:LLM|MODEL|GPT|CHATGPT|CLAUDE|AI|CHAT|EMBEDDINGS?)_(?:\w+_)?(?:KEY|TOKEN)")

# LangChain's and OpenAI's tokeniser downloads its table when it is first used.
_TOKENISER = re.compile(r"\b(?:OpenAIEmbeddings|from_tiktoken_encoder|tiktoken\.(?:get_encoding|encoding_for_model))\(")
_TABLE_AT_HAND = re.compile(r"TIKTOKEN_CACHE_DIR|check_embedding_ctx_length\s?=\s?False")
# Names of models in an example file are the team's own choice; Azure's clients cannot even be made without theirs.
_MODEL = re.compile(r"(?:^|_)(?:MODEL|DEPLOYMENT)(?:_NAME|_ID)?$")
_AZURE = (
    (re.compile(r"AZURE_OPENAI_\w*EMBED\w*(?:DEPLOYMENT|MODEL)\w*"), "text-embedding-3-small"),
    (re.compile(r"AZURE_OPENAI_\w*(?:DEPLOYMENT|MODEL)\w*"), "gpt-4o-mini"),
    (re.compile(r"AZURE_OPENAI_\w*VERSION"), "2024-10-21"),
)


# A variable that names a model and is read without another value: without one the model of a call would be missing.
_UNNAMED = re.compile(
    r"(?:(?:getenv|environ\.get)\(\s{0,4}[\"']|environ\[[\"']|process\.env\.)"
    r"((?:OPENAI|GROQ|GEMINI|GOOGLE|ANTHROPIC|CLAUDE|OLLAMA|LLM|CHAT|EMBEDDINGS?)_(?:\w{1,20}_)?MODEL(?:_NAME|_ID)?)\b"
    r"(?![\"']?\s{0,4}(?:,|\|\||\?\?))(?![\"'][\])]\s{0,4}(?:or\b|\|\||\?\?))"
)
_USUAL_MODELS = (
    ("EMBED", "text-embedding-3-small"),
    ("GROQ", "llama-3.3-70b-versatile"),
    ("G", "gemini-2.0-flash"),
    ("ANTHROPIC", "claude-sonnet-4-20250514"),
    ("CLAUDE", "claude-sonnet-4-20250514"),
    ("OLLAMA", "llama3.2"),
    ("", "gpt-4o-mini"),
)


@dataclass(frozen=True)
class Calls:
    """What calls models. `clients` are provider ids with where each was seen; `env` leads them to the gateway.

    `names` are the hosts of the providers: calls that no variable leads arrive where the gateway answers for those, and
    `by_name` are sentences about them for where it cannot. `unreached` are sentences about calls that do not arrive in
    either way, all with file and line where they are known. `local` tells that some may go to an Ollama beside the
    application: its clients ask there when told nothing.
    """

    clients: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    local: bool = False


@dataclass
class _Reading:
    """What the files say: variables and where each was seen first, those with an address, addresses in the code."""

    clients: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    addressed: dict[str, str] = field(default_factory=dict)
    literal: dict[str, str] = field(default_factory=dict)
    tokenisers: list[str] = field(default_factory=list)
    unnamed: set[str] = field(default_factory=set)

    def read(self, path: str, text: str) -> None:
        for name in _VARIABLE.findall(text):
            self.variables.setdefault(name, path)
        tokeniser = _TOKENISER.search(text) if path.endswith(".py") and not _TABLE_AT_HAND.search(text) else None
        if tokeniser is not None:
            self.tokenisers.append(f"{path}:{_line(text, tokeniser.start())}")
        self.unnamed |= set(_UNNAMED.findall(text))
        given = fallbacks(text)
        for name, address in given:
            if whose(address) is not None:
                self.addressed[name] = at_gateway(address)
        led = {address for _, address in given}
        for found in ANY_ADDRESS.finditer(text):
            provider = whose(found[1])
            if provider is None:
                continue
            self.clients.setdefault(provider.id, path)
            if found[1] not in led and _CODE.search(path):
                self.literal.setdefault(f"{path}:{_line(text, found.start())}", found[1])


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def detect(tree: Tree) -> Calls:
    """The calls of a repository; an empty `clients` means that it makes none."""
    clients: dict[str, str] = {}
    for provider, where in by_package(tree):
        clients.setdefault(provider.id, where)
    reading = _Reading(clients)
    for path in _files(tree):
        reading.read(path, tree.read(path, MAX_BYTES))
    for provider in PROVIDERS:
        seen = next((name for name in reading.variables if provider.names and name.startswith(provider.names)), None)
        if seen is not None:
            clients.setdefault(provider.id, f"{reading.variables[seen]} ({seen})")
    env: dict[str, str] = {}
    for provider in PROVIDERS:
        if provider.id in clients:
            env |= provider.env
    if clients:
        env = _modelled(reading.unnamed) | _named(reading.variables) | _documented(tree) | env
    far = {where: address for where, address in reading.literal.items() if not is_local(address)}
    named = {where: address for where, address in far.items() if _is_named(where, address)}
    by_name = (*_unled(clients, by_name=True), *_told(named))
    lost = {where: address for where, address in far.items() if where not in named}
    unreached = (*_unled(clients, by_name=False), *_told(lost), *_tables(tree, reading.tokenisers))
    return Calls(
        clients,
        env | reading.addressed,
        names=_names(clients, named.values()),
        by_name=by_name[:MAX_UNREACHED],
        unreached=unreached[:MAX_UNREACHED],
        local="ollama" in clients,
    )


def _named(variables: dict[str, str]) -> dict[str, str]:
    """Values for variables of the team's own that a client cannot do without."""
    env = {name: f"sk-{KEY}" for name in variables if _OWN_KEY.fullmatch(name)}
    for pattern, value in reversed(_AZURE):
        env |= {name: value for name in variables if pattern.fullmatch(name)}
    return env


def _modelled(names: Iterable[str]) -> dict[str, str]:
    """A usual model for each variable that has to name one."""
    return {
        name: next(
            model for start, model in _USUAL_MODELS if name.startswith(start) or (start == "EMBED" and start in name)
        )
        for name in names
    }


def _documented(tree: Tree) -> dict[str, str]:
    """Names of models that the example of the environment file gives."""
    _, values = example_values(tree)
    return {name: value for name, value in values.items() if _MODEL.search(name) and not is_replaceable(value)}


def _is_named(where: str, address: str) -> bool:
    """Whether a call of an address in the code arrives where the gateway answers for its host."""
    parts = urlsplit(address)
    return parts.scheme == "https" and parts.port in (None, 443) and not _OWN_TRUST.search(where.rpartition(":")[0])


def _names(clients: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    hosts = [host for provider in PROVIDERS if provider.id in clients for host in provider.hosts if "*" not in host]
    named = [host.partition("/")[0] for host in hosts] + [urlsplit(address).hostname or "" for address in addresses]
    return tuple(sorted({name for name in named if _HOST.fullmatch(name)}))[:MAX_NAMES]


def _unled(clients: dict[str, str], *, by_name: bool) -> list[str]:
    return [
        f"{provider.title} ({clients[provider.id]}) cannot be led to the model gateway. {provider.unreached}"
        for provider in PROVIDERS
        if provider.unreached and provider.id in clients and bool(provider.hosts) == by_name
    ]


def _told(literal: dict[str, str]) -> list[str]:
    return [
        f"{where} has the address {address} in the code, which a run cannot reach. Read it from a variable."
        for where, address in literal.items()
    ]


def _tables(tree: Tree, tokenisers: list[str]) -> list[str]:
    """What is said of a tokeniser whose table is not in the image."""
    dockerfiles = (path for path in tree.paths if "dockerfile" in path.lower())
    if any("TIKTOKEN_CACHE_DIR" in tree.read(path, MAX_BYTES) for path in dockerfiles):
        return []
    return [
        f"{where} downloads the table of a tokeniser at its first use, which a run cannot. Set TIKTOKEN_CACHE_DIR in a "
        "Dockerfile and load the encoding there."
        for where in tokenisers[:1]
    ]


def _files(tree: Tree) -> list[str]:
    """Source and settings of the team's own, nearest to the root first."""
    named = (path for path in tree.paths if _CODE.search(path) or _SETTINGS.search(path))
    own = (path for path in named if not FOREIGN_FOLDERS & set(path.split("/")[:-1]))
    return [path for _, path in zip(range(MAX_FILES), own, strict=False)]
