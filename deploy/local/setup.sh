#!/usr/bin/env bash
# Makes .venv with everything pinned in constraints.txt; does nothing when it is up to date.
set -euo pipefail
cd "$(dirname "$0")/../.."

stamp=.venv/installed
wanted=$(cat constraints.txt pyproject.toml | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi

find_python() {
  local version candidate
  for version in 3.13 3.12; do
    for candidate in "$(command -v "python$version" 2>/dev/null || true)" \
      "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
      if [ -x "$candidate" ] && "$candidate" -c "import sys, venv, ssl; sys.exit(sys.version_info[:2] != (3, ${version#3.}))" 2>/dev/null; then
        echo "$candidate"
        return
      fi
    done
  done
}

if [ ! -x .venv/bin/python ]; then
  python=$(find_python)
  if [ -z "$python" ]; then
    echo "Assay needs Python 3.13 or 3.12, and neither is on PATH or under pyenv." >&2
    echo "Install one (for example: pyenv install 3.13) and run this again." >&2
    exit 1
  fi
  echo "Making .venv with $("$python" --version)"
  "$python" -m venv .venv
fi
echo "Installing what constraints.txt pins (a minute the first time)"
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[site,dev]'; then
  echo "The packages could not be installed. Is there a network, or an index set in pip's configuration?" >&2
  exit 1
fi
echo "$wanted" > "$stamp"
