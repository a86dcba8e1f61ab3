#!/usr/bin/env bash
# Measures the packages alone, then the whole program as a user sees it. It never
# fails because of a figure: figures depend on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n\033[1m==>\033[0m %s\n' "$*"; }

say 'The packages by themselves (Go benchmarks)'
timeout 900 go test -run '^$' -bench . -benchtime 1s ./backend/... | grep -v -e '^?' -e '^PASS' -e 'no test files'
say 'The program with and without its window (about six minutes)'
go build -o build/bin/bench ./build/bench
go build -o build/bin/seed ./build/seed
exec timeout 1200 node --experimental-websocket --no-warnings build/bench.mjs
