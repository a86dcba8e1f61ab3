#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program is built from. It fails for
# one in Go code that ours calls, and for one in an npm package that is shipped in
# the screens. It only reports one in a tool, and a database that it could not
# reach.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

say() { printf '    %s\n' "$1"; }

# What Go and its tools print when the database cannot be reached.
unreachable='fetching vulnerabilities|no such host|dial tcp|i/o timeout|connection refused|proxyconnect|TLS handshake|x509:|module lookup disabled|not available|reading https?://'

answer=$(timeout 240 go tool -modfile=build/tools/go.mod govulncheck -tags desktop ./... 2>&1)
status=$?
if grep -q 'No vulnerabilities found\|Your code is affected by 0 ' <<<"$answer"; then
  say 'Go: no known vulnerability in the code that ours calls.'
elif grep -q 'Your code is affected by' <<<"$answer"; then
  printf '%s\n' "$answer"
  failed=1
elif [ "$status" = 124 ] || grep -Eq "$unreachable" <<<"$answer"; then
  say "Go: the database could not be reached: $(tail -n 1 <<<"$answer")"
else
  printf '%s\n' "$answer"
  say 'Go: govulncheck itself failed.'
  failed=1
fi

# package.json lists every package under devDependencies, because Vite bundles
# what the screens need. These are the ones it takes code or files from. npm also
# names a package when the fault is in one of its dependencies.
shipped='^(svelte|@fontsource-variable/.*)$'
report=$(cd frontend && timeout 60 npm audit --json 2>/dev/null | shipped=$shipped node -e '
  const shipped = new RegExp(process.env.shipped);
  let text = "";
  process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => {
    let answer = {};
    try { answer = JSON.parse(text); } catch { /* not JSON: no answer */ }
    if (!answer.metadata?.vulnerabilities) return console.log("unreachable", answer.message ?? answer.error?.summary ?? "there was no answer");
    const found = Object.values(answer.vulnerabilities ?? {});
    const list = (of) => of.map((v) => `${v.name} (${v.severity})`).join(", ");
    const bad = found.filter((v) => shipped.test(v.name));
    if (bad.length) console.log("shipped", list(bad));
    else if (found.length) console.log("tools", list(found));
    else console.log("none");
  });')
case $report in
none) say 'npm: no known vulnerability.' ;;
tools*) say "npm: none in the screens. In tools: ${report#tools }" ;;
shipped*)
  say "npm: in the screens: ${report#shipped }"
  failed=1
  ;;
*) say "npm: the database could not be reached: ${report#unreachable }" ;;
esac

exit "$failed"
