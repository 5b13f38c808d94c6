"""Fonts that Next.js fetches from Google while it builds, where a build cannot reach Google: system fonts stand in.

Next.js takes the answers of Google Fonts from a module that NEXT_FONT_GOOGLE_MOCKED_RESPONSES names (its own tests do
so); only its webpack build can ask a module that computes them, so that a build by Turbopack is led there.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

_ASKED = re.compile(r"fonts\.g(?:oogleapis|static)\.com|from Google Fonts|next/font")
_BUILDS = re.compile(r"^[ \t]*RUN\b[^\n]*\bbuild\b[^\n]*$", re.MULTILINE | re.IGNORECASE)
ANSWERS = "/tmp/assay-fonts.cjs"  # noqa: S108 - a file of the image
# One family a question; an address that is never asked, since the answer is taken for the font itself.
_MODULE = (
    "module.exports=new Proxy({},{get:(_,url)=>new URL(String(url)).searchParams.getAll(`family`).map(f=>"
    "`/* latin */\\n@font-face{font-family:`+JSON.stringify(f.split(`:`)[0])+`;font-style:normal;font-weight:400;"
    "src:url(https://fonts.gstatic.com/s/none.woff2) format(`+JSON.stringify(`woff2`)+`);unicode-range:U+0000-00FF}`)"
    ".join(`\\n`)})"
)
_SCRIPT = (
    'const fs=require("fs"),at=process.cwd()+"/";'
    f'fs.writeFileSync("{ANSWERS}",Buffer.from("@@","base64"));'
    'let major=0;try{major=parseInt(require(at+"node_modules/next/package.json").version)}catch{}'
    'const d=JSON.parse(fs.readFileSync(at+"package.json"));'
    "if(d.scripts&&d.scripts.build){d.scripts.build=d.scripts.build.replace(/next build(?: --turbo(?:pack)?)?/,"
    'major>15?"next build --webpack":"next build");fs.writeFileSync(at+"package.json",JSON.stringify(d,null,2))}'
)


def mend(broken: Broken) -> tuple[Plan, str] | None:
    builds = list(_BUILDS.finditer(broken.plan.dockerfile))
    if not builds or not _ASKED.search(f"{broken.fault.title}\n{broken.fault.detail}"):
        return None
    text = broken.plan.dockerfile
    for found in reversed(builds):
        text = f"{text[: found.start()]}{_lines()}{text[found.start() :]}"
    why = (
        "The build fetches fonts of Google, which it cannot reach; system fonts were built in. "
        "Put the font files into the repository and use next/font/local."
    )
    return replace(broken.plan, dockerfile=text), why


def _lines() -> str:
    module = base64.b64encode(_MODULE.encode()).decode()
    return f"RUN node -e '{_SCRIPT.replace('@@', module)}'\nENV NEXT_FONT_GOOGLE_MOCKED_RESPONSES={ANSWERS}\n"


REPAIR = Repair("fonts_replaced", 25, frozenset({"build_host_unreachable", "import_not_found", "build_failed"}), mend)
