"""Stand-in for `nginx`: Debian's server with the folders, entrypoint, user and logs of the official image.

Containers run without capabilities, so a master that is root cannot give its workers another user, as the official
image wants to. A front for the program lets them keep the master's; the substitution says so.
"""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

VERSION = "1.22"
SETTINGS = """\
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events {
    worker_connections 1024;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log combined;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
"""
SITE = """\
server {
    listen 80;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
    error_page 500 502 503 504 /50x.html;
    location = /50x.html {
        root /usr/share/nginx/html;
    }
}
"""
FRONT = """\
#!/bin/sh
# nginx, its workers with the master's own user where the kernel lets it choose no other (bit 6 is CAP_SETGID).
rights=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
if [ "$(id -u)" = 0 ] && [ $((0x$rights >> 6 & 1)) = 0 ]; then
  settings=/etc/nginx/nginx.conf before=
  for word in "$@"; do
    if [ "$before" = -c ]; then settings=$word; fi
    before=$word
  done
  if grep -Eq '^[[:space:]]*user[[:space:]]' "$settings"; then
    sed -i -E 's/^([[:space:]]*user)[[:space:]]+[^;]*;/\\1 root;/' "$settings"
  else
    sed -i '1i user root;' "$settings"
  fi
  # Folders that a start in the build gave to the other user; the master makes them anew.
  rmdir /var/cache/nginx/* 2>/dev/null || true
fi
exec /usr/sbin/nginx "$@"
"""
# What the official entrypoint does: the scripts of its folder, then the command.
ENTRYPOINT = """\
#!/bin/sh
set -e
case "$1" in
  nginx|nginx-debug)
    for script in /docker-entrypoint.d/*; do
      case "$script" in
        *.envsh) if [ -x "$script" ]; then . "$script"; fi ;;
        *.sh) if [ -x "$script" ]; then "$script"; fi ;;
      esac
    done ;;
esac
exec "$@"
"""
# Only variables that are set are filled in: nginx has its own, and they are written alike.
TEMPLATES = """\
#!/bin/sh
set -e
from=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
to=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
names=$(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/${\\1}/p' | grep -E "${NGINX_ENVSUBST_FILTER:-}" || true)
if [ -d "$from" ] && [ -w "$to" ]; then
  find "$from" -follow -type f -name "*$suffix" | while read -r template; do
    name=${template#"$from/"}
    mkdir -p "$(dirname "$to/$name")"
    envsubst "$names" < "$template" > "$to/${name%"$suffix"}"
  done
fi
"""
PAGES = {
    "index.html": "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head>"
    "<body><h1>Welcome to nginx!</h1></body></html>\n",
    "50x.html": "<!DOCTYPE html>\n<html><head><title>Error</title></head>"
    "<body><h1>An error occurred.</h1></body></html>\n",
}
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 101 nginx \\
 && useradd --system --uid 101 --gid nginx --home-dir /nonexistent --no-create-home --shell /bin/false nginx
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light gettext-base curl \\
 && rm -rf /var/lib/apt/lists/* /var/www/html /etc/nginx/sites-* /etc/nginx/modules-enabled /usr/share/nginx/html \\
 && mkdir -p /etc/nginx/conf.d /usr/share/nginx/html /docker-entrypoint.d /var/cache/nginx \\
 && rm -rf /var/lib/nginx && ln -s /var/cache/nginx /var/lib/nginx \\
 && ln -sf /usr/lib/nginx/modules /etc/nginx/modules \\
 && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
COPY nginx.conf /etc/nginx/nginx.conf
COPY default.conf /etc/nginx/conf.d/default.conf
COPY index.html 50x.html /usr/share/nginx/html/
COPY docker-entrypoint.sh /
COPY 20-envsubst-on-templates.sh /docker-entrypoint.d/
COPY nginx /usr/local/sbin/
RUN chmod 0755 /docker-entrypoint.sh /docker-entrypoint.d/*.sh /usr/local/sbin/nginx && nginx -t \\
 && rm -rf /var/cache/nginx/*
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
"""
# `nginxinc/nginx-unprivileged`: the same for a plain user, on a port that needs no right.
UNPRIVILEGED = """\
FROM {base}
RUN sed -i -E -e '/^user /d' -e 's|^pid .*|pid /tmp/nginx.pid;|' \\
 -e 's|^http \\{{|http {{ client_body_temp_path /tmp/client_temp; proxy_temp_path /tmp/proxy_temp_path;'\\
' fastcgi_temp_path /tmp/fastcgi_temp; uwsgi_temp_path /tmp/uwsgi_temp; scgi_temp_path /tmp/scgi_temp;|' \\
 /etc/nginx/nginx.conf \\
 && sed -i 's/listen 80;/listen 8080;/' /etc/nginx/conf.d/default.conf \\
 && chown -R 101:0 /var/cache/nginx /etc/nginx && chmod -R g+w /var/cache/nginx /etc/nginx
EXPOSE 8080
USER 101
"""
_ANY = re.compile(r"^(?:latest|stable|mainline|alpine|slim|perl|otel|bookworm|bullseye|trixie|1(?=$|-))")


def offer(wanted: Reference) -> Offer:
    """Serve any tag with Debian's version, which the note names unless the tag leaves the version open."""
    plain = wanted.path.endswith("-unprivileged")
    alpine = "alpine" in wanted.version
    served = with_alpine_commands(recipe()) if alpine else recipe()
    notes = ["" if plain else "workers keep the user of the master"]
    if not _ANY.match(wanted.version) and not wanted.version.startswith(VERSION):
        notes.append(f"version differs: nginx {wanted.version} wanted, {VERSION} served")
    if alpine:
        notes.append("Alpine tag served by Debian")
    return Offer(unprivileged(served) if plain else served, "; ".join(filter(None, notes)))


def recipe() -> Recipe:
    """Debian's nginx with the official image's entrypoint, user 101, /usr/share/nginx/html and port 80."""
    base = debian.recipe()
    files = {
        "nginx.conf": SETTINGS,
        "default.conf": SITE,
        "nginx": FRONT,
        "docker-entrypoint.sh": ENTRYPOINT,
        "20-envsubst-on-templates.sh": TEMPLATES,
        **PAGES,
    }

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        for name, text in files.items():
            (folder / name).write_text(text)
        return build(engine, folder, DOCKERFILE.format(base=base.reference), reference)

    return Recipe(f"nginx-{VERSION}", (DOCKERFILE, *files.values()), make, base, base.injected_env)


def unprivileged(base: Recipe) -> Recipe:
    """The same image for user 101 and port 8080."""

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, UNPRIVILEGED.format(base=base.reference), reference)

    return Recipe(f"{base.name}-unprivileged", (UNPRIVILEGED,), make, base, base.injected_env)


STANDIN = StandIn(
    id="nginx",
    names=("nginx", "nginxinc/nginx-unprivileged"),
    offer=offer,
    tags=("nginx:latest", "nginx:alpine", "nginxinc/nginx-unprivileged:latest"),
)
