"""Search attributes are named as Temporal's own are, and there are few enough for every cluster."""

from collections import Counter

from domain.search_attributes import SEARCH_ATTRIBUTES

ROOM_IN_SQL_VISIBILITY = Counter(Keyword=10, Int=3, Datetime=3)


def test_names_are_pascal_case() -> None:
    assert all(name.isalpha() and name[0].isupper() for name in SEARCH_ATTRIBUTES)


def test_a_cluster_on_a_sql_database_has_room_for_them() -> None:
    assert Counter(attribute.kind for attribute in SEARCH_ATTRIBUTES.values()) <= ROOM_IN_SQL_VISIBILITY
