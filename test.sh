#!/usr/bin/env bash
# The one test command. ./test.sh runs everything that is quick; ./test.sh long runs what needs more time; ./test.sh
# gallery takes a picture of every page and mail into artifacts/gallery and artifacts/mails.
# Ends with "N passed, N failed, N skipped", counted from the results of all suites.
set -uo pipefail
cd "$(dirname "$0")"

mode=${1:-quick}
limit=2400
case $mode in
  quick) filter=(-trait- "Category=long" -maxThreads 6) ;; # they wait for clocks and ticks as much as they compute
  long) filter=(-trait "Category=long" -maxThreads 1); limit=7200 ;; # one at a time: some of them measure
  gallery) filter=(-class '*.Screenshots' -class '*.MailTests' -maxThreads 2); limit=3600
    export ONETIMEJWT_SCREENSHOTS=$PWD/artifacts/gallery ;;
  *) echo "usage: ./test.sh [long | gallery]" >&2; exit 2 ;;
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

# What the package manager can put beside the SDK; quiet, since everything has a way to go on without.
debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
  timeout 120 apt-get update && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "$@"
}

# What all suites want.
packages=(postgresql dovecot-imapd postfix libidn12 nginx-light chromium-headless-shell)

# Said first, since it changes the machine.
announce() {
  local wanted=("${packages[@]}")
  [ "$mode" != gallery ] || wanted=(chromium-headless-shell fonts-ipafont-gothic)
  [ "$mode" != long ] || wanted+=("${proxies[@]}" pgbouncer wapiti spamassassin rspamd)
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || { echo "not root on Debian: nothing is installed, tests that need more are skipped"; return; }
  echo "as root on Debian, installs what is missing of: ${wanted[*]}"
}

# All of Debian's packages at once, while the build runs; each step below looks for its own again.
prefetch() {
  [ "$mode" = gallery ] || [ -n "${ONETIMEJWT_TEST_POSTGRESQL:-}" ] || no_cluster
  debian "${packages[@]}"
  [ "$mode" != long ] || debian "${proxies[@]}"
}

# What the app is tried behind, beside nginx.
proxies=(haproxy apache2-bin caddy varnish lighttpd lighttpd-mod-openssl)

# PostgreSQL's package would start a server of its own.
no_cluster() {
  [ "$(id -u)" != 0 ] || [ -e /etc/postgresql-common/createcluster.conf ] \
    || { mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf; }
}

# A browser: Debian's headless shell where it can be had, which takes a third of the time of a full Chromium, else
# Playwright's own where its download is allowed, else whatever is on PATH.
find_browser() {
  command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
}

install_browser() {
  local driver=OneTimeJwt.E2E/bin/Release/net10.0/.playwright log=$results/browser.log
  command -v chromium-headless-shell && return
  debian chromium-headless-shell > "$log" 2>&1 || find_browser > /dev/null \
    || timeout 180 "$driver"/node/*/node "$driver/package/cli.js" install --with-deps chromium >> "$log" 2>&1 \
    || debian chromium >> "$log" 2>&1
  find_browser || echo "none on PATH; without Playwright's own, browser tests are skipped"
}

# PostgreSQL of our own: data in a folder that goes away, a port that is free, and never as root, which it refuses.
postgresql_tools() { ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1; }

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgresql() {
  [ -n "${ONETIMEJWT_TEST_POSTGRESQL:-}" ] && { echo "the one that ONETIMEJWT_TEST_POSTGRESQL names"; return; }
  [ -n "$(postgresql_tools)" ] || { no_cluster; debian postgresql > "$results/postgresql.log" 2>&1; }

  local tools port=$((20000 + RANDOM % 20000))
  tools=$(postgresql_tools)
  [ -n "$tools" ] || { echo "not to be had here; its tests are skipped"; return; }
  while (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do port=$((port + 1)); done
  postgresql=$(mktemp -d)
  [ "$(id -u)" = 0 ] && chown postgres "$postgresql"
  # By language, as grown databases sort; durable enough for tests that kill the app and never the server.
  { as_postgres "$tools/initdb" -D "$postgresql/data" -U tests -A trust -E UTF8 --locale-provider=icu --icu-locale=en-US --locale=C.UTF-8 \
      || { rm -rf "$postgresql/data"; as_postgres "$tools/initdb" -D "$postgresql/data" -U tests -A trust -E UTF8; }
    as_postgres "$tools/pg_ctl" -D "$postgresql/data" -w -l "$postgresql/log" start -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c fsync=off -c full_page_writes=off"
  } >> "$results/postgresql.log" 2>&1 < /dev/null || { echo "does not start here; its tests are skipped"; tail -3 "$results/postgresql.log"; return; }
  export ONETIMEJWT_TEST_POSTGRESQL="Host=127.0.0.1;Port=$port;Username=tests;Database=postgres"
  echo "PostgreSQL $(cat "$postgresql/data/PG_VERSION") on port $port"
}

stop_postgresql() {
  [ -n "${postgresql:-}" ] || return
  as_postgres "$(postgresql_tools)/pg_ctl" -D "$postgresql/data" -m immediate stop > /dev/null 2>&1
  rm -rf "$postgresql"
}
trap stop_postgresql EXIT

install_nginx() {
  command -v nginx || { debian nginx-light > "$results/nginx.log" 2>&1; command -v nginx; } || echo "not to be had here; its tests are skipped"
}

install_proxies() {
  local program
  [ -e /usr/lib/lighttpd/mod_openssl.so ] && ls /usr/sbin/{haproxy,apache2,varnishd,lighttpd} /usr/bin/caddy > /dev/null 2>&1 \
    || debian "${proxies[@]}" > "$results/proxies.log" 2>&1
  for program in haproxy apache2 caddy varnishd lighttpd; do
    PATH=$PATH:/usr/sbin command -v "$program" || echo "$program is not to be had here; its tests are skipped"
  done
}

install_pgbouncer() {
  [ -x /usr/sbin/pgbouncer ] || debian pgbouncer > "$results/pgbouncer.log" 2>&1
  ls /usr/sbin/pgbouncer 2> /dev/null || echo "not to be had here; its tests are skipped"
}

install_wapiti() {
  command -v wapiti || { debian wapiti > "$results/wapiti.log" 2>&1; command -v wapiti; } || echo "not to be had here; its tests are skipped"
}

install_dovecot() {
  command -v dovecot || { debian dovecot-imapd > "$results/dovecot.log" 2>&1; command -v dovecot; } || echo "not to be had here; its tests are skipped"
}

install_postfix() {
  [ -x /usr/lib/postfix/sbin/master ] || debian postfix > "$results/postfix.log" 2>&1
  ls /usr/lib/postfix/sbin/master 2> /dev/null || echo "not to be had here; its tests are skipped"
}

# Unpacked and not installed: its package would push Postfix aside.
install_exim() {
  local folder=$PWD/artifacts/tools/exim
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    { [ -x "$folder/usr/sbin/exim4" ] || { mkdir -p "$folder" && (cd "$folder" && apt-get download exim4-daemon-light && dpkg -x exim4-daemon-light*.deb .); }
      [ -n "$(ldconfig -p | grep libidn.so.12)" ] || debian libidn12
      id Debian-exim || useradd --system --no-create-home Debian-exim
    } > "$results/exim.log" 2>&1
  fi
  [ -x "$folder/usr/sbin/exim4" ] || { echo "not to be had here; its tests are skipped"; return; }
  export ONETIMEJWT_TEST_EXIM=$folder
  echo "$folder/usr/sbin/exim4"
}

# What judges mails.
install_filters() {
  command -v spamassassin > /dev/null && command -v rspamd > /dev/null || debian spamassassin rspamd > "$results/filters.log" 2>&1 \
    || echo "not to be had here; their tests are skipped"
}

# What is from npm, where npm and what runs it are on the machine. Saved, since npm removes what no package.json names.
npm_tool() {
  command -v npm > /dev/null && command -v "$1" > /dev/null || { echo "$1 or npm is not on PATH; its tests are skipped"; return 1; }
  [ -e "artifacts/tools/node_modules/$2" ] \
    || timeout 300 npm install --prefix artifacts/tools --ignore-scripts --no-audit --no-fund "$2@$3" > "$results/$2.log" 2>&1 \
    || { echo "not to be had here; its tests are skipped"; return 1; }
  echo "$2 $3"
}

install_checkers() {
  npm_tool java vnu-jar 26.9.27 && ONETIMEJWT_TEST_NU=$(ls "$PWD"/artifacts/tools/node_modules/vnu-jar/build/dist/vnu.jar) && export ONETIMEJWT_TEST_NU
  [ "$mode" != long ] || { npm_tool node lighthouse 13.5.0 && export ONETIMEJWT_TEST_LIGHTHOUSE=$PWD/artifacts/tools/node_modules/lighthouse/cli/index.js; }
  [ "$mode" != long ] || { npm_tool node oidc-provider 9.13.3 && export ONETIMEJWT_TEST_OIDC_PROVIDER=$PWD/artifacts/tools/node_modules/oidc-provider; }
  true
}

# What receivers verify webhooks with.
install_standardwebhooks() {
  npm_tool node standardwebhooks 1.1.1 && export ONETIMEJWT_TEST_STANDARDWEBHOOKS=$PWD/artifacts/tools/node_modules
  true
}

# What makes a client of the OpenAPI document.
install_kiota() {
  local folder=$PWD/artifacts/tools/kiota
  [ -x "$folder/kiota" ] || timeout 300 dotnet tool install Microsoft.OpenApi.Kiota --version 1.38.0 --tool-path "$folder" > "$results/kiota.log" 2>&1 \
    || { echo "not to be had here; its test is skipped"; return; }
  export ONETIMEJWT_TEST_KIOTA=$folder/kiota
  echo "$folder/kiota"
}

# So that pictures show every language's letters.
install_fonts() {
  fc-list 2> /dev/null | grep -qi "cjk\|ipa" || debian fonts-ipafont-gothic > "$results/fonts.log" 2>&1 || echo "no Japanese letters in pictures"
}

suite() {
  local name=$1
  timeout "$limit" "$name/bin/Release/net10.0/$name" "${filter[@]}" -xml "$results/$name.xml" -noLogo || failed=1
}

# Whitespace and style are looked at by the build; this finds little more, for a minute of two cores.
format() {
  dotnet format OneTimeJwt.sln --no-restore --verify-no-changes > "$results/format.log" 2>&1
}

step "packages" announce
[ "$mode" = gallery ] || { prefetch > "$results/prefetch.log" 2>&1 & prefetch=$!; }
step "restore" dotnet restore OneTimeJwt.sln --locked-mode \
  && step "build" dotnet build OneTimeJwt.sln --no-restore -c Release -warnaserror && {
    [ -z "${prefetch:-}" ] || wait "$prefetch"
    [ "$mode" != long ] || step "format" format || cat "$results/format.log"
    [ "$mode" = gallery ] || {
      step "postgresql" start_postgresql
      [ "$mode" != long ] || step "mail filters" install_filters
      [ "$mode" != long ] || step "pgbouncer" install_pgbouncer
      [ "$mode" != long ] || step "proxies" install_proxies
      [ "$mode" != long ] || step "wapiti" install_wapiti
      [ "$mode" != long ] || step "kiota" install_kiota
      step "dovecot" install_dovecot
      step "postfix" install_postfix
      step "exim" install_exim
      step "nginx" install_nginx
      step "standardwebhooks" install_standardwebhooks
      # Most code runs a few times only there: compiling it once more, and better, costs more than it brings.
      DOTNET_TC_CallCountThreshold=2000 DOTNET_OSR_HitLimit=100 step "OneTimeJwt.Web.Tests" suite OneTimeJwt.Web.Tests
    }
    step "browser" install_browser
    step "checkers" install_checkers
    [ "$mode" != gallery ] || step "fonts" install_fonts
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

# What failed once more, where it is seen at once: a suite's own output is long, and other tests' logs stand in it.
failures() {
  cat "$results"/*.xml 2> /dev/null | awk '
    function show(text, most, lines, count, n) {
      count = split(text, lines, "\n")
      for (n = 1; n <= count && n <= most; n++) print "    " substr(lines[n], 1, 300)
    }
    BEGIN { RS = "<(test|error) " }
    /^[^>]* result="Fail"/ || /^type="/ {
      match($0, /name="[^"]*"/); print "FAILED " substr($0, RSTART + 6, RLENGTH - 7)
      sub(/.*<message><!\[CDATA\[/, "")
      end = index($0, "]]></message>"); stack = substr($0, end)
      show(substr($0, 1, end - 1), 12)
      if (sub(/.*<stack-trace><!\[CDATA\[/, "", stack)) { sub(/\]\]><\/stack-trace>.*/, "", stack); show(stack, 10) }
    }'
}

failures
passed=$(count passed)
broken=$(( $(count failed) + $(count errors) ))
skipped=$(count skipped)
# A step that failed, or a suite that died, counts as a failure although no test says so.
[ "$failed" = 1 ] && [ "$broken" = 0 ] && broken=1
echo "$passed passed, $broken failed, $skipped skipped"
[ "$broken" = 0 ] && [ "$passed" -gt 0 ]
