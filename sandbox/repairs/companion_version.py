"""A pinned package that breaks with a newer one that it brings: the last version of that which fits is installed."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.launch.packages import with_packages
from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

# What Flask 1 needs of its companions breaks in each of them at about the same time.
_FLASK_1 = ("werkzeug<2.1", "jinja2<3.1", "markupsafe<2.1", "itsdangerous<2.1")
# What an interpreter says -> the constraint under which it does not. Source: the changelogs of these packages.
_BREAKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"cannot import name '(?:escape|Markup|contextfilter|evalcontextfilter|environmentfilter)' from 'jinja2",
        _FLASK_1,
    ),
    (r"cannot import name 'soft_unicode' from 'markupsafe'", _FLASK_1),
    (r"cannot import name '(?:json|TimedJSONWebSignatureSerializer)' from 'itsdangerous'", _FLASK_1),
    (
        r"cannot import name '(?:BaseResponse|cached_property|secure_filename|FileStorage)' from 'werkzeug'",
        ("werkzeug<1",),
    ),
    (r"cannot import name 'url_\w{1,20}' from 'werkzeug\.urls'", ("werkzeug<3",)),
    (r"cannot import name 'safe_str_cmp' from 'werkzeug\.security'", ("werkzeug<2.1",)),
    (
        r"cannot import name '(?:_request_ctx_stack|_app_ctx_stack|Markup|escape)' from 'flask'",
        ("flask<2.3", "werkzeug<3"),
    ),
    (r"cannot import name '(?:JSONEncoder|JSONDecoder)' from 'flask\.json'", ("flask<2.3", "werkzeug<3")),
    (r"module 'sqlalchemy' has no attribute '__all__'|sqlalchemy.{0,60}has no attribute '_app_ctx", ("sqlalchemy<2",)),
    (r"module 'numpy' has no attribute '(?:float|int|bool|object|str|complex)'", ("numpy<1.24",)),
    (r"compiled using NumPy 1\.x cannot be run in|numpy\.dtype size changed", ("numpy<2",)),
    (r"cannot import name '(?:triu|tril)' from 'scipy\.linalg", ("scipy<1.13",)),
    (r"No module named 'pkg_resources'", ("setuptools<81",)),
    (r"`?BaseSettings`? has been moved to the `?pydantic-settings", ("pydantic<2",)),
    (r"cannot import name '(?:force_text|ugettext_lazy|ugettext|smart_text)' from 'django\.", ("django<4",)),
    (r"Descriptors cannot be created directly", ("protobuf<3.21",)),
    (r"cannot import name 'cached_download' from 'huggingface_hub'", ("huggingface_hub<0.26",)),
    (r"cannot import name 'HfFolder' from 'huggingface_hub'", ("huggingface_hub<1",)),
    (r"unexpected keyword argument 'proxies'", ("httpx<0.28",)),
)


def mend(broken: Broken) -> tuple[Plan, str] | None:
    said = f"{broken.fault.title}\n{broken.fault.detail}"
    wanted = next((wanted for pattern, wanted in _BREAKS if re.search(pattern, said)), ())
    text = with_packages(broken.plan.dockerfile, wanted) if wanted else None
    if text is None:
        return None
    plan = replace(broken.plan, dockerfile=text)
    names = ", ".join(wanted)
    return (
        plan,
        f"{names} was installed: the pinned packages do not run with a newer one. Add {names} to the requirements.",
    )


REPAIR = Repair(
    "companion_version",
    5,  # before a package is added whose newest version would not help, and before everything is resolved anew
    frozenset({"import_error", "package_incompatible", "numpy_abi_changed", "exited"})
    | {"requirements_missing_package", "build_missing_package"},
    mend,
)
