"""pip that refuses to install beside the packages of the distribution: data only."""

from sandbox.diagnosis.rules import rule

SYSTEM_PYTHON_RULES = (
    rule(
        "externally_managed",
        (r"^error: externally-managed-environment", r"hint: See PEP 668 for the detailed specification"),
        "pip may not install into the Python of this base image, which the system keeps for itself",
        "Write FROM python:3.12-slim, or make a virtual environment first: RUN python3 -m venv /venv and "
        "ENV PATH=/venv/bin:$PATH before pip install.",
        place="dockerfile",
    ),
)
