"""Skills that a report shows, each with the observation that shows it. Pure: a report in, skills out."""

import re
from dataclasses import asdict, dataclass
from typing import Any

# What a plan's framework or runtime line, or a dependency, is called by people.
NAMES = {
    "celery": "Celery",
    "django": "Django",
    "docker": "Docker",
    "express": "Express",
    "fastapi": "FastAPI",
    "flask": "Flask",
    "go": "Go",
    "gradio": "Gradio",
    "gunicorn": "Gunicorn",
    "java": "Java",
    "langchain": "LangChain",
    "node": "Node.js",
    "node.js": "Node.js",
    "numpy": "NumPy",
    "pandas": "pandas",
    "postgresql": "PostgreSQL",
    "psycopg": "PostgreSQL",
    "pydantic": "Pydantic",
    "python": "Python",
    "pytorch": "PyTorch",
    "react": "React",
    "redis": "Redis",
    "scikit-learn": "scikit-learn",
    "sqlalchemy": "SQLAlchemy",
    "streamlit": "Streamlit",
    "tensorflow": "TensorFlow",
    "torch": "PyTorch",
    "transformers": "Transformers",
    "typescript": "TypeScript",
    "uvicorn": "Uvicorn",
}
BUILDPACKS = {"dockerfile": "Docker", "compose": "Docker Compose", "python": "Python", "node": "Node.js", "go": "Go"}
# A check that passed shows a practice.
PRACTICES = {
    "exposes_metrics": "Prometheus",
    "has_ci": "Continuous integration",
    "has_tests": "Automated tests",
    "logs_are_structured": "Structured logging",
}
_WORD = re.compile(r"[A-Za-z][A-Za-z.+#-]*")


@dataclass(frozen=True)
class Skill:
    name: str
    why: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def token(name: str) -> str:
    """Fold a skill's name, so that "fastapi" finds "FastAPI": lower case, single spaces, no bars."""
    return " ".join(name.replace("|", " ").casefold().split())


def tokens(names: list[str]) -> str:
    """Join names for one search column: "|python|fastapi|"; a match is always of a whole name."""
    return "|" + "".join(f"{token(name)}|" for name in names)


def _from_plan(plan: dict[str, Any]) -> list[Skill]:
    found = []
    buildpack = BUILDPACKS.get(str(plan.get("buildpack")))
    if buildpack:
        found.append(Skill(buildpack, f"built by the {plan['buildpack']} buildpack"))
    hints = plan.get("hints") or {}
    framework = hints.get("framework")
    if isinstance(framework, str) and framework:
        found.append(Skill(NAMES.get(framework.lower(), framework[:40]), "the framework that was found in the source"))
    runtime = str(plan.get("runtime") or "")
    found += [
        Skill(NAMES[word.lower()], f"ran as: {runtime[:100]}")
        for word in _WORD.findall(runtime)
        if word.lower() in NAMES
    ]
    return found


def _from_dependencies(names: Any) -> list[Skill]:
    if not isinstance(names, list):
        return []
    return [
        Skill(NAMES[name.lower()], "one of its dependencies")
        for name in names
        if isinstance(name, str) and name.lower() in NAMES
    ]


def shown_by(report: dict[str, Any]) -> list[Skill]:
    """Give each skill once, with the first observation that shows it."""
    plan = report.get("plan") or {}
    practice = report.get("measurements", {}).get("practice") or {}
    dependencies = practice.get("dependencies") or {}
    passed = {row["check"] for row in report.get("findings", []) if row["outcome"] == "pass"}
    found = (
        _from_plan(plan)
        + _from_dependencies(dependencies.get("names"))
        + [Skill(name, f"the check {check} passed") for check, name in PRACTICES.items() if check in passed]
    )
    once: dict[str, Skill] = {}
    for skill in found:
        once.setdefault(token(skill.name), skill)
    return list(once.values())
