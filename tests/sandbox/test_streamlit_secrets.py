"""Streamlit's secrets: which the code reads, and the file that a run is given in place of the team's own."""

import tomllib

import pytest

from sandbox import gateway
from sandbox.buildpacks import plan_for
from sandbox.pysource.streamlitsecrets import SOURCE, secrets_of
from sandbox.pysource.syntax import modules
from sandbox.tree import Tree

APP = (
    "import streamlit as st\nfrom groq import Groq\nst.set_page_config('Ask')\n"
    "client = Groq(api_key=st.secrets['GROQ_API_KEY'])\nweather = st.secrets.get('WEATHER_API_KEY')\n"
    "theme = st.secrets['THEME']\n"
)
FILES = {"app.py": APP, "requirements.txt": "streamlit\ngroq\n"}


def equipped(files):
    tree = Tree.of(files)
    return gateway.equip(plan_for(tree), tree)


@pytest.mark.parametrize(
    ("code", "paths"),
    [
        ("st.secrets['A_KEY']", (("A_KEY",),)),
        ("st.secrets.A_KEY", (("A_KEY",),)),
        ("st.secrets.get('A_KEY', '')", (("A_KEY",),)),
        ("st.secrets['openai']['api_key']", (("openai", "api_key"),)),
        ("st.secrets.openai.api_key", (("openai", "api_key"),)),
        ("st.secrets[name]", ()),
        ("'A_KEY' in st.secrets", ()),
        ("other.secrets['A_KEY']", ()),
    ],
)
def test_what_is_read_is_known(code, paths):
    assert secrets_of(modules(Tree.of({"app.py": f"import streamlit as st\nx = {code}\n"}))) == paths


def test_file_has_the_gateways_key_and_placeholders_for_other_secrets():
    plan = equipped(FILES)
    secrets = tomllib.loads(plan.files[SOURCE])
    assert set(secrets) == {"GROQ_API_KEY", "WEATHER_API_KEY"}
    assert secrets["GROQ_API_KEY"] == plan.env["GROQ_API_KEY"]
    assert f"COPY {SOURCE} /app/.streamlit/secrets.toml" in plan.dockerfile
    (note,) = [note for note in plan.repairs if note.id == "environment_placeholder"]
    assert "WEATHER_API_KEY" in note.why
    assert "GROQ_API_KEY" not in note.why


def test_tables_are_written_as_tables():
    plan = equipped(FILES | {"app.py": APP + "st.secrets['openai']['api_key']\n"})
    secrets = tomllib.loads(plan.files[SOURCE])
    assert secrets["openai"]["api_key"]


def test_file_of_the_team_is_left_alone():
    plan = equipped(FILES | {".streamlit/secrets.toml": "GROQ_API_KEY = 'x'\n"})
    assert SOURCE not in plan.files
