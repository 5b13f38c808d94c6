"""The web frameworks that can be recognised and started: data only, one row a framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Interface = Literal["asgi", "wsgi", "script"]


@dataclass(frozen=True)
class Framework:
    """One framework.

    constructors  dotted names whose call makes the application object ("flask.Flask")
    interface     "asgi" and "wsgi" objects are given to a server; a "script" serves by itself
    packages      distributions that bring it (normalised names)
    port          where it listens when nobody says otherwise
    attribute     the servable object when it is not the application itself (Dash keeps Flask in `.server`)
    openapi       path of the document that it serves of its own accord, or ""
    health        paths on which it answers health of its own accord
    ui            a page for people rather than an API: an API beside it is the better thing to put under load
    """

    id: str
    title: str
    interface: Interface
    constructors: tuple[str, ...]
    packages: tuple[str, ...]
    port: int
    attribute: str = ""
    openapi: str = ""
    health: tuple[str, ...] = ()
    ui: bool = False


FASTAPI = Framework(
    "fastapi",
    "FastAPI",
    "asgi",
    ("fastapi.FastAPI", "fastapi.applications.FastAPI"),
    ("fastapi",),
    8000,
    openapi="/openapi.json",
)
FLASK = Framework(
    "flask",
    "Flask",
    "wsgi",
    ("flask.Flask", "flask.app.Flask", "apiflask.APIFlask", "flask_openapi3.OpenAPI"),
    ("flask",),
    5000,
)
DJANGO = Framework("django", "Django", "wsgi", (), ("django",), 8000)
STREAMLIT = Framework(
    "streamlit", "Streamlit", "script", (), ("streamlit",), 8501, health=("/_stcore/health",), ui=True
)
GRADIO = Framework(
    "gradio",
    "Gradio",
    "script",
    ("gradio.Interface", "gradio.Blocks", "gradio.ChatInterface", "gradio.TabbedInterface"),
    ("gradio",),
    7860,
    ui=True,
)
CHAINLIT = Framework("chainlit", "Chainlit", "script", (), ("chainlit",), 8000, ui=True)
PANEL = Framework("panel", "Panel", "script", (), ("panel",), 5006, ui=True)
TORNADO = Framework("tornado", "Tornado", "script", ("tornado.web.Application",), ("tornado",), 8888)
BENTOML = Framework(
    "bentoml",
    "BentoML",
    "script",
    ("bentoml.Service", "bentoml.legacy.Service"),
    ("bentoml",),
    3000,
    openapi="/docs.json",
    health=("/readyz", "/healthz", "/livez"),
)
# A server that the file starts itself, from the standard library or a framework with a loop of its own.
SELF_SERVED = Framework("script", "a server of its own", "script", (), (), 8000)

FRAMEWORKS: tuple[Framework, ...] = (
    FASTAPI,
    FLASK,
    DJANGO,
    STREAMLIT,
    GRADIO,
    CHAINLIT,
    PANEL,
    TORNADO,
    BENTOML,
    Framework("starlette", "Starlette", "asgi", ("starlette.applications.Starlette",), ("starlette",), 8000),
    Framework(
        "litestar",
        "Litestar",
        "asgi",
        ("litestar.Litestar", "litestar.app.Litestar"),
        ("litestar",),
        8000,
        openapi="/schema/openapi.json",
    ),
    Framework("quart", "Quart", "asgi", ("quart.Quart",), ("quart",), 5000),
    Framework("dash", "Dash", "wsgi", ("dash.Dash",), ("dash",), 8050, attribute="server", ui=True),
    Framework("bottle", "Bottle", "wsgi", ("bottle.Bottle", "bottle.default_app"), ("bottle",), 8080),
    Framework("falcon", "Falcon", "wsgi", ("falcon.App", "falcon.API"), ("falcon",), 8000),
    Framework("sanic", "Sanic", "asgi", ("sanic.Sanic", "sanic.app.Sanic"), ("sanic",), 8000),
    Framework("shiny", "Shiny", "asgi", ("shiny.App", "shiny.express.app"), ("shiny",), 8000, ui=True),
    SELF_SERVED,
)

BY_CONSTRUCTOR = {name: framework for framework in FRAMEWORKS for name in framework.constructors}
BY_ID = {framework.id: framework for framework in FRAMEWORKS}
