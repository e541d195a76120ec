"""What the receiving host found out about a sender: RFC 8601, Authentication-Results.

Anybody can write such a header into a mail, so only the one of a host that is named in the settings counts, and of
those the topmost, which was written last.
"""

import re
from email.message import Message

from integrations.channels.email.headers import domain_of, raw_headers

_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^;"\s])+|;')
_MARK = re.compile(r'"(?:[^"\\]|\\.)*"?|\\.|[()]|[^"\\()]+|\\')
_MAX_CHARACTERS = 10_000


def is_verified(mail: Message, address: str, trusted_host: str) -> bool:
    """Whether the domain of the From address is proved: DMARC, or DKIM or SPF of that very domain."""
    if not trusted_host:
        return False
    trusted = (value for value in raw_headers(mail, "Authentication-Results") if _host(value) == trusted_host.lower())
    results = _results(next(trusted, ""))
    domain = domain_of(address)
    outcomes = {method: outcome for method, outcome, _ in results}
    if outcomes.get("dmarc", "none") not in {"none", "pass"}:
        return False
    return any(outcome == "pass" and _proves(method, said, domain) for method, outcome, said in results)


def result_hosts(mail: Message) -> set[str]:
    """The hosts whose results a mail carries."""
    return {_host(value) for value in raw_headers(mail, "Authentication-Results")} - {""}


def _proves(method: str, said: dict[str, str], domain: str) -> bool:
    if method == "dmarc":
        return said.get("header.from", "") == domain
    if method == "dkim":
        signer = said.get("header.d") or domain_of(said.get("header.i", ""))
        return bool(signer) and (domain == signer or domain.endswith(f".{signer}"))
    return method == "spf" and domain_of(said.get("smtp.mailfrom", "")) == domain


def _host(value: str) -> str:
    parts = _segments(value)[0]
    return parts[0].lower() if parts else ""


def _results(value: str) -> list[tuple[str, str, dict[str, str]]]:
    """Method, outcome and properties of each result. Of a property said twice the first counts."""
    found = []
    for parts in _segments(value)[1:]:
        pairs = [(name.lower(), said.strip('"').lower()) for name, _, said in (part.partition("=") for part in parts)]
        if pairs:
            (method, outcome), properties = pairs[0], pairs[1:]
            found.append((method.partition("/")[0], outcome, dict(reversed(properties))))
    return found


def _segments(value: str) -> list[list[str]]:
    """The words between semicolons; comments go first, and what is quoted is one word."""
    segments: list[list[str]] = [[]]
    for word in _WORD.findall(_without_comments(value[:_MAX_CHARACTERS])):
        if word == ";":
            segments.append([])
        else:
            segments[-1].append(word)
    return segments


def _without_comments(value: str) -> str:
    """Comments may hold comments, and a parenthesis that is quoted or escaped begins none."""
    kept, depth = [], 0
    for mark in _MARK.findall(value):
        if mark == "(":
            depth += 1
        elif mark == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(mark)
    return "".join(kept)
