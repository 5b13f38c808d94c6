"""What a repository is that serves nobody: a bot, a program for a terminal, notebooks; and what makes it a service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.jobs.learning import runs
from sandbox.nodesource.packages import packages_of
from sandbox.pysource.entrypoint import is_aside
from sandbox.pysource.syntax import Module, modules
from sandbox.tree import Tree

# Import or package -> whose messages the program waits for.
_CHATS = {
    "discord": "Discord",
    "nextcord": "Discord",
    "disnake": "Discord",
    "discord.js": "Discord",
    "telegram": "Telegram",
    "telebot": "Telegram",
    "aiogram": "Telegram",
    "pyrogram": "Telegram",
    "telethon": "Telegram",
    "telegraf": "Telegram",
    "grammy": "Telegram",
    "node-telegram-bot-api": "Telegram",
    "slack_bolt": "Slack",
    "@slack/bolt": "Slack",
    "whatsapp-web.js": "WhatsApp",
    "@whiskeysockets/baileys": "WhatsApp",
}
_DECLARED = "say in assay.yaml what starts it (`assay init` writes one to begin with)"


@dataclass(frozen=True)
class Unserved:
    """For people: what it is, where that was seen, and what a team does so that it can be evaluated."""

    title: str
    seen: str
    fix: str


def unserved(tree: Tree) -> Unserved | None:
    """The first that applies; None for a repository of which nothing can be said."""
    parsed = [module for module in modules(tree) if not is_aside(module.path)]
    bot = next(_bots(tree, parsed), None)
    if bot is not None:
        chat, where = bot
        return Unserved(
            f"This is a bot for {chat}, and answers nobody else",
            f"{where} waits for messages of {chat}, which a run cannot reach, and no file serves HTTP.",
            "Put what makes the answer into a function, let a small endpoint call it beside the bot "
            f"(FastAPI: POST /ask), and {_DECLARED}.",
        )
    program = next((module for module in parsed if runs(module)), None)
    if program is not None:
        return Unserved(
            "This is a program for a terminal: it serves no HTTP",
            f"{program.path} runs to its end, or asks at the keyboard.",
            "Put its work into a function and let an endpoint or a page call it (FastAPI: POST /run, Streamlit, "
            f"Gradio); if it is served in some other way, {_DECLARED}.",
        )
    notebooks = [path for path in tree.paths if path.endswith(".ipynb")]
    if notebooks:
        return Unserved(
            "There are notebooks only: nothing serves HTTP",
            f"{', '.join(notebooks[:4])}: none of them trains a model, so there is nothing to run to its end either.",
            "Move what answers a question out of the notebook into a file, and let an endpoint or a page call it "
            f"(FastAPI, Streamlit, Gradio); then {_DECLARED}.",
        )
    return None


def _bots(tree: Tree, parsed: list[Module]) -> Iterator[tuple[str, str]]:
    """(chat, file) of each file or package that makes a bot."""
    for module in parsed:
        for name in module.packages:
            if name in _CHATS:
                yield _CHATS[name], module.path
    for package in packages_of(tree):
        for name in package.dependencies:
            if name in _CHATS:
                yield _CHATS[name], package.path
