"""What pip took once and refuses today: data only."""

from sandbox.diagnosis.rules import rule

PIP_RULES = (
    rule(
        "externally_managed",
        (r"^error: externally-managed-environment", r"hint: See PEP 668 for the detailed specification"),
        "pip may not install into the Python of this base image, which the system keeps for itself",
        "Write FROM python:3.12-slim, or make a virtual environment first: RUN python3 -m venv /venv and "
        "ENV PATH=/venv/bin:$PATH before pip install.",
        place="dockerfile",
    ),
    rule(
        "metadata_refused",
        (r"Ignoring version (?P<version>[\w.+!-]{1,40}) of (?P<package>[\w.-]{1,80}) since it has invalid metadata",),
        "{package} {version} describes itself in a way that pip refuses since version 24.1",
        "Pin a newer {package}; until then install with RUN pip install 'pip<24.1' before the requirements.",
        place="requirement",
    ),
)
