#!/usr/bin/env bash
# Runs every check, the quick ones first, and stops at the first that fails.
# `test.sh go`, `web`, `window` and `lint` run some of them. Each stage has a time
# limit; one that fails prints the command that repeats it.
set -uo pipefail
cd "$(dirname "$0")/.."

part=${1:-all}
began=$SECONDS
done_stages=0

# stage PARTS LIMIT NAME COMMAND runs a command for at most LIMIT seconds, if one
# of the PARTS was asked for.
stage() {
  local parts=$1 limit=$2 name=$3 command=$4 started=$SECONDS status
  [ "$part" = all ] || [[ " $parts " == *" $part "* ]] || return 0
  printf '\n\033[1m==> %s\033[0m (%d s so far)\n' "$name" $((SECONDS - began))
  # It runs in the background so that Ctrl+C reaches this shell at once; timeout
  # then ends the whole group of processes. A background job ignores SIGINT, and
  # programs under test must not inherit that.
  timeout -k 10 "$limit" env --default-signal=INT,QUIT bash -c "$command" </dev/null &
  running=$!
  wait "$running"
  status=$?
  running=
  if [ "$status" != 0 ]; then
    [ "$status" != 124 ] && [ "$status" != 137 ] || printf 'It was ended at its limit of %d s.\n' "$limit"
    printf '\n\033[1m==> FAILED: %s\033[0m (exit %d after %d s). To run it again:\n  %s\n' \
      "$name" "$status" $((SECONDS - started)) "$command"
    exit 1
  fi
  done_stages=$((done_stages + 1))
  printf '    %s: passed in %d s\n' "$name" $((SECONDS - started))
}
running=
trap 'kill -TERM "$running" 2>/dev/null; exit 130' INT TERM

# Without tags, everything but the window. With the tag desktop alone, the window
# too, and still without GTK: Wails needs it only with the tag production.
vet='go vet ./... && go vet -tags desktop . && go -C build/speed vet ./...'
staticcheck='go tool -modfile=build/tools/go.mod staticcheck'
unformatted='gofmt -l *.go backend build'
# The tests in build/ itself build programs, and have stages of their own.
gotest='go test -race -timeout 10m $(go list ./... | grep -v /build$) && go test -tags desktop .'
# built PATTERN: the tests in build/ that match, with what they skip.
built() { printf "set -o pipefail; go test -count=1 -v -timeout 15m -run '^Test(%s)' ./build | grep -v '^=== '" "$1"; }

stage "go web window lint" 900 'system packages' 'build/setup.sh test'
stage "go lint" 60 'gofmt' "out=\$($unformatted) && if [ -n \"\$out\" ]; then echo Not formatted: \$out; exit 1; fi"
stage "web lint" 300 'npm ci' 'make --no-print-directory frontend/node_modules/.package-lock.json'
stage "web lint" 60 'prettier' 'cd frontend && npx --no-install prettier --config .prettierrc.json --check src tests messages project.inlang/settings.json index.html *.ts *.json ../build/*.mjs'
stage "web lint" 180 'svelte-check' 'cd frontend && npm run --silent check'
stage "web" 180 'vitest' 'cd frontend && npx --no-install vitest run'
stage "go window" 600 'bindings: frontend/wailsjs is what app.go says' \
  'cp -a frontend/wailsjs "${TMPDIR:-/tmp}/wailsjs.$$" && trap "rm -rf ${TMPDIR:-/tmp}/wailsjs.$$" EXIT && go run -tags bindings . && diff -r "${TMPDIR:-/tmp}/wailsjs.$$" frontend/wailsjs'
stage "web window" 600 'vite build, go build' 'make --no-print-directory build'
stage "go lint" 300 'go vet' "$vet"
stage "go lint" 400 'staticcheck' "$staticcheck ./... && $staticcheck -tags desktop ."
stage "lint" 400 'known vulnerabilities' 'build/audit.sh'
stage "go" 180 'types on macOS and Windows' "$(built TheTypes)"
stage "go" 900 'go test' "$gotest"
stage "go" 400 'set-up, and the program without a window' "$(built 'TheSetUp|TheServerProgram')"
stage "go" 600 'Windows, with mingw-w64 and wine' "$(built ForWindows)"
stage "web" 1200 'Playwright in Chromium' 'cd frontend && npx --no-install playwright test'
stage "window" 300 'the window under Xvfb' \
  'node --experimental-websocket --no-warnings --test --test-concurrency=1 --test-reporter=spec frontend/tests/window/*.test.mjs'

if [ "$done_stages" = 0 ]; then
  echo "There is no part called $part: say go, web, window or lint." >&2
  exit 2
fi
printf '\n\033[1m==> All %d stages passed in %d s.\033[0m\n' "$done_stages" $((SECONDS - began))
