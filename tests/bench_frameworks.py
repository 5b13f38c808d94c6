"""Do the great Node.js frameworks come up? `python -m tests.bench_frameworks [NAME…]`: one JSON line a repository.

Each is evaluated on the real engine with nobody's help; the exit status is 1 when one does not end as `EXPECTED` says.
It needs a way to the npm registry, and minutes: some install hundreds of packages.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from sandbox.evaluation import evaluate
from sandbox.faults import Cancellation
from sandbox.limits import Limits
from tests.sandbox.sample_repositories import committed

FOLDER = Path(__file__).parent / "frameworks"
# Pages say nothing of health, so that the best that they can be is alive.
EXPECTED = {
    "next": "healthy",
    "next-standalone": "healthy",
    "next-fonts": "healthy",
    "next-newest": "healthy",
    "nest": "healthy",
    "nuxt": "healthy",
    "sveltekit": "healthy",
    "remix": "healthy",
    "astro": "alive",
}
FONTS = (
    "import { Inter } from 'next/font/google'\nconst inter = Inter({ subsets: ['latin'] })\n"
    "export default function RootLayout({ children }: { children: React.ReactNode }) {\n"
    '  return (<html lang="en"><body className={inter.className}>{children}</body></html>)\n}\n'
)


def repository(name: str, folder: Path) -> Path:
    """The repository of that name; those of Next.js beside the plain one are made of it."""
    base = name.partition("-")[0]
    place = folder / name
    shutil.copytree(FOLDER / base, place)
    if name == "next-standalone":
        (place / "next.config.mjs").write_text("export default { output: 'standalone' }\n")
    if name in ("next-fonts", "next-newest"):
        (place / "app" / "layout.tsx").write_text(FONTS)
    if name == "next-newest":
        manifest = json.loads((place / "package.json").read_text())
        manifest["dependencies"] = {"next": "latest", "react": "^19", "react-dom": "^19"}
        manifest["devDependencies"] |= {"@types/react": "^19", "@types/react-dom": "^19"}
        (place / "package.json").write_text(json.dumps(manifest, indent=2))
    return committed(place)


def measured(name: str, folder: Path) -> dict[str, object]:
    ended = evaluate(
        str(repository(name, folder)),
        ref="",
        track="",
        skip=["load"],
        limits=Limits.from_environment(),
        sink=lambda _event: None,
        cancellation=Cancellation(),
    )
    evidence = ended.evidence
    state = evidence.fault["id"] if evidence.fault else evidence.probe("boot")["state"]
    seconds = {row["name"]: row["seconds"] for row in evidence.stages}
    repairs = [note["id"] for note in (evidence.plan or {}).get("repairs", ())]
    return {"name": name, "state": state, "expected": EXPECTED[name], "repairs": repairs} | seconds


def main(names: list[str]) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="frameworks-") as folder:
        for name in names or EXPECTED:
            row = measured(name, Path(folder))
            wrong += row["state"] != row["expected"]
            print(json.dumps(row), flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
