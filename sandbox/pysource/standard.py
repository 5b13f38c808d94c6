"""Python's standard library: what it brings, and what it no longer does.

Source: the "Removed" sections of "What's New in Python", PEP 594 (dead batteries) and PEP 632 (distutils).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Gone:
    """What has left. `last` is the last Python with it, "3.11"; `instead` what code uses now, "" for nothing alike.

    `backport` is a distribution that brings the same module to a newer Python, "" where there is none to trust.
    """

    last: str
    instead: str = ""
    backport: str = ""


MODULES_GONE = {
    "dummy_threading": Gone("3.8", "threading"),
    "xml.etree.cElementTree": Gone("3.8", "xml.etree.ElementTree"),
    "binhex": Gone("3.10", "base64"),
    "asynchat": Gone("3.11", "asyncio", "pyasynchat"),
    "asyncore": Gone("3.11", "asyncio", "pyasyncore"),
    # A newer setuptools still brings distutils along, but pkg_resources, which the same code often wants, no more.
    "distutils": Gone("3.11", "packaging.version, shutil or setuptools", "setuptools<81"),
    "imp": Gone("3.11", "importlib"),
    "smtpd": Gone("3.11", "aiosmtpd", "standard-smtpd"),
    "aifc": Gone("3.12", "", "standard-aifc"),
    "audioop": Gone("3.12", "", "audioop-lts"),
    "cgi": Gone("3.12", "the framework's own forms", "legacy-cgi"),
    "cgitb": Gone("3.12", "traceback", "legacy-cgi"),
    "crypt": Gone("3.12", "bcrypt or hashlib", "standard-crypt"),
    "imghdr": Gone("3.12", "Pillow", "standard-imghdr"),
    "lib2to3": Gone("3.12"),
    "mailcap": Gone("3.12", "mimetypes", "standard-mailcap"),
    "msilib": Gone("3.12"),
    "nis": Gone("3.12"),
    "nntplib": Gone("3.12", "", "standard-nntplib"),
    "ossaudiodev": Gone("3.12"),
    "pipes": Gone("3.12", "shlex.quote or subprocess", "standard-pipes"),
    "sndhdr": Gone("3.12", "", "standard-sndhdr"),
    "spwd": Gone("3.12"),
    "sunau": Gone("3.12", "", "standard-sunau"),
    "telnetlib": Gone("3.12", "", "standard-telnetlib"),
    "uu": Gone("3.12", "base64", "standard-uu"),
    "xdrlib": Gone("3.12", "struct", "standard-xdrlib"),
}

_ABSTRACT = "Callable|Hashable|Iterable|Iterator|Mapping|MutableMapping|MutableSequence|MutableSet|Sequence|Set|Sized"
# Names that have left modules which are still there.
NAMES_GONE = (
    {("collections", name): Gone("3.9", f"collections.abc.{name}") for name in _ABSTRACT.split("|")}
    | {("inspect", name): Gone("3.10", "inspect.signature") for name in ("getargspec", "formatargspec")}
    | {("ssl", name): Gone("3.11", "ssl.SSLContext") for name in ("wrap_socket", "match_hostname")}
    | {("base64", f"{what}string"): Gone("3.8", f"base64.{what}bytes") for what in ("encode", "decode")}
    | {("platform", name): Gone("3.7", "platform.freedesktop_os_release") for name in ("linux_distribution", "dist")}
    | {
        ("asyncio", "coroutine"): Gone("3.10", "async def"),
        ("cgi", "escape"): Gone("3.7", "html.escape"),
        ("configparser", "SafeConfigParser"): Gone("3.11", "configparser.ConfigParser"),
        ("fractions", "gcd"): Gone("3.8", "math.gcd"),
        ("locale", "format"): Gone("3.11", "locale.format_string"),
        ("pkgutil", "ImpImporter"): Gone("3.11", "importlib"),
        ("time", "clock"): Gone("3.7", "time.perf_counter"),
        ("unittest", "makeSuite"): Gone("3.12", "unittest.TestLoader"),
    }
)

# Everything that an import finds without an installation, on some Python that is known here.
STANDARD_MODULES = sys.stdlib_module_names | {name.partition(".")[0] for name in MODULES_GONE}
# Of these the index has a distribution which brings a module of another name, or one that older Pythons lack.
_ALSO_ON_THE_INDEX = frozenset({"antigravity", "configparser", "datetime", "graphlib"})
# What cannot be meant by a line of the requirements but Python's own.
NEVER_INSTALLED = frozenset(
    name.replace("_", "-").lower() for name in STANDARD_MODULES - _ALSO_ON_THE_INDEX if not name.startswith("_")
)


def _complaints() -> tuple[str, ...]:
    """How an interpreter says it, with the groups `module` and, of what is in one, `name`; numbered as rules do it."""
    modules = "|".join(sorted(map(re.escape, MODULES_GONE), key=len, reverse=True))
    made = [rf"ModuleNotFoundError: No module named '(?P<module>{modules})(?:\.[\w.]{{1,60}})?'"]
    for number, home in enumerate(sorted({home for home, _ in NAMES_GONE}), start=2):
        names = "|".join(sorted(name for module, name in NAMES_GONE if module == home))
        made.append(rf"ImportError: cannot import name '(?P<name{number}0>{names})' from '(?P<module{number}0>{home})'")
        made.append(
            rf"AttributeError: module '(?P<module{number}1>{home})' has no attribute '(?P<name{number}1>{names})'"
        )
    return tuple(made)


COMPLAINTS = _complaints()


def gone_facts(module: str, name: str = "") -> dict[str, str]:
    """What a diagnosis tells of what has left, and a repair goes by; {} when nothing has under that name.

    package       the module, or the name in it
    last, want    the last Python with it, and what such a Python fulfils: "3.11", "<3.12"
    instead       what to use now
    distribution  the backport, "" where there is none
    """
    found = NAMES_GONE.get((module, name)) if name else MODULES_GONE.get(module)
    if found is None:
        return {}
    return {
        "package": f"{module}.{name}" if name else module,
        "last": found.last,
        "want": f"<3.{int(found.last.partition('.')[2]) + 1}",
        "instead": found.instead or found.backport or "another module",
        "distribution": found.backport,
    }


def said_gone(text: str) -> dict[str, str]:
    """The facts of the first complaint in a text about something that has left, {} when there is none."""
    for pattern in COMPLAINTS:
        if found := re.search(pattern, text):
            groups = {key.rstrip("0123456789"): value for key, value in found.groupdict().items()}
            return gone_facts(groups["module"], groups.get("name", ""))
    return {}
