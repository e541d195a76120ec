#!/bin/sh
# cel-expr-python 0.1.3 (the wrapper of CEL C++ by the CEL project).
#
# Expected: an expression that cannot be computed raises, as one that does not compile does; or it has no value.
# Observed: nothing is raised, and value() is the message as a plain text, which is true wherever a truth value is asked for.
#   A rule `amount / count > 100` holds then for a count of 0, and so does its opposite. Only type() tells. What does not
#   compile is a RuntimeError, a class that many other failures have, too.
# Seen:
#   amount / count > 100 -> type ERROR, value 'INVALID_ARGUMENT: divide by zero', bool True
#   !(amount / count > 100) -> type ERROR, value 'INVALID_ARGUMENT: divide by zero', bool True
#   'a' in names, a tuple -> type ERROR, value "INVALID_ARGUMENT: Non-CEL value type for 'names': tuple.", bool True
#   amount > -> RuntimeError of builtins
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cel-expr-python==0.1.3
"$folder/venv/bin/python" - > "$folder/seen" 2> "$folder/log" <<'PYTHON' || { cat "$folder/log"; exit 1; }
from cel_expr_python import cel

types = {"amount": cel.Type.INT, "count": cel.Type.INT, "names": cel.Type.List(cel.Type.STRING)}
known = {"amount": 50, "count": 0, "names": ("a", "b")}
environment = cel.NewEnv(variables=types)
for expression, note in (
    ("amount / count > 100", ""),
    ("!(amount / count > 100)", ""),
    ("'a' in names", ", a tuple"),
    ("amount >", ""),
):
    try:
        result = environment.compile(expression).eval(data=known)
        told = f"type {result.type()}, value {result.value()!r}, bool {bool(result.value())}"
    except Exception as error:
        told = f"{type(error).__name__} of {type(error).__module__}"
    print(f"{expression}{note} -> {told}")
PYTHON
cat "$folder/seen"
sed -n 's/^#   \(.* -> .*\)/\1/p' "$0" | diff - "$folder/seen"
echo "as described"
