#!/usr/bin/env bash
# A newcomer's way in each language: from `cuecard new` to a live suggestion, in seconds, over a host that runs.
# tests/guests.sh [lua rust js ts python c]; CUECARD names the binary. Fails past two minutes, and where a step does.
set -euo pipefail
cd "$(dirname "$0")/.."
cuecard=$(realpath "${CUECARD:-target/debug/cuecard}")
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir "$folder/plugins"
"$cuecard" serve --dev --listen "127.0.0.1:$port" --plugins "$folder/plugins" --data "$folder/data" >"$folder/log" 2>&1 &
host=$!
trap 'kill "$host" 2>/dev/null; rm -rf "$folder"' EXIT
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do sleep 0.2; done

ask() {
  curl -s "http://127.0.0.1:$port/v1/messages" -H "Authorization: Bearer dev" -H "Content-Type: application/json" -d @- <<JSON
{"conversation_id": "c-$1-$2", "message_id": "m-$1-$2", "channel": "web_chat", "text": "an example of what a customer writes",
 "customer": {"id": "u-1", "locale": "en", "orders": [{"id": "1001", "status": "shipped"}]}}
JSON
}

slow=0
[ $# -gt 0 ] || set -- lua rust js ts python c
for lang in "$@"; do
  began=$(date +%s.%N)
  id="hello-$lang"
  (
    cd "$folder"
    "$cuecard" new "$id" --lang "$lang" --scenario "asks_$lang"
    cd "plugins/$id"
    case $lang in
      js | ts) npm install --no-audit --no-fund --silent ;;
      python) python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt ;;
    esac
    [ "$lang" = lua ] || "$cuecard" build .
    "$cuecard" test .
  ) >"$folder/$lang.log" 2>&1 || { cat "$folder/$lang.log"; exit 1; }
  proved=$(date +%s.%N)
  try=1
  until ask "$lang" "$try" | grep -q "\"plugin\":\"$id@"; do
    try=$((try + 1))
    if [ "$try" = 300 ]; then
      echo "$lang: no suggestion came" >&2
      tail -n 20 "$folder/log" >&2
      exit 1
    fi
    sleep 0.2
  done
  live=$(date +%s.%N)
  took=$(python3 -c "print(f'{$live - $began:.1f}')")
  echo "$lang: $took s from new to live, $(python3 -c "print(f'{$live - $proved:.1f}')") s of them until the host had it"
  rm -rf "$folder/plugins/$id"
  if python3 -c "raise SystemExit($took <= 120)"; then slow=1; fi
done
exit $slow
