#!/usr/bin/env bash
# Opens the window where there is a display, and serves the dashboard where
# there is none. `make run` has built the program that is needed for that.
set -euo pipefail
bin=$(dirname "$0")/bin

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$bin/signalbox" "$@"
fi
echo "There is no display here, so the dashboard is served. Open its address in a browser; Ctrl+C stops it."
exec "$bin/signalbox-server" serve "$@"
