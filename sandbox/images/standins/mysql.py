"""Stand-in for `mysql` and `mariadb`: Debian's MariaDB with the contract that both official images share."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian

VERSION = "10.11"
# Small files: the data lies in memory here, and a team's tables are small.
SETTINGS = """\
[mysqld]
user=mysql
datadir=/var/lib/mysql
socket=/run/mysqld/mysqld.sock
pid-file=/run/mysqld/mysqld.pid
skip-name-resolve
host-cache-size=0
innodb_log_file_size=32M
innodb_buffer_pool_size=96M
performance_schema=OFF
character-set-server=utf8mb4
[client]
socket=/run/mysqld/mysqld.sock
"""
ENTRYPOINT = """\
#!/bin/bash
# The official images' contract: MYSQL_* or MARIADB_*, /docker-entrypoint-initdb.d, options as arguments.
set -eo pipefail

given() {  # NAME: what MARIADB_NAME or MYSQL_NAME says, by itself or by the file that it names
  local name
  for name in "MARIADB_$1" "MYSQL_$1"; do
    if [ -n "${!name:-}" ]; then printf '%s' "${!name}"; return; fi
    name="${name}_FILE"
    if [ -n "${!name:-}" ]; then cat "${!name}"; return; fi
  done
}

# MySQL 8 has collations that this server does not know; this one orders by the same rules, an older table.
translated() { sed -E 's/utf8mb4_0900_[a-z_]+/utf8mb4_unicode_520_ci/g'; }

quoted() { printf '%s' "$1" | sed -e 's/\\\\/\\\\\\\\/g' -e "s/'/\\\\\\\\'/g"; }

client() { mariadb --protocol=socket -uroot --default-character-set=utf8mb4 "$@"; }

run_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) echo "running $file"; translated < "$file" | client ${database:+"$database"} ;;
      *.sql.gz) echo "running $file"; gunzip -c "$file" | translated | client ${database:+"$database"} ;;
      *.sql.xz) echo "running $file"; xz -dc "$file" | translated | client ${database:+"$database"} ;;
      */\\*) ;;
      *) echo "ignoring $file" ;;
    esac
  done
}

case "$1" in
  -*) set -- mariadbd "$@" ;;
  mysqld|mariadbd|mysqld_safe) shift; set -- mariadbd "$@" ;;
  *) exec "$@" ;;
esac

# An option that only the other server has is a warning and not the end.
options=()
for word in "${@:2}"; do
  case "$word" in
    --defaults*|--no-defaults|--verbose|--help|--version|--loose*|--user*) ;;
    --*) word="--loose-${word#--}" ;;
  esac
  options+=("$(printf '%s' "$word" | translated)")
done

database=$(given DATABASE)
if [ ! -d /var/lib/mysql/mysql ]; then
  password=$(given ROOT_PASSWORD)
  if [ -z "$password" ] && [ -n "$(given RANDOM_ROOT_PASSWORD)" ]; then
    password=$(head -c 24 /dev/urandom | base64)
    echo "GENERATED ROOT PASSWORD: $password"
  fi
  if [ -z "$password$(given ALLOW_EMPTY_PASSWORD)$(given ALLOW_EMPTY_ROOT_PASSWORD)" ]; then
    echo "Database is uninitialized and password option is not specified." >&2
    echo "You need to specify one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD" >&2
    exit 1
  fi
  mariadb-install-db --datadir=/var/lib/mysql --skip-test-db --auth-root-authentication-method=normal \\
    --skip-name-resolve > /dev/null
  # Only by its socket, so that nobody takes it for ready before the team's files have run.
  mariadbd --skip-networking "${options[@]}" &
  server=$!
  for _ in $(seq 600); do
    if client -e 'SELECT 1' > /dev/null 2>&1; then break; fi
    if ! kill -0 "$server" 2> /dev/null; then wait "$server"; exit 1; fi
    sleep 0.1
  done
  user=$(given USER)
  secret=$(quoted "$(given PASSWORD)")
  {
    if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \\`$database\\`;"; fi
    if [ -n "$user" ] && [ "$user" != root ]; then
      echo "CREATE USER IF NOT EXISTS '$(quoted "$user")'@'%' IDENTIFIED BY '$secret';"
      if [ -n "$database" ]; then echo "GRANT ALL ON \\`${database//_/\\\\_}\\`.* TO '$(quoted "$user")'@'%';"; fi
    fi
    # A client on this machine counts as localhost or as 127.0.0.1, and has a password as everyone else has.
    for host in % localhost 127.0.0.1; do
      echo "CREATE USER IF NOT EXISTS 'root'@'$host';"
      echo "GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION;"
    done
  } | client
  run_files
  if [ -n "$password" ]; then
    for host in % 127.0.0.1 localhost; do
      echo "ALTER USER 'root'@'$host' IDENTIFIED BY '$(quoted "$password")';"
    done | client
  fi
  kill "$server"
  wait "$server"
  echo "MySQL init process done. Ready for start up."
fi
exec mariadbd "${options[@]}"
"""
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 999 mysql && useradd --system --uid 999 --gid mysql --home-dir /var/lib/mysql mysql \\
 && apt-get update && apt-get install -y --no-install-recommends mariadb-server xz-utils \\
 && rm -rf /var/lib/apt/lists/* /var/lib/mysql /etc/mysql/mariadb.conf.d/50-server.cnf \\
 && install -d -o mysql -g mysql /var/lib/mysql /run/mysqld /docker-entrypoint-initdb.d \\
 && mkdir -p /etc/mysql/conf.d
COPY assay.cnf /etc/mysql/mariadb.conf.d/50-server.cnf
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh && mariadbd --version \\
 && for name in mysqld mysql mysqladmin mysqldump; do \\
 command -v $name > /dev/null || ln -s mariadb${{name#mysql}} /usr/local/bin/$name; done
VOLUME /var/lib/mysql
USER mysql
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 3306
CMD ["mariadbd"]
"""
_ANY = re.compile(r"(?:latest|lts|noble|jammy|focal)(?:$|-)")


def offer(wanted: Reference) -> Offer:
    """Serve any tag with Debian's MariaDB, which the note names."""
    notes = []
    if wanted.official == "mariadb":
        if not _ANY.match(wanted.version) and not re.match(r"10\.11(?:\D|$)|10(?:$|-)", wanted.version):
            notes.append(f"version differs: MariaDB {wanted.version} wanted, {VERSION} served")
    else:
        notes.append(f"MySQL {wanted.version} served by MariaDB {VERSION}")
    return Offer(recipe(), "; ".join(notes))


def recipe() -> Recipe:
    """MariaDB for user 999, with its data in /var/lib/mysql and open to the network of its pod."""
    base = debian.recipe()

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        (folder / "docker-entrypoint.sh").write_text(ENTRYPOINT)
        (folder / "assay.cnf").write_text(SETTINGS)
        return build(engine, folder, DOCKERFILE.format(base=base.reference), reference)

    return Recipe(f"mariadb-{VERSION}", (DOCKERFILE, ENTRYPOINT, SETTINGS), make, base, base.injected_env)


STANDIN = StandIn(
    id="mysql",
    names=("mysql", "mysql/mysql-server", "mariadb"),
    offer=offer,
    tags=("mariadb:10.11", "mysql:8"),
)
