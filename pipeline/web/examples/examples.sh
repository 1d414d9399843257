#!/bin/sh
# The API by curl. ZHIBIAO is the workbench's address; where people log in, TOKEN is a token from the page of your account.
set -eu
ZHIBIAO=${ZHIBIAO:-http://127.0.0.1:8765}
ask() { curl --silent --show-error --fail-with-body ${TOKEN:+--header "Authorization: Bearer $TOKEN"} "$@"; }

# which regions have documents
ask "$ZHIBIAO/api/v1/regions?stored=true"; echo

# targets of one indicator, due first, as CSV
ask --get "$ZHIBIAO/api/v1/targets" --data-urlencode "indicator=森林覆盖率" --data "sort=deadline&format=csv"

# every target, streamed
ask "$ZHIBIAO/api/v1/targets?format=csv&all=true" --output targets.csv

# two regions beside each other
ask --get "$ZHIBIAO/api/v1/comparisons" --data-urlencode "region=驻马店" --data-urlencode "region=枣阳" --data "table=matrix&limit=1"; echo

# only if something changed since
tag=$(ask --head "$ZHIBIAO/api/v1/targets" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
ask --header "If-None-Match: $tag" --output /dev/null --write-out '%{http_code}\n' "$ZHIBIAO/api/v1/targets"
