#!/usr/bin/env bash
# Installs the system packages that are missing, or prints the one command
# that does. `setup.sh build` is enough to run Signalbox; `setup.sh test` adds
# what the tests need.
set -euo pipefail

for_build=(ca-certificates gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev)
for_test=(xvfb xdotool imagemagick dbus curl fonts-noto-color-emoji nginx libnginx-mod-nchan)

want=("${for_build[@]}")
[ "${1:-build}" = test ] && want+=("${for_test[@]}")

bold() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

# at_least 1.26 1.26.8: whether the second version is at least the first.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

languages() {
  command -v go >/dev/null ||
    stop "Go is missing. Signalbox needs Go 1.26 or newer: https://go.dev/doc/install"
  local go_version node_version
  # GOTOOLCHAIN=local: the version that is installed, not the one that go.mod would fetch.
  go_version=$(GOTOOLCHAIN=local go env GOVERSION)
  at_least 1.26 "${go_version#go}" ||
    warn "${go_version} is older than Go 1.26, which Signalbox needs. Go may fetch a newer one by itself; otherwise see https://go.dev/doc/install"
  command -v node >/dev/null && command -v npm >/dev/null ||
    stop "Node.js (with npm) is missing. Signalbox needs Node.js 20.19 or newer: https://nodejs.org/en/download"
  node_version=$(node --version)
  at_least 20.19 "${node_version#v}" ||
    warn "Node.js ${node_version} is older than 20.19, which the build of the screens needs: https://nodejs.org/en/download"
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# On Ubuntu the browser comes under another name, and any Chromium will do.
browser() {
  local program
  for program in chromium chromium-browser google-chrome; do
    command -v "$program" >/dev/null && return
  done
  if apt-cache show chromium >/dev/null 2>&1 || ! apt-cache show chromium-browser >/dev/null 2>&1; then
    missing+=(chromium)
  else
    missing+=(chromium-browser)
  fi
}

install_missing() {
  local become=() run=(apt-get install -y --no-install-recommends "${missing[@]}")
  bold "These system packages are missing: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    # Without a terminal sudo could only wait for a password that nobody types.
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      become=(sudo)
    else
      stop "Installing them needs root. Type this, then start again:" "" "  sudo ${run[*]}" ""
    fi
  fi
  bold "Installing them with apt-get (up to 300 MB the first time)"
  local root=("${become[@]}" env DEBIAN_FRONTEND=noninteractive)
  local quiet=(-qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
  "${root[@]}" apt-get "${quiet[@]}" update </dev/null ||
    warn "the lists of packages could not be brought up to date; trying with those that are here"
  "${root[@]}" apt-get "${quiet[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null ||
    stop "apt-get could not install them. Type this to see why, then start again:" "" "  sudo ${run[*]}" ""
  # The tests start an nginx of their own; the package's service would stay on port 80.
  if [[ " ${missing[*]} " == *" nginx "* ]] && systemctl is-active --quiet nginx 2>/dev/null; then
    bold "Stopping the nginx service that came with the package"
    "${become[@]}" systemctl disable --quiet --now nginx
  fi
}

languages
if ! command -v dpkg-query >/dev/null; then
  command -v pkg-config >/dev/null && pkg-config --exists gtk+-3.0 webkit2gtk-4.1 ||
    stop "This is neither Debian nor Ubuntu, so nothing is installed by itself." \
      "Install what these Debian packages contain, then start again: ${want[*]}"
  exit 0
fi
missing=()
for package in "${want[@]}"; do
  installed "$package" || missing+=("$package")
done
[ "${1:-build}" = test ] && browser
[ ${#missing[@]} = 0 ] || install_missing
