"""A web server for plain pages: the last stage of a generated Dockerfile, an nginx without rights on port 8000."""

from __future__ import annotations

import shlex

IMAGE = "nginx:stable"
PORT = 8000
ROOT = "/usr/share/nginx/html"
_SETTINGS = "/etc/nginx/pages.conf"


def server_stage(copies: tuple[str, ...], *, fallback: bool = False, base: str = "", index: str = "") -> list[str]:
    """Instructions of a stage that serves what `copies` (COPY instructions to ROOT) put there.

    fallback  a path without a file ending that is not there gets the front page: the page's own router knows it
    base      the prefix under which the pages were built to be ("/shop/"), served besides "/"
    index     the front page when it is not index.html
    """
    settings = [
        "worker_processes 1;",
        "pid /tmp/nginx.pid;",
        "error_log /dev/stderr warn;",
        "events {}",
        "http {",
        "include /etc/nginx/mime.types;",
        "default_type application/octet-stream;",
        *(f"{name}_temp_path /tmp/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
        "access_log /dev/stdout;",
        "sendfile on;",
        "gzip on;",
        "gzip_types text/css text/javascript application/javascript application/json image/svg+xml;",
        "server {",
        f"listen {PORT};",
        f"root {ROOT};",
        f"index {f'{index} ' if index else ''}index.html index.htm;",
        "error_page 404 /404.html;",
        *([f"rewrite ^{base.rstrip('/')}(/.*)$ $1 last;"] if base.strip("/") else []),
        "location ~ /\\.(?!well-known) { return 404; }",
        "location ~ \\.\\w+$ { try_files $uri =404; }" if fallback else "",
        f"location / {{ try_files $uri $uri/ $uri.html {'/index.html' if fallback else '=404'}; }}",
        "}",
        "}",
    ]
    written = " ".join(shlex.quote(line) for line in settings if line)
    return [
        f"FROM {IMAGE}",
        f"RUN rm -rf {ROOT}/* && printf '%s\\n' {written} > {_SETTINGS}",
        *copies,
        "USER nginx",
        f"EXPOSE {PORT}",
        "ENTRYPOINT []",
        f'CMD ["nginx", "-e", "/dev/stderr", "-c", "{_SETTINGS}", "-g", "daemon off;"]',
    ]
