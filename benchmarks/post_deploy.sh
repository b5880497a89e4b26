#!/bin/sh
# The checks of the suite post_deploy as a runbook has them: commands, one after the other. Ends with 1 when one failed.
# Variables: BASE, CACERT, APP, SHOPIFY_API_SECRET, DATABASE_URL, FLY_API_TOKEN, FLY_API_BASE_URL; fly is on PATH.
# KEEP=1 reads the log once for all endpoints instead of once for each, as a patient author would have it.
set -u
FAILED=0
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
PATHS="app/uninstalled app/scopes_update app/subscriptions_update customers/data_request customers/redact shop/redact"

check() {
    name=$1
    shift
    if "$@"; then echo "ok   $name"; else echo "FAIL $name" && FAILED=1; fi
}
uuid() { cat /proc/sys/kernel/random/uuid; }
flat() { echo "$1" | tr / -; }
ask() { curl -sS --max-time 10 --cacert "$CACERT" "$@"; }
query() { psql "$DATABASE_URL" -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
none() { test "$(query "$1")" = 0; }
answers() { test "$(ask -o "$WORK/answer" -w '%{http_code}' "$BASE/health")" = 200; }
healthy() { ask "$BASE/health" | jq -e '.status == "ok"' > "$WORK/jq"; }
quick() { ask -o "$WORK/answer" -w '%{time_total}' "$BASE/health" | awk '{ exit !($1 < 1) }'; }
page() { ask -H "Authorization: $FLY_API_TOKEN" "$FLY_API_BASE_URL/api/v1/apps/$APP/logs?next_token=$1"; }

machines() {
    fly machine list -a "$APP" --json | jq -e '
        map(select(.state == "started")) | length >= 1 and all(.host_status == "ok" and all(.checks[]; .status == "passing"))
    ' > "$WORK/jq"
}
deployed() { fly secrets list -a "$APP" --json | jq -e 'all(.status == "Deployed")' > "$WORK/jq"; }
released() {
    newest=$(fly releases -a "$APP" --json | jq -r '.[0] | select(.Status == "complete") | .ImageRef')
    fly machine list -a "$APP" --json | jq -e --arg image "${newest##*:}" 'all(.image_ref.tag == $image)' > "$WORK/jq"
}
clean_log() {
    since=$(fly releases -a "$APP" --json | jq -r '.[0].CreatedAt | fromdate')
    page "$((since * 1000000000))" | jq -r '.data[].attributes.message' > "$WORK/log" && test -s "$WORK/log" &&
        ! grep -Eiq 'prisma[a-z0-9 _-]*error|status=(429|5[0-9][0-9])|^(GET|POST) [^ ]+ (429|5[0-9][0-9]) ' "$WORK/log"
}

# deliver KIND PATH [ID SHOP] sends a signed, forged or unsigned delivery and prints the status; shop_of tells its shop.
deliver() {
    id=${3:-$(uuid)}
    shop=${4:-ops-synthetic-shell-$id.myshopify.com}
    echo "$shop" > "$WORK/shop-$1-$(flat "$2")"
    printf '{"id":1,"domain":"%s","current":["read_orders"]}' "$shop" > "$WORK/body"
    case $1 in signed) key=$SHOPIFY_API_SECRET ;; *) key=$(uuid) ;; esac
    mac=$(openssl dgst -sha256 -hmac "$key" -binary "$WORK/body" | base64)
    test "$1" = unsigned && signature= || signature="X-Shopify-Hmac-Sha256: $mac"
    case $2 in app/subscriptions_update) topic=app_subscriptions/update ;; *) topic=$2 ;; esac
    ask -o "$WORK/answer" -w '%{http_code}' --data-binary "@$WORK/body" -H "Content-Type: application/json" \
        -H "X-Shopify-Topic: $topic" -H "X-Shopify-Shop-Domain: $shop" -H "X-Shopify-Webhook-Id: $id" \
        -H "X-Shopify-API-Version: 2025-10" -H "$signature" "$BASE/webhooks/$2"
}
shop_of() { cat "$WORK/shop-$1-$(flat "$2")"; }
delivered() { test "$(deliver "$1" "$2")" = "$3"; }
log_now() {
    test "${KEEP:-}" && test -e "$WORK/kept-$1" || fly logs --no-tail -a "$APP" > "$WORK/kept-$1"
    cat "$WORK/kept-$1"
}
line_of() {
    case $1 in
        app/uninstalled) echo "APP/UNINSTALLED: cleanup done for" ;;
        app/subscriptions_update) echo "APP_SUBSCRIPTIONS/UPDATE: queuing update for" ;;
        customers/data_request) echo "GDPR DATA_REQUEST: No customer data stored by Timedify for" ;;
        customers/redact) echo "GDPR REDACT: No customer data to delete for" ;;
        shop/redact) echo "SHOP/REDACT: cleanup done for" ;;
    esac
}
worked() {
    if test "$1" = app/scopes_update; then ! none "SELECT count(*) FROM webhook_events WHERE shop = '$(shop_of signed "$1")'"
    else log_now signed | grep -q "$(line_of "$1") $(shop_of signed "$1")"; fi
}
strayed() {
    shops="'$(shop_of forged "$1")', '$(shop_of unsigned "$1")'"
    none "SELECT count(*) FROM webhook_events WHERE shop IN ($shops)" || return 1
    test "$1" = app/scopes_update || ! log_now strays | grep -qE "$(line_of "$1") ($(shop_of forged "$1")|$(shop_of unsigned "$1"))"
}
once() {
    same=$(uuid)
    for _ in first second; do
        test "$(deliver signed app/scopes_update "$same" "ops-synthetic-shell-$same.myshopify.com")" = 200 || return 1
    done
    sleep 1
    test "$(query "SELECT count(*) FROM webhook_events WHERE id = '$same'")" = 1
}

check "health answers 200" answers
check "health body says healthy" healthy
check "health answers within 1 s" quick
check "database answers" none "SELECT 0"
check "migrations are applied" none "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL"
check "no unprocessed dead letters" none 'SELECT count(*) FROM dead_letters WHERE "retriedAt" IS NULL'
check "no errors in the recent logs" clean_log
check "machines are started and healthy" machines
check "no secret is staged" deployed
check "latest release is complete" released
check "a delivery is recorded once" once
check "no shop bears the synthetic prefix" none "SELECT count(*) FROM \"Session\" WHERE shop LIKE 'ops-synthetic-%'"
for path in $PATHS; do check "signed delivery: $path" delivered signed "$path" 200; done
for path in $PATHS; do check "its effect: $path" worked "$path"; done
for path in $PATHS; do check "forged delivery: $path" delivered forged "$path" 401; done
for path in $PATHS; do check "unsigned delivery: $path" delivered unsigned "$path" 200; done
sleep 1
for path in $PATHS; do check "no effect of either: $path" strayed "$path"; done
exit $FAILED
