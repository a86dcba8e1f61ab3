#!/usr/bin/env bash
# Opens the window where there is a display, and serves the dashboard where
# there is none.
set -euo pipefail
program=$(dirname "$0")/bin/signalbox

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$program" "$@"
fi
echo "There is no display here, so the dashboard is served. Open its address in a browser; Ctrl+C stops it."
exec "$program" serve "$@"
