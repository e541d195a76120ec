#!/bin/sh
# twilio 9.13.0 and simple-salesforce 1.12.10.
#
# Expected: a time with a zone keeps its instant when it becomes a query's parameter, and a time without one is refused.
# Observed: twilio writes the digits of the local time down and appends a Z, so noon in Berlin becomes noon UTC, two hours
#   later. format_soql takes a time without a zone for one of the machine's zone, so the same query differs by machine.
#   format_soql also refuses Decimal, the usual type of an amount.
# Seen:
#   twilio, noon at +02:00 -> 2026-06-01T12:00:00Z
#   format_soql, noon at +02:00 -> 2026-06-01T10:00:00+00:00
#   format_soql, noon without a zone, machine in Tokyo -> 2026-06-01T03:00:00+00:00
#   format_soql, Decimal -> ValueError: unquotable value type
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check twilio==9.13.0 simple-salesforce==1.12.10
TZ=Asia/Tokyo "$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from simple_salesforce.format import format_soql
from twilio.base import serialize

noon = datetime(2026, 6, 1, 12)
berlin = noon.replace(tzinfo=timezone(timedelta(hours=2)))
print("twilio, noon at +02:00 ->", serialize.iso8601_datetime(berlin))
print("format_soql, noon at +02:00 ->", format_soql("{}", berlin))
print("format_soql, noon without a zone, machine in Tokyo ->", format_soql("{}", noon))
try:
    print("format_soql, Decimal ->", format_soql("{}", Decimal("9.90")))
except ValueError as error:
    print("format_soql, Decimal -> ValueError:", error)
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(.* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
