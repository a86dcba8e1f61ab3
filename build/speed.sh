#!/usr/bin/env bash
# Measures the wire and the journal against the bare servers in build/speed/bare,
# and prints one table. With -before PROGRAM and -before-seed SEED it measures an
# older program instead. It never fails because of a figure: figures depend on
# the machine.
set -euo pipefail
cd "$(dirname "$0")/.."
printf '\n\033[1m==>\033[0m %s\n' 'The speed of the wire (about twenty minutes; 20 million messages take 8 GB of disk for a while)'
[ -x build/bin/signalbox ] || make build
go build -o build/bin/seed ./build/seed
(cd build/speed && go build -o ../bin/speed .)
exec timeout 2400 build/bin/speed -signalbox build/bin/signalbox -seed build/bin/seed "$@"
