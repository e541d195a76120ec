#!/bin/sh
# phonenumbers 9.0.43 (the Python port of libphonenumber).
#
# Expected: a word beside a number, such as a note in brackets, is either left out or refused.
# Observed: parse() reads its letters as keypad digits and appends them, so another number comes back without an error.
#   Mexican mobiles as WhatsApp names them (+52 1, dialled until 2020) parse, but are neither possible nor valid.
# Seen:
#   '202-555-0143 (work)' -> 1 20255501439675 possible=False
#   '202-555-0143 (' -> 1 2025550143 possible=True
#   '+5215512345678' -> 52 15512345678 possible=False
#   '+525512345678' -> 52 5512345678 possible=True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
import phonenumbers

for text in ("202-555-0143 (work)", "202-555-0143 (", "+5215512345678", "+525512345678"):
    number = phonenumbers.parse(text, "US")
    possible = phonenumbers.is_possible_number(number)
    print(f"{text!r} -> {number.country_code} {number.national_number} possible={possible}")
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(.* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
