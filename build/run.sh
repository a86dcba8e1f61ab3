#!/usr/bin/env bash
# Opens the window if there is a display, and serves the dashboard otherwise.
# `make run` builds the program for the one or the other first.
set -euo pipefail
bin=$(dirname "$0")/bin

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$bin/signalbox" "$@"
fi
echo "There is no display here, so the dashboard is served. Open its address in a browser; Ctrl+C stops it."
exec "$bin/signalbox-server" serve "$@"
