"""Stand-in for `alpine` and for Alpine tags: Debian with the three commands that differ (apk, addgroup, adduser).

What only musl or BusyBox does is not reproduced; the substitution says so in its note.
"""

from __future__ import annotations

from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian

# Alpine's name -> Debian's, where they differ; "" needs nothing. Names ending in -dev that are not here are tried
# as they are and with "lib" before them.
PACKAGES = {
    "build-base": "build-essential",
    "freetype-dev": "libfreetype-dev",
    "jpeg-dev": "libjpeg-dev",
    "lapack-dev": "liblapack-dev",
    "libc-dev": "libc6-dev",
    "libc6-compat": "",
    "libgomp": "libgomp1",
    "libpq": "libpq5",
    "libstdc++": "libstdc++6",
    "linux-headers": "linux-libc-dev",
    "mariadb-connector-c-dev": "libmariadb-dev",
    "mariadb-dev": "libmariadb-dev",
    "musl-dev": "libc6-dev",
    "openblas-dev": "libopenblas-dev",
    "openssl-dev": "libssl-dev",
    "postgresql-dev": "libpq-dev",
    "py3-pip": "python3-pip",
    "py3-setuptools": "python3-setuptools",
    "shadow": "passwd",
    "sqlite": "sqlite3",
    "sqlite-dev": "libsqlite3-dev",
    "su-exec": "gosu",
    "zlib-dev": "zlib1g-dev",
}
APK = """\
#!/bin/sh
# apk in apt's words: add and update install, del leaves things where they are (a smaller image is all it would give).
set -eu
command= wanted=
while [ $# -gt 0 ]; do
  case "$1" in
    -t|--virtual|--repository|-X) shift ;;
    -*) ;;
    *) if [ -z "$command" ]; then command=$1; else wanted="$wanted $1"; fi ;;
  esac
  shift
done
case "$command" in
  add) ;;
  update|upgrade) exec apt-get update -qq ;;
  *) exit 0 ;;
esac
apt-get update -qq
chosen=
for name in $wanted; do
  name=${name%%[=<>~@]*}
  case "$name" in
@CASES@
  esac
  if [ -z "$name" ]; then continue; fi
  if apt-cache show "$name" >/dev/null 2>&1; then chosen="$chosen $name"
  elif apt-cache show "lib$name" >/dev/null 2>&1; then chosen="$chosen lib$name"
  else echo "ERROR: unable to select packages: $name (Debian stands in for Alpine and has none)" >&2; exit 1
  fi
done
if [ -n "$chosen" ]; then DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $chosen; fi
rm -rf /var/lib/apt/lists/*
"""
ADDGROUP = """\
#!/bin/sh
# BusyBox's addgroup: [-g GID] [-S] [USER] GROUP
set -eu
options=
while [ $# -gt 0 ]; do
  case "$1" in
    -g|--gid) options="$options --gid $2"; shift ;;
    -S|--system) options="$options --system" ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
if [ $# -gt 1 ]; then exec usermod --append --groups "$2" "$1"; fi
exec groupadd $options "$1"
"""
ADDUSER = """\
#!/bin/sh
# BusyBox's adduser: [-h DIR] [-g GECOS] [-s SHELL] [-G GROUP] [-S] [-D] [-H] [-u UID] USER [GROUP]
set -eu
options= home=--create-home group= shell=/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    -h|--home) options="$options --home-dir $2"; shift ;;
    -g|--gecos|-k) shift ;;
    -s|--shell) shell=$2; shift ;;
    -G|--ingroup) group=$2; shift ;;
    -u|--uid) options="$options --uid $2"; shift ;;
    -S|--system) options="$options --system" ;;
    -H|--no-create-home) home=--no-create-home ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
if [ $# -gt 1 ]; then exec usermod --append --groups "$2" "$1"; fi
if [ -n "$group" ]; then options="$options --gid $group"; else options="$options --user-group"; fi
exec useradd $options $home --shell "$shell" "$1"
"""
DOCKERFILE = """\
FROM {base}
COPY apk addgroup adduser /usr/local/sbin/
RUN chmod 0755 /usr/local/sbin/apk /usr/local/sbin/addgroup /usr/local/sbin/adduser
"""


def offer(wanted: Reference) -> Offer:
    return Offer(with_alpine_commands(debian.recipe()), f"alpine:{wanted.version} served by Debian {debian.RELEASE}")


def with_alpine_commands(base: Recipe) -> Recipe:
    """The same image with apk, addgroup and adduser as an Alpine Dockerfile calls them."""
    cases = "\n".join(f"    {name}) name={other} ;;" for name, other in PACKAGES.items())
    scripts = {"apk": APK.replace("@CASES@", cases), "addgroup": ADDGROUP, "adduser": ADDUSER}

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        for name, text in scripts.items():
            (folder / name).write_text(text)
        return build(engine, folder, DOCKERFILE.format(base=base.reference), reference)

    name = f"{base.name.removesuffix('-slim')}-alpine"
    return Recipe(name, (DOCKERFILE, *scripts.values()), make, base, base.injected_env)


STANDIN = StandIn(id="alpine", names=("alpine",), tags=("alpine:latest",), offer=offer)
