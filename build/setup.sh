#!/usr/bin/env bash
# Installs the system packages that are missing, or prints the one command
# that does. It stops where Go or Node.js is too old.
#
#   setup.sh server   what the program without a window needs
#   setup.sh window   and what the window needs
#   setup.sh test     and what the tests need
set -euo pipefail
cd "$(dirname "$0")/.."

want=(ca-certificates gcc libc6-dev)
for_window=(pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev)
for_test=(xvfb xdotool imagemagick dbus curl fonts-noto-color-emoji fonts-noto-cjk nginx libnginx-mod-nchan)

purpose=${1:-window}
case $purpose in
server) ;;
window) want+=("${for_window[@]}") ;;
test) want+=("${for_window[@]}" "${for_test[@]}") ;;
*)
  echo "setup.sh: say server, window or test, not $purpose" >&2
  exit 2
  ;;
esac

bold() { printf '\033[1m==>\033[0m %s\n' "$*"; }
warn() { printf 'Warning: %s\n' "$*" >&2; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

# at_least 1.26 1.26.8: whether the second version is at least the first.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

languages() {
  local need_go need_node have
  need_go=$(sed -n 's/^go //p' go.mod)
  need_node=$(sed -n 's/.*"node": *">=\([0-9.]*\)".*/\1/p' frontend/package.json)
  local from_go="Signalbox needs Go $need_go or newer: https://go.dev/doc/install"
  local from_node="Signalbox needs Node.js $need_node or newer, with npm: https://nodejs.org/en/download"

  command -v go >/dev/null || stop "Go is missing. $from_go"
  # In this folder Go fetches the version of go.mod and becomes it, where the
  # user lets it. Where it does not, the version that is installed counts.
  have=$(go env GOVERSION 2>/dev/null) || have=$(cd / && GOTOOLCHAIN=local go env GOVERSION) || stop "Go does not start. $from_go"
  have=${have##*go}
  at_least "$need_go" "${have%% *}" || stop "Go ${have%% *} is too old. $from_go"

  command -v node >/dev/null && command -v npm >/dev/null || stop "Node.js or npm is missing. $from_node"
  have=$(node --version) || stop "Node.js does not start. $from_node"
  at_least "$need_node" "${have#v}" || stop "Node.js ${have#v} is too old. $from_node"
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Any Chromium will do. Ubuntu's package has another name than Debian's.
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
    # Without a terminal nobody can type the password that sudo waits for.
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      become=(sudo)
    else
      stop "Installing them needs root. Type this, then start again:" "" "  sudo ${run[*]}" ""
    fi
  fi
  bold "Installing them with apt-get (the window needs up to 300 MB the first time)"
  local root=("${become[@]}" env DEBIAN_FRONTEND=noninteractive)
  local quiet=(-qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
  "${root[@]}" apt-get "${quiet[@]}" update </dev/null ||
    warn "apt-get could not update its package lists; trying with the old ones"
  "${root[@]}" apt-get "${quiet[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null ||
    stop "apt-get could not install them. Type this to see why, then start again:" "" "  sudo ${run[*]}" ""
  # The tests start an nginx of their own. The package also starts one, on port 80.
  if [[ " ${missing[*]} " == *" nginx "* ]] && systemctl is-active --quiet nginx 2>/dev/null; then
    bold "Stopping the nginx service that came with the package"
    "${become[@]}" systemctl disable --quiet --now nginx
  fi
}

languages
if ! command -v dpkg-query >/dev/null; then
  command -v gcc >/dev/null &&
    { [ "$purpose" = server ] || { command -v pkg-config >/dev/null && pkg-config --exists gtk+-3.0 webkit2gtk-4.1; }; } ||
    stop "This is neither Debian nor Ubuntu, so nothing is installed by itself." \
      "Install what these Debian packages contain, then start again: ${want[*]}"
  exit 0
fi
missing=()
for package in "${want[@]}"; do
  installed "$package" || missing+=("$package")
done
[ "$purpose" = test ] && browser
[ ${#missing[@]} = 0 ] || install_missing
