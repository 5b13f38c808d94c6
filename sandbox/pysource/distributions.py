"""Which distribution brings an import, and what a distribution needs beside itself: data, and look-ups in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sandbox.pysource.standard import STANDARD_MODULES
from sandbox.pysource.syntax import Module
from sandbox.sourcetext.shape import INSTALLED
from sandbox.tree import Tree

# Imports whose distribution has another name. Everything else is taken to be called as it is imported.
BY_IMPORT = {
    "allauth": "django-allauth",
    "attr": "attrs",
    "axes": "django-axes",
    "bs4": "beautifulsoup4",
    "bson": "pymongo",
    "ckeditor": "django-ckeditor",
    "corsheaders": "django-cors-headers",
    "crispy_forms": "django-crispy-forms",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dash_bootstrap_components": "dash-bootstrap-components",
    "dateutil": "python-dateutil",
    "debug_toolbar": "django-debug-toolbar",
    "decouple": "python-decouple",
    "deepgram": "deepgram-sdk",
    "discord": "discord-py",
    "django_filters": "django-filter",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "flask_bcrypt": "flask-bcrypt",
    "flask_cors": "flask-cors",
    "flask_jwt_extended": "flask-jwt-extended",
    "flask_login": "flask-login",
    "flask_migrate": "flask-migrate",
    "flask_socketio": "flask-socketio",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_wtf": "flask-wtf",
    "git": "gitpython",
    "github": "pygithub",
    "google.adk": "google-adk",
    "google.ai": "google-ai-generativelanguage",
    "google.api_core": "google-api-core",
    "google.auth": "google-auth",
    "google.genai": "google-genai",
    "google.generativeai": "google-generativeai",
    "google.oauth2": "google-auth",
    "google.protobuf": "protobuf",
    "googleapiclient": "google-api-python-client",
    "googlesearch": "googlesearch-python",
    "import_export": "django-import-export",
    "jazzmin": "django-jazzmin",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "mptt": "django-mptt",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "nacl": "pynacl",
    "newspaper": "newspaper3k",
    "phi": "phidata",
    "phonenumber_field": "django-phonenumber-field",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "pptx": "python-pptx",
    "prometheus_fastapi_instrumentator": "prometheus-fastapi-instrumentator",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "rest_framework_simplejwt": "djangorestframework-simplejwt",
    "serial": "pyserial",
    "serpapi": "google-search-results",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "speech_recognition": "speechrecognition",
    "storages": "django-storages",
    "taggit": "django-taggit",
    "tailwind": "django-tailwind",
    "tavily": "tavily-python",
    "telebot": "pytelegrambotapi",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "vertexai": "google-cloud-aiplatform",
    "weaviate": "weaviate-client",
    "whisper": "openai-whisper",
    "widget_tweaks": "django-widget-tweaks",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}

# How many parts of an import name its distribution: llama_index.llms.groq is llama-index-llms-groq.
_NAMESPACES = {
    "llama_index": 3,
    "google.cloud": 3,
    "azure": 2,
    "azure.ai": 3,
    "azure.cognitiveservices": 3,
    "azure.keyvault": 3,
    "azure.search": 3,
    "azure.storage": 3,
}
_SHARED = frozenset({"azure", "google", "llama_index"})
# Names of the table above that are inside another one.
_DOTTED = tuple(name for name in BY_IMPORT if "." in name)
# What is there in a notebook of Google's alone.
_HOSTED = ("google.colab",)

# Shared libraries that a wheel expects of the system, or headers that a source distribution compiles against.
SYSTEM_PACKAGES = {
    "opencv-python": ("libgl1", "libglib2.0-0"),
    "opencv-contrib-python": ("libgl1", "libglib2.0-0"),
    "lightgbm": ("libgomp1",),
    "xgboost": ("libgomp1",),
    "catboost": ("libgomp1",),
    "psycopg2": ("gcc", "libc6-dev", "libpq-dev"),
    "mysqlclient": ("gcc", "libc6-dev", "default-libmysqlclient-dev", "pkg-config"),
    "pycairo": ("gcc", "libc6-dev", "libcairo2-dev", "pkg-config"),
    "pyaudio": ("gcc", "libc6-dev", "portaudio19-dev"),
    "python-ldap": ("gcc", "libc6-dev", "libldap2-dev", "libsasl2-dev"),
    "uwsgi": ("gcc", "libc6-dev"),
    "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0"),
    "pyspark": ("default-jre-headless",),
    "h2o": ("default-jre-headless",),
    "tabula-py": ("default-jre-headless",),
    "language-tool-python": ("default-jre-headless",),
    "pytesseract": ("tesseract-ocr",),
    "pydub": ("ffmpeg",),
    "soundfile": ("libsndfile1",),
    "graphviz": ("graphviz",),
}


def normalise(name: str) -> str:
    """The PEP 503 form of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(imported: str) -> str:
    """The distribution that most likely brings a dotted import."""
    parts = imported.split(".")
    named = (BY_IMPORT.get(".".join(parts[:size])) for size in (len(parts), 2, 1))
    return next((name for name in named if name), None) or _of_namespace(parts) or normalise(parts[0])


def is_shared(imported: str) -> bool:
    """Whether a dotted import may come from any of several distributions that share the name which it begins with."""
    head = imported.partition(".")[0]
    return head in _SHARED or any(imported.startswith(f"{name}.") or imported == name for name in _DOTTED)


def _of_namespace(parts: list[str]) -> str:
    """The same of a namespace that many distributions share, each named by its own part of it; "" for any other."""
    deep = _NAMESPACES.get(".".join(parts[:2])) or _NAMESPACES.get(parts[0]) or 0
    own = [re.sub(r"_v\d\w*$", "", part) for part in parts[:deep]]
    return normalise("-".join(own)) if deep and len(own) == deep and own[1] not in ("core", "legacy") else ""


def imports_of(module: Module) -> Iterator[str]:
    """Dotted names of what it imports from outside; of a shared namespace also what it takes out of it.

    `from google import genai` is "google.genai", too.
    """
    yield from (name for name, level in module.imports if level == 0 and name)
    yield from (name for name in module.names.values() if name.partition(".")[0] in _SHARED)


def third_party(tree: Tree, parsed: Iterable[Module]) -> tuple[str, ...]:
    """Distributions that the modules import, without the standard library and the repository's own files."""
    paths = [path for path in tree.paths if path.endswith(".py") and INSTALLED.isdisjoint(path.split("/"))]
    own = {part.removesuffix(".py") for path in paths for part in path.split("/")}
    names = {name for module in parsed for name in imports_of(module) if not name.startswith(_HOSTED)}
    foreign = {name for name in names if name.partition(".")[0] not in own | STANDARD_MODULES}
    # A bare namespace is another project's package.
    return tuple(sorted({distribution_of(name) for name in foreign} - {"google", "azure"}))


def system_packages(distributions: Iterable[str]) -> tuple[str, ...]:
    """Debian packages that these distributions need, sorted."""
    return tuple(sorted({package for name in distributions for package in SYSTEM_PACKAGES.get(normalise(name), ())}))
