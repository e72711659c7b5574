#!/bin/sh
# Runs the pipeline on rows whose answer is known and compares. Rows have no order: both sides are sorted.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sluice=${SLUICE:-$here/../../../sluice}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$sluice" run "$here/sales.sql" --set INPUT="$here/test/orders.csv" --set OUTPUT="$out/sales.csv"
LC_ALL=C sort "$out/sales.csv" | diff "$here/test/expected.csv" -
echo "sales.sql gives what is expected"
