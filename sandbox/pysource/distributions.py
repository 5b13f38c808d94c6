"""Which distribution brings an import, and what a distribution needs beside itself: data, and look-ups in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from sandbox.pysource.syntax import Module
from sandbox.sourcetext.shape import INSTALLED
from sandbox.tree import Tree

# Imports whose distribution has another name. Everything else is taken to be called as it is imported.
BY_IMPORT = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dash_bootstrap_components": "dash-bootstrap-components",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "decouple": "python-decouple",
    "corsheaders": "django-cors-headers",
    "rest_framework": "djangorestframework",
    "crispy_forms": "django-crispy-forms",
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
    "google.generativeai": "google-generativeai",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "nacl": "pynacl",
    "PIL": "pillow",
    "pptx": "python-pptx",
    "prometheus_fastapi_instrumentator": "prometheus-fastapi-instrumentator",
    "psycopg2": "psycopg2-binary",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}

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
    head = imported.partition(".")[0]
    return BY_IMPORT.get(imported) or BY_IMPORT.get(head) or normalise(head)


def third_party(tree: Tree, parsed: Iterable[Module]) -> tuple[str, ...]:
    """Distributions that the modules import, without the standard library and the repository's own files."""
    paths = [path for path in tree.paths if path.endswith(".py") and INSTALLED.isdisjoint(path.split("/"))]
    own = {part.removesuffix(".py") for path in paths for part in path.split("/")}
    names = {name for module in parsed for name, level in module.imports if level == 0 and name}
    foreign = {name for name in names if name.partition(".")[0] not in own | sys.stdlib_module_names}
    return tuple(sorted({distribution_of(name) for name in foreign}))


def system_packages(distributions: Iterable[str]) -> tuple[str, ...]:
    """Debian packages that these distributions need, sorted."""
    return tuple(sorted({package for name in distributions for package in SYSTEM_PACKAGES.get(normalise(name), ())}))
