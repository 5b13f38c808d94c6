#!/usr/bin/env bash
# What the tests need of the system, or `packages.sh bench` the benchmarks: as root on Debian it is installed, elsewhere
# what is missing is named.
set -euo pipefail

what=${1:-tests}
missing=()
command -v dockerd >/dev/null || docker version >/dev/null 2>&1 || missing+=(docker.io)
if [ "$what" = bench ]; then
  what=benchmarks
  command -v wrk >/dev/null || missing+=(wrk)
else
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  command -v debootstrap >/dev/null || [ "$(id -u)" != 0 ] || missing+=(debootstrap)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "The $what need ${missing[*]}. Install them with the system's package manager and run this again." >&2
  exit 1
fi
