"""Attempts to get out of a container: a new attempt is one more function in a module of this folder.

An attempt takes the request (see `sandbox/inside/escape.py`), is bounded and harmless, and says what it reached as a
sentence. Where it was stopped it raises Held, or the OSError of a refusal. Its docstring is its title.
"""

import errno
import importlib
import pkgutil
from collections import namedtuple

DEFAULT, STRICT = "default", "strict"
# What the kernel answers where something is refused. That a path is not there proves nothing.
REFUSALS = frozenset(
    {
        errno.EPERM,
        errno.EACCES,
        errno.EROFS,
        errno.ENOSYS,
        errno.EAFNOSUPPORT,
        errno.EPROTONOSUPPORT,
        errno.ESOCKTNOSUPPORT,
    }
)
# profiles: those in which it has to be held. fix: a sentence for whoever runs the machine.
Attempt = namedtuple("Attempt", "name title area run profiles fix")
_found = []


class Held(Exception):
    """It was stopped; the words say how."""


class Unable(Exception):
    """This machine cannot stop it, or cannot be asked whether it does; the words say what is missing."""


class Unclear(Exception):
    """It was not stopped by anything of ours: what it needs is not there, so that nothing is proved."""


def attempt(run=None, *, profiles=(DEFAULT, STRICT), fix=""):
    """Register a function as an attempt."""
    if run is None:
        return lambda function: attempt(function, profiles=profiles, fix=fix)
    area = run.__module__.rpartition(".")[2]
    _found.append(Attempt(run.__name__, run.__doc__.partition("\n")[0].rstrip("."), area, run, profiles, fix))
    return run


def attempts():
    """Every attempt of every module here, in the modules' and the files' order."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return list(_found)


def verdict(one, request):
    """{"verdict": "held" | "reached" | "unable" | "unclear", "said"} of one attempt."""
    try:
        reached = one.run(request)
        found = ("reached", reached) if reached else ("unclear", "says neither what it reached nor what stopped it")
    except Held as words:
        found = "held", str(words)
    except Unable as words:
        found = "unable", str(words)
    except Unclear as words:
        found = "unclear", str(words)
    except OSError as error:
        name = errno.errorcode.get(error.errno, str(error))
        refused = error.errno in REFUSALS
        found = ("held", f"refused ({name})") if refused else ("unclear", f"an error that says nothing ({name})")
    except Exception as error:  # noqa: BLE001 - whatever an attempt dies of, the others are still made
        found = "unclear", f"could not be made ({error!r})"
    return dict(zip(("verdict", "said"), found, strict=True))
