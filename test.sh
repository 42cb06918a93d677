#!/usr/bin/env bash
# The one test command. ./test.sh runs everything that is quick; ./test.sh long runs what needs more time.
# Ends with "N passed, N failed, N skipped", counted from the results of all suites.
set -uo pipefail
cd "$(dirname "$0")"

mode=${1:-quick}
limit=1200
case $mode in
  quick) filter=(-trait- "Category=long") ;;
  long) filter=(-trait "Category=long" -maxThreads 1); limit=7200 ;; # one at a time: some of them measure
  *) echo "usage: ./test.sh [long]" >&2; exit 2 ;;
esac

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
results=artifacts/results
rm -rf "$results"
mkdir -p "$results"
failed=0

step() {
  echo "== $1"
  shift
  "$@" || { echo "-- failed: $*" >&2; failed=1; return 1; }
}

# A browser: Debian's headless shell where it can be had, which takes a third of the time of a full Chromium, else
# Playwright's own where its download is allowed, else whatever is on PATH.
find_browser() {
  command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
}

debian_browser() {
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
  timeout 120 apt-get update && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "$1"
}

install_browser() {
  local driver=OneTimeJwt.E2E/bin/Release/net10.0/.playwright log=$results/browser.log
  command -v chromium-headless-shell && return
  debian_browser chromium-headless-shell > "$log" 2>&1 || find_browser > /dev/null \
    || timeout 180 "$driver"/node/*/node "$driver/package/cli.js" install --with-deps chromium >> "$log" 2>&1 \
    || debian_browser chromium >> "$log" 2>&1
  find_browser || echo "none on PATH; without Playwright's own, browser tests are skipped"
}

suite() {
  local name=$1
  timeout "$limit" "$name/bin/Release/net10.0/$name" "${filter[@]}" -xml "$results/$name.xml" -noLogo || failed=1
}

# Formatting is looked at beside the first suite, which leaves a core idle now and then.
format() {
  dotnet format OneTimeJwt.sln --no-restore --verify-no-changes > "$results/format.log" 2>&1
}

step "restore" dotnet restore OneTimeJwt.sln --locked-mode \
  && step "build" dotnet build OneTimeJwt.sln --no-restore -c Release -warnaserror && {
    format & formatting=$!
    step "OneTimeJwt.Web.Tests" suite OneTimeJwt.Web.Tests
    wait "$formatting"; formatted=$?
    step "format" [ "$formatted" = 0 ] || cat "$results/format.log"
    step "browser" install_browser
    step "OneTimeJwt.E2E" suite OneTimeJwt.E2E
  }

count() {
  local total=0 n
  for file in "$results"/*.xml; do
    [ -f "$file" ] || continue
    for n in $(grep -o '<assembly [^>]*' "$file" | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+'); do total=$((total + n)); done
  done
  echo "$total"
}

passed=$(count passed)
broken=$(( $(count failed) + $(count errors) ))
skipped=$(count skipped)
# A step that failed, or a suite that died, counts as a failure although no test says so.
[ "$failed" = 1 ] && [ "$broken" = 0 ] && broken=1
echo "$passed passed, $broken failed, $skipped skipped"
[ "$broken" = 0 ] && [ "$passed" -gt 0 ]
