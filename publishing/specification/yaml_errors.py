"""Why a text is no YAML, in its author's words."""

import re
from typing import NamedTuple

import yaml

from publishing.specification.mistakes import Position
from publishing.specification.yaml_text import Refused

TAB = "Indent with spaces; YAML allows no tabs there."
COLON = "Put a text that holds a colon and a space in quotes, or correct the indentation."
SIGN = "Put a text that holds this sign in quotes, or close the bracket that is still open."
REMEDIES: tuple[tuple[str, str], ...] = (
    (r"mapping values are not allowed", COLON),
    (r"'\\t'", TAB),
    (r"cannot start any token", "Put a text that begins with a sign such as @, ` or % in quotes."),
    (
        r"found undefined alias|scanning an alias",
        "Define it with & before it is used with *, or put a text that begins with * in quotes.",
    ),
    (r"duplicate anchor", "Give each anchor its own name."),
    (r"unexpected end of stream|found end of stream", "Close the quote or the bracket that is still open."),
    (r"expected ',' or '[]}]', but got '[?:{[]'", SIGN),
    (r"expected ',' or '\]'", "Close the list with ], and separate its items with commas."),
    (r"expected ',' or '}'", "Close the mapping with }, and separate its entries with commas."),
    (r"expected the node content", "Write the value that is missing, or close the bracket that is still open."),
    (r"expected <block end>", "Indent what belongs together by the same number of spaces."),
    (r"could not find expected ':'", "Write a colon and a space after the key, or indent a text that goes on."),
    (r"expected a single document", "Remove the line `---`; a file holds one document."),
    (r"escape", "Write \\\\ for a backslash, or use single quotes."),
    (r"merg", "Merge mappings only."),
    (r"expected '<document start>'|directive", "Remove the line that begins with %, and begin with a key."),
)
OTHERWISE = "Compare the line with another file of the same kind."


class ExplainedYaml(NamedTuple):
    """What is wrong with a text as a whole."""

    problem: str
    remedy: str
    position: Position


def explained_yaml(error: yaml.YAMLError, text: str) -> ExplainedYaml:
    """The problem, the remedy and the position of a text that could not be read."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        position = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        problem = f"holds the control character U+{_code_of(error):04X}"
        return ExplainedYaml(problem, "Remove it; write text and line breaks only.", position)
    if not isinstance(error, yaml.MarkedYAMLError):
        return ExplainedYaml("is not valid YAML", OTHERWISE, Position())
    begun_before = re.search(r"end of stream|<stream end>|expected ':'", str(error.problem))
    mark = (error.context_mark if begun_before else None) or error.problem_mark
    position = Position(mark.line + 1, mark.column + 1) if mark else Position()
    if isinstance(error, Refused):
        return ExplainedYaml(str(error.problem), error.remedy, position)
    problem = " ".join(filter(None, (error.context, error.problem)))
    remedy = next((remedy for pattern, remedy in REMEDIES if re.search(pattern, problem)), OTHERWISE)
    return ExplainedYaml(f"is not valid YAML: {problem}", remedy, position)


def _code_of(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)
