"""Conda's names and lists as pip understands them: which packages are Python's, and how they are called there."""

from __future__ import annotations

import re

# Conda packages that pip knows under another name, and those that are no Python package at all.
_NAMES = {
    "pytorch": "torch",
    "opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "psycopg2": "psycopg2-binary",
}
_NOT_PYTHON = re.compile(
    r"^(?:python|python_abi|pip|setuptools|wheel|_.*|lib.*|mkl.*|cuda.*|cudnn|nccl|openssl|sqlite|tk|xz|zlib|readline"
    r"|ncurses|ca-certificates|certifi-win32|vc.*|vs\d+_.*|ucrt|nodejs|bzip2|expat|icu|icc_rt|intel-openmp|blas.*|openblas"
    r"|freetype|jpeg|giflib|lerc|zstd|lz4-c|snappy|tbb|hdf5|krb5|glib|gettext|pcre2?|cairo|pixman|harfbuzz|graphite2"
    r"|gmp|mpfr|mpc|nettle|gnutls|ffmpeg|openh264|x264|lame|qt|qt-.*|xorg-.*|m2w64-.*|msys2-.*|nspr|nss|dbus"
    r"|fontconfig|font.*-ttf|fonts-.*|ld_impl.*|g?cc_.*|gxx.*|binutils.*|sysroot.*|tzcode|r-.*|git|make|pandoc)$"
)
# `conda list --export > requirements.txt`: name=version=build.
_EXPORTED = re.compile(r"^([A-Za-z0-9][\w.-]{0,80})=([\w.!+]{1,40})=([\w.]{1,60})$")


def pip_name(name: str) -> str:
    """What pip calls a conda package, "" when it is none for Python."""
    return "" if _NOT_PYTHON.match(name) else _NAMES.get(name, name)


def is_exported(line: str) -> bool:
    """Whether a line is one of `conda list --export`, which pip cannot read."""
    return _EXPORTED.match(line) is not None


def from_export(line: str) -> str:
    """The requirement that such a line means, "" for a library that only conda has (its build names no Python)."""
    match = _EXPORTED.match(line)
    name = pip_name(match[1]) if match else ""
    if match is None or not name or not match[3].startswith("py"):
        return ""
    return f"{name}=={match[2]}"
