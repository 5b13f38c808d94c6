"""What a repository is told that serves nobody: it is a bot, a program for a terminal, or notebooks."""

import pytest

from sandbox.buildpacks import plan_for
from sandbox.faults import TeamFault
from sandbox.tree import Tree

BOT = "import discord\nclient = discord.Client()\nclient.run('x')\n"
ASKS = "if __name__ == '__main__':\n    print(input('Your question? '))\n"
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["print(1)"]}]}'


@pytest.mark.parametrize(
    ("files", "title", "seen"),
    [
        ({"bot.py": BOT, "requirements.txt": "discord.py\n"}, "a bot for Discord", "bot.py waits"),
        (
            {"package.json": '{"dependencies": {"telegraf": "4"}}', "index.js": "bot.launch()\n"},
            "a bot for Telegram",
            "package.json waits",
        ),
        ({"main.py": ASKS, "agents.py": "def plan():\n    return []\n"}, "for a terminal", "main.py runs"),
        ({"rag.ipynb": NOTEBOOK, "README.md": "# RAG\n"}, "notebooks only", "rag.ipynb: none of them trains"),
        ({"README.md": "# Soon\n"}, "Nothing in this repository", "README.md"),
    ],
)
def test_what_serves_nobody_is_named_and_told_how_to_become_a_service(files, title, seen):
    with pytest.raises(TeamFault) as raised:
        plan_for(Tree.of(files))
    assert raised.value.id == "nothing_runnable"
    assert title in raised.value.title
    assert seen in raised.value.detail
    assert "assay.yaml" in raised.value.fix


def test_a_bot_beside_a_service_is_no_reason_to_pass_it_over():
    web = "from fastapi import FastAPI\napp = FastAPI()\n"
    plan = plan_for(Tree.of({"bot.py": BOT, "main.py": web, "requirements.txt": "fastapi\ndiscord.py\n"}))
    assert plan.hints["framework"] == "fastapi"
