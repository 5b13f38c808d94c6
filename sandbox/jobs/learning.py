"""Whether Python code trains or measures a model: what it imports and calls, never what it says of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from sandbox.pysource.entrypoint import is_test
from sandbox.pysource.syntax import Module, is_main_guard, top_statements

LEARNING = frozenset(
    {"sklearn", "torch", "torchvision", "tensorflow", "keras", "xgboost", "lightgbm", "catboost"}
    | {"statsmodels", "transformers", "datasets", "jax", "flax", "mlflow", "gensim", "spacy", "fastai"}
    | {"prophet", "surprise", "implicit", "imblearn", "hmmlearn", "pytorch_lightning", "lightning"}
    | {"optuna", "kedro", "zenml", "metaflow", "timm", "ultralytics", "sentence_transformers", "autogluon"}
    | {"pycaret", "river", "theano", "mxnet", "paddle"}
)
DATA = frozenset(
    {"numpy", "pandas", "scipy", "polars", "joblib", "matplotlib", "seaborn", "pyarrow", "dask", "luigi"}
    | {"prefect", "nltk", "cv2"}
)
# Somebody has to sit before these.
_INTERACTIVE = frozenset(
    {"pygame", "tkinter", "turtle", "PyQt5", "PyQt6", "PySide2", "PySide6", "kivy", "curses", "discord"} | {"telegram"}
)
_TRAINS = frozenset({"fit", "fit_transform", "partial_fit", "backward", "fit_generator", "train_on_batch"})
_SAVES = frozenset({"dump", "save", "save_model", "to_pickle", "save_pretrained", "to_csv", "savefig", "log_metric"})
# Words of calls that only set something up: warnings.filterwarnings(), sys.path.append(), pd.set_option().
_SETTINGS = frozenset(
    {"warnings", "logging", "logger", "log", "path", "environ", "seed", "style", "option", "options"}
    | {"dotenv", "theme", "disable", "register", "set", "basicconfig", "simplefilter", "download", "setdefault"}
)
TRAINING_NAME = re.compile(r"^(?:train(?:ing|er)?|fit)(?:$|[_-])|(?:^|[_-])train(?:ing)?$", re.IGNORECASE)
_OTHERS = frozenset({"example", "examples", "docs", "doc", "old", "archive", "backup", "benchmarks", "templates"})


def stem(path: str) -> str:
    """The name that a script goes by; of `pkg/__main__.py` the package's."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name == "__main__.py" else name.removesuffix(".py")


def is_product(path: str) -> bool:
    """The file may be a step of the product: no test, no example."""
    return not is_test(path) and not _OTHERS & {part.lower() for part in path.split("/")[:-1]}


def runs(module: Module) -> bool:
    """Something happens when it is started, beside definitions and settings."""
    return any(is_main_guard(node) for node in module.body) or any(
        isinstance(node, ast.For | ast.While) or (isinstance(node, ast.Expr) and _acts(node.value, module))
        for node in top_statements(module.body)
    )


def _acts(node: ast.expr, module: Module) -> bool:
    """A call that is not only a setting."""
    if not isinstance(node, ast.Call):
        return False
    return not _SETTINGS & set(re.split(r"[._]", module.origin(node.func).lower()))


def stems(parsed: Iterable[Module]) -> dict[str, list[Module]]:
    """The files by the name that an import knows them by."""
    by_stem: dict[str, list[Module]] = {}
    for module in parsed:
        by_stem.setdefault(stem(module.path.replace("/__init__.py", ".py")), []).append(module)
    return by_stem


def reached(module: Module, by_stem: Mapping[str, list[Module]]) -> list[Module]:
    """The file and those of the repository that it imports, directly and through others; see `stems`."""
    found, todo = {module.path: module}, [module]
    while todo:
        for origin in todo.pop().names.values():
            parts = origin.strip("*.").split(".")
            for other in [one for part in parts[-2:] for one in by_stem.get(part, ())]:
                if other.path not in found:
                    found[other.path] = other
                    todo.append(other)
    return list(found.values())


def is_interactive(module: Module) -> bool:
    """It waits for a person."""
    return bool(module.packages & _INTERACTIVE) or ("input" in module.called and not trains([module]))


def trains(modules: Iterable[Module]) -> bool:
    return any(module.called & _TRAINS for module in modules)


def saves(modules: Iterable[Module]) -> bool:
    return any(module.called & _SAVES for module in modules)


def is_learning(modules: Iterable[Module]) -> bool:
    """The files together train a model, or work with a library for it."""
    modules = list(modules)
    brought: frozenset[str] = frozenset().union(*(module.packages for module in modules))
    if brought & LEARNING:
        return True
    return bool(brought & DATA) and (trains(modules) or saves(modules))
