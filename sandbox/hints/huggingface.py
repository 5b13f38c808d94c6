"""The front matter of a Hugging Face Space's README: its kind, its application's file, its port and its packages."""

from __future__ import annotations

import re
import shlex

from sandbox.hints import MAX_TEXT, Hint, HintKind
from sandbox.hints.documents import port_of, text_of, yaml_of
from sandbox.tree import Tree

_NAMES = ("README.md", "readme.md", "Readme.md")
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,8000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_STARTS = {
    "gradio": "GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=${{PORT:-7860}} exec python {file}",
    "streamlit": (
        "exec python -m streamlit run {file} --server.headless true --server.address 0.0.0.0 "
        "--server.port ${{PORT:-8501}} --browser.gatherUsageStats false"
    ),
}
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,2}")


def read(tree: Tree) -> Hint | None:
    path = next((name for name in _NAMES if name in tree), "")
    front = _FRONT.match(tree.read(path, MAX_TEXT))
    document = yaml_of(front[1]) if front else {}
    sdk = text_of(document.get("sdk"))
    if sdk not in ("gradio", "streamlit", "docker", "static"):
        return None
    file = text_of(document.get("app_file")) or "app.py"
    version = str(document.get("sdk_version") or "")
    python = re.match(r"3\.\d{1,2}", str(document.get("python_version") or ""))
    known = f"{sdk}=={version}" if _VERSION.fullmatch(version) else sdk
    if sdk not in _STARTS or file not in tree:
        return Hint(path, port=port_of(document.get("app_port")) or (7860 if sdk == "docker" else None), sdk=sdk)
    return Hint(
        path,
        start=_STARTS[sdk].format(file=shlex.quote(file)),
        port=port_of(document.get("app_port")),
        app_file=file,
        sdk=sdk,
        packages=(known,),
        python=python[0] if python else "",
    )


HINT = HintKind(
    id="huggingface",
    rank=5,
    read=read,
    sample={
        "README.md": (
            "---\ntitle: Plant doctor\nemoji: 🌱\nsdk: docker\napp_port: 7860\npinned: false\n---\n\n# Plant doctor\n"
        )
    },
)
