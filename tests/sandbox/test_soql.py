"""The SOQL that the stand-in understands, and what it refuses."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simple_salesforce.format import format_soql

from sandbox.soql import Compare, In, Joined, Literal, Order, Query, SoqlError, like, parse


def test_a_whole_query() -> None:
    soql = (
        "select Id, Account.Name, (SELECT Name FROM Cases WHERE IsClosed = false LIMIT 1) FROM Contact WHERE "
        "(Email = 'a' OR Phone LIKE '%1') AND AccountId NOT IN (SELECT Id FROM Account) "
        "ORDER BY Name ASC, Id DESC LIMIT 5"
    )
    assert parse(soql) == Query(
        "Contact",
        ("Id", "Account.Name"),
        (Query("Cases", ("Name",), where=Compare("IsClosed", "=", False), limit=1),),
        Joined(
            "and",
            (
                Joined("or", (Compare("Email", "=", "a"), Compare("Phone", "like", "%1"))),
                In("AccountId", True, Query("Account", ("Id",))),
            ),
        ),
        (Order("Name", False), Order("Id", True)),
        5,
    )


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'it\\'s \\\\ \\n'", "it's \\ \n"),
        ("-1.5", -1.5),
        ("TRUE", True),
        ("null", None),
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T11:00:00+01:00", datetime(2026, 11, 21, 10, tzinfo=UTC)),
    ],
)
def test_literals(literal: str, value: Literal) -> None:
    where = parse(format_soql("SELECT Id FROM Contact WHERE A = {:literal}", literal)).where
    assert where == Compare("A", "=", value)


@pytest.mark.parametrize(
    "soql",
    [
        "",
        "SELECT FROM Contact",
        "SELECT Id",
        "SELECT * FROM Contact",
        "SELECT Id FROM Contact; DELETE",
        "SELECT Id FROM Contact WHERE",
        "SELECT Id FROM Contact WHERE Name",
        "SELECT Id FROM Contact WHERE Name = 'open",
        "SELECT Id FROM Contact WHERE Name = 'a' 'b'",
        'SELECT Id FROM Contact WHERE Name = "a"',
        "SELECT Id FROM Contact WHERE Name = '\\x'",
        "SELECT Id FROM Contact WHERE Name = Email",
        "SELECT Id FROM Contact WHERE A = 1 AND B = 2 OR C = 3",
        "SELECT Id FROM Contact WHERE A IN ()",
        "SELECT Id FROM Contact WHERE (A IN (SELECT Id FROM Account) AND B = 1)",
        "SELECT Id FROM Contact WHERE A = 1 OR B IN (SELECT Id FROM Account)",
        "SELECT Id FROM Contact WHERE A IN (SELECT Id FROM Account LIMIT 1)",
        "SELECT Id FROM Contact WHERE A IN (SELECT Id, Name FROM Account)",
        "SELECT Id FROM Contact LIMIT many",
        "SELECT Id FROM Contact LIMIT 1 2",
        "SELECT Id FROM Contact LIMIT -1",
        "SELECT Id FROM Contact LIMIT 1.5",
        "SELECT Id FROM Contact WHERE A = 2026-02-30",
        "SELECT Id FROM Contact WHERE A = 2026-13-01T00:00:00Z",
        "SELECT Id FROM Contact WHERE A = 2026-11-21T25:00:00Z",
        "SELECT Id FROM Contact WHERE A = '50\\% off'",
        "SELECT Id FROM Contact WHERE A == 1",
        "SELECT Id FROM Contact WHERE A LIKE",
        "SELECT Id FROM Contact WHERE (A = 1",
        "SELECT Id FROM Contact WHERE A = 1)",
        "SELECT Id FROM Contact WHERE A NOT 1",
        "SELECT Id FROM Contact WHERE A IN 1",
        "SELECT Id FROM Contact WHERE A IN (1,)",
        "SELECT Id FROM Contact WHERE A IN (SELECT Id FROM Account ORDER BY Id)",
        "SELECT Id FROM Contact WHERE A IN (SELECT (SELECT Id FROM Cases) FROM Account)",
        "SELECT Id,, Name FROM Contact",
        "SELECT Id, FROM Contact",
        "SELECT Account. FROM Contact",
        "SELECT Id FROM Contact ORDER Name",
        "SELECT Id FROM Contact ORDER BY",
        "SELECT Id FROM Contact LIMIT 1 ORDER BY Id",
        "SELECT Id FROM Contact -- comment",
    ],
)
def test_what_is_no_query_is_refused(soql: str) -> None:
    with pytest.raises(SoqlError) as caught:
        parse(soql)
    assert caught.value.code == "MALFORMED_QUERY"


@given(st.text())
def test_a_text_that_was_quoted_by_the_client_is_read_as_it_was(text: str) -> None:
    assert parse(format_soql("SELECT Id FROM Contact WHERE A = {}", text)).where == Compare("A", "=", text)


@given(st.text())
def test_part_of_a_pattern_that_was_quoted_by_the_client_is_found_as_it_was(text: str) -> None:
    where = parse(format_soql("SELECT Id FROM Contact WHERE A LIKE '%{:like}%'", text)).where
    assert isinstance(where, Compare)
    if "\\" not in text:
        assert like(str(where.value)).fullmatch(f"before {text} after")


def test_wildcards() -> None:
    assert like("a%c_").fullmatch("AbbbCd")
    assert not like("a\\%c").fullmatch("abc")


@pytest.mark.parametrize(
    ("soql", "message"),
    [
        ("SELECT Id FROM", "unexpected token: <EOF>"),
        ("SELECT Id FROM Contact GROUP BY Id", "unexpected token: 'GROUP'"),
        ("SELECT Id FROM Contact WHERE A = 1 AND B = 2 OR C = 3", "unexpected token: 'OR'"),
        ("SELECT Id FROM Contact; DELETE", "line 1:22 no viable alternative at character ';'"),
        ("SELECT Id FROM Contact WHERE A = '\\q'", r"illegal escape: '\q'"),
        ("SELECT Id FROM Contact WHERE A = 2026-02-30", "invalid date: 2026-02-30"),
        ("SELECT Id FROM Contact WHERE A = 1 OR B IN (SELECT Id FROM Account)", "not allowed with the 'OR' operator"),
        ("SELECT Id FROM Contact WHERE (A IN (SELECT Id FROM Account))", "not in nested WHERE expressions"),
    ],
)
def test_a_refusal_says_what_is_wrong_in_salesforces_words(soql: str, message: str) -> None:
    with pytest.raises(SoqlError) as caught:
        parse(soql)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ("A <> 1", Compare("A", "!=", 1.0)),
        ("A<=1", Compare("A", "<=", 1.0)),
        ("A >= -0.5", Compare("A", ">=", -0.5)),
        ("((A = 1))", Compare("A", "=", 1.0)),
        ("A IN ('a', null, 2)", In("A", False, ("a", None, 2.0))),
        ("Account.Owner.Name = 'x'", Compare("Account.Owner.Name", "=", "x")),
        ("A = 'select'", Compare("A", "=", "select")),
        (
            "A = 1 AND B = 2 AND C = 3",
            Joined("and", tuple(Compare(name, "=", float(n)) for n, name in enumerate("ABC", 1))),
        ),
        (
            "A = 1 OR (B = 2 AND C = 3)",
            Joined("or", (Compare("A", "=", 1.0), Joined("and", (Compare("B", "=", 2.0), Compare("C", "=", 3.0))))),
        ),
        ("A LIKE '50\\%\\_%'", Compare("A", "like", "50\\%\\_%")),
    ],
)
def test_conditions(where: str, condition: object) -> None:
    assert parse(f"SELECT Id FROM Contact WHERE {where}").where == condition  # noqa: S608


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("", "", True),
        ("%", "", True),
        ("_", "", False),
        ("a", "A", True),
        ("a.c", "abc", False),
        ("(a", "(a", True),
        ("%b%", "a\nb\nc", True),
        ("100\\%", "100%", True),
        ("100\\%", "1000", False),
        ("a\\_b", "a_b", True),
        ("a\\_b", "axb", False),
    ],
)
def test_a_pattern_fits_whole_values(pattern: str, value: str, fits: bool) -> None:
    assert bool(like(pattern).fullmatch(value)) == fits
