# Shared by the scripts beside it: source it first. It moves to the repository's root.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The comment at the head of the calling script is its help.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$ROOT/scripts/$(basename "$0")"; }

# Where cargo puts what it builds: target/, unless this machine says otherwise.
target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$ROOT/target}"; }

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; }

# A Chromium of any name: $CHROMIUM first, then what is on the path.
find_chromium() {
  local name
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || die "CHROMIUM is $CHROMIUM, which cannot be run."
    printf '%s\n' "$CHROMIUM"
    return
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}

# Where the newest PostgreSQL's own programs are: Debian keeps them off the path.
find_postgres() {
  local bin
  for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    [ ! -x "$bin/initdb" ] || { printf '%s\n' "$bin"; return; }
  done
  bin=$(command -v initdb) && dirname "$bin"
}

# python_venv NAME PACKAGE==VERSION: where that package of PyPI is installed, and nothing else; made when it is not there.
python_venv() {
  local venv
  venv=$(target_dir)/$1
  if [ "$(cat "$venv/.package" 2>/dev/null)" != "$2" ]; then
    have python3 || die "python3 is not on the path."
    rm -rf "$venv"
    python3 -m venv "$venv" || die "python3 cannot make a virtual environment: install python3-venv."
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$2" >&2
    printf '%s\n' "$2" >"$venv/.package"
  fi
  # Absolute: whoever asks may go elsewhere.
  (cd "$venv" && pwd)
}

# A port of loopback that nobody listens on.
unused_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}
