"""Plants a fault in the Python code below the current folder; run by the image's own Python before its tests.

Handlers of requests get the fault; where there are none, every function at the top of a module does. Printed:
"assay-planted <how many functions>".
"""

import ast
import re
from pathlib import Path

SKIP = re.compile(
    r"(^|/)(tests?|\.[^/]+|venv|env|node_modules|site-packages|migrations)(/|$)"
    r"|(^|/)(test_[^/]*|[^/]*_test|conftest|setup)\.py$"
)
VERBS = {"get", "post", "put", "patch", "delete", "route", "api_route", "head", "options"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FAULT = ast.parse('raise RuntimeError("planted: do the tests notice?")').body[0]
MOST_FILES, MOST_CHARACTERS = 400, 1_000_000


def is_handler(node, path):
    """A decorated route, or a view whose first argument is the request."""
    names = [getattr(getattr(one, "func", one), "attr", "") for one in node.decorator_list]
    first = node.args.args[0].arg if node.args.args else ""
    return any(name in VERBS for name in names) or (first == "request" and "view" in path)


def modules():
    paths = sorted(str(path) for path in Path().rglob("*.py") if path.is_file())
    parsed = {}
    for path in [one for one in paths if not SKIP.search(one)][:MOST_FILES]:
        try:
            parsed[path] = ast.parse(Path(path).read_text(encoding="utf-8")[:MOST_CHARACTERS])
        except (SyntaxError, ValueError, OSError):
            continue
    return parsed


def main():
    parsed = modules()
    chosen = [
        (path, node)
        for path, tree in parsed.items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and is_handler(node, path)
    ]
    if not chosen:
        chosen = [(path, node) for path, tree in parsed.items() for node in tree.body if isinstance(node, FUNCTIONS)]
    for _, node in chosen:
        node.body.insert(0, ast.copy_location(FAULT, node.body[0]))
    for path in {path for path, _ in chosen}:
        Path(path).write_text(ast.unparse(ast.fix_missing_locations(parsed[path])), encoding="utf-8")
    print("assay-planted", len(chosen), flush=True)


main()
