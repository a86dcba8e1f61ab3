#!/usr/bin/env bash
# Asks whether a known vulnerability is in what the program is built from. Two
# answers fail: one in Go code that ours calls, and one in an npm package that
# goes into the screens. One in a tool is told only. That nobody could be asked,
# for want of a network, is told too and is no reason to fail.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

say() { printf '    %s\n' "$1"; }

# Reasons for which there is no answer, as Go and its tools tell them.
unasked='fetching vulnerabilities|no such host|dial tcp|i/o timeout|connection refused|proxyconnect|TLS handshake|x509:|module lookup disabled|not available|reading https?://'

answer=$(timeout 240 go tool -modfile=build/tools/go.mod govulncheck ./... 2>&1)
status=$?
if grep -q 'No vulnerabilities found\|Your code is affected by 0 ' <<<"$answer"; then
  say 'Go: no known vulnerability in what is called.'
elif grep -q 'Your code is affected by' <<<"$answer"; then
  printf '%s\n' "$answer"
  failed=1
elif [ "$status" = 124 ] || grep -Eq "$unasked" <<<"$answer"; then
  say "Go: could not ask: $(tail -n 1 <<<"$answer")"
else
  printf '%s\n' "$answer"
  say 'Go: govulncheck itself failed.'
  failed=1
fi

# package.json calls all packages tools, because Vite puts what the screens need
# into the bundle. These are what it takes code or files from; npm names a package
# too where only one that it needs is at fault.
shipped='^(svelte|@fontsource-variable/.*)$'
told=$(cd frontend && timeout 60 npm audit --json 2>/dev/null | shipped=$shipped node -e '
  const shipped = new RegExp(process.env.shipped);
  let text = "";
  process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => {
    let answer = {};
    try { answer = JSON.parse(text); } catch { /* no answer */ }
    if (!answer.metadata?.vulnerabilities) return console.log("unasked", answer.message ?? answer.error?.summary ?? "there was no answer");
    const found = Object.values(answer.vulnerabilities ?? {});
    const list = (of) => of.map((v) => `${v.name} (${v.severity})`).join(", ");
    const bad = found.filter((v) => shipped.test(v.name));
    if (bad.length) console.log("shipped", list(bad));
    else if (found.length) console.log("tools", list(found));
    else console.log("none");
  });')
case $told in
none) say 'npm: no known vulnerability.' ;;
tools*) say "npm: none in the screens. In tools: ${told#tools }" ;;
shipped*)
  say "npm: in what the screens are made of: ${told#shipped }"
  failed=1
  ;;
*) say "npm: could not ask: ${told#unasked }" ;;
esac

exit "$failed"
