#!/usr/bin/env bash
# Compiles the program. compile.sh WHICH OUTPUT, where WHICH is
#   window           with a window; on Linux it needs GTK and WebKit
#   server           without a window; on Linux it is static
#   windows-server   the same two for Windows, with mingw-w64
#   windows-window
# PROGRAM_VERSION is the version that it prints.
set -euo pipefail
which=$1
output=$(realpath -m "$2")
cd "$(dirname "$0")/.."

# Nothing loads an extension into SQLite, and a static program could not.
tags=sqlite_omit_load_extension
link="-s -w -X main.version=${PROGRAM_VERSION:-dev}"
case $which in
windows-*) export GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc ;;
esac
case $which in
window) tags+=,desktop,production,webkit2_41 ;;
windows-window) tags+=,desktop,production link+=" -H windowsgui" ;;
server)
  # Go's own look-up of users and names: glibc's cannot be linked statically.
  # macOS has no static libraries.
  [ "$(go env GOOS)" = darwin ] || tags+=,osusergo,netgo link+=" -linkmode external -extldflags -static"
  ;;
windows-server) ;;
*)
  echo "compile.sh: there is no $which" >&2
  exit 2
  ;;
esac
# SQLite then calls fdatasync where it would call fsync: a commit that overwrites a
# part of the log need not store the file's times too.
[ "$(go env GOOS)" != linux ] || export CGO_CFLAGS="${CGO_CFLAGS:--O2 -g} -DHAVE_FDATASYNC=1"
CGO_ENABLED=1 exec go build -tags "$tags" -trimpath -ldflags "$link" -o "$output" .
