"""The records of a Salesforce organisation: found by SOQL, written by the rules that Salesforce has for writes."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sandbox.salesforce_objects import Field, SObject, standard_objects
from sandbox.soql import Compare, Condition, In, Joined, Literal, Order, Query, SoqlError, like

Record = dict[str, Any]
NUMBERS = frozenset({"double", "currency"})
SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class WriteError(Exception):
    """A write that Salesforce refuses, with its error code and the fields that are wrong."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] | None = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.fields = status, code, fields


class Organisation:
    """Objects and records. `hidden` names objects (Task) and fields (Contact.Title) that our user may not see."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.objects = standard_objects()
        self.records: dict[str, dict[str, Record]] = {}
        self.hidden: set[str] = set()
        self._numbers = count(1)

    # Objects.

    def visible(self, kind: str) -> SObject | None:
        """The object as our user sees it, by its name in any case."""
        found = next((one for key, one in self.objects.items() if key.lower() == kind.lower()), None)
        if found is None or found.name in self.hidden:
            return None
        seen = {key: one for key, one in found.fields.items() if f"{found.name}.{key}" not in self.hidden}
        return SObject(found.name, found.key_prefix, seen, found.children, found.createable)

    # Writing.

    def create(self, kind: SObject, values: Mapping[str, Any]) -> Record:
        """A new record, checked. Raises WriteError."""
        self.check(kind, values)
        _check_required(kind, values)
        return self.add(kind.name, **values)

    def update(self, kind: SObject, record: Record, values: Mapping[str, Any]) -> None:
        """Change a record, with what follows from its fields; checked. Raises WriteError."""
        self.check(kind, values)
        changed = {**record, **values}
        _check_required(kind, changed)
        record |= {**values, **_derived(kind.name, changed), "LastModifiedDate": stamp(self.now())}

    def add(self, kind: str, **values: Any) -> Record:
        """A record as it stands, with what Salesforce fills in by itself."""
        number = next(self._numbers)
        moment = stamp(self.now())
        filled = {
            "Id": new_id(self.objects[kind].key_prefix, number),
            "CreatedDate": moment,
            "LastModifiedDate": moment,
        }
        derived = {**_defaults(kind, number), **_derived(kind, values)}
        record = {**dict.fromkeys(self.objects[kind].fields), **filled, **derived, **values}
        self.records.setdefault(kind, {})[record["Id"]] = record
        return record

    def check(self, kind: SObject, values: Mapping[str, Any]) -> None:
        """Raises WriteError for a field that is not there or not ours to write, or for a value that does not fit."""
        for name, value in values.items():
            known = kind.fields.get(name)
            if known is None:
                text = f"No such column '{name}' on sobject of type {kind.name}"
                raise WriteError(400, "INVALID_FIELD", text, None)
            if not known.createable:
                text = f"Unable to create/update fields: {name}. Please check the security settings of this field."
                raise WriteError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, (name,))
            self._check_value(known, value)

    def _check_value(self, known: Field, value: Any) -> None:
        if known.to and value is not None and self.by_id(known.to, str(value)) is None:
            raise WriteError(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())
        if isinstance(value, str) and known.type in {"string", "textarea"} and len(value) > known.length:
            text = f"{known.name}: data value too large: (max length={known.length})"
            raise WriteError(400, "STRING_TOO_LONG", text, (known.name,))
        if value is not None and known.type == "date" and not _is_day(value):
            text = f"Cannot deserialize instance of date from VALUE_STRING value {value}"
            raise WriteError(400, "JSON_PARSER_ERROR", text, None)

    def by_id(self, kind: str, record_id: str) -> Record | None:
        """Ids of 15 and of 18 characters are the same id."""
        return next((one for key, one in self.records.get(kind, {}).items() if key[:15] == record_id[:15]), None)

    # Reading.

    def find(self, query: Query) -> list[Record]:
        """The records of a query as its answer shows them, but for their links. Raises SoqlError."""
        kind = self._kind(query.kind)
        lowered = [path.lower() for path in query.paths]
        for path in query.paths:
            self._field(kind, path)
            if lowered.count(path.lower()) > 1:
                raise SoqlError("MALFORMED_QUERY", f"duplicate field selected: {path}")
        for child in query.children:
            self._child(kind, child)
        return [self._shown(kind, query, record) for record in self._select(kind, query)]

    def _kind(self, name: str) -> SObject:
        kind = self.visible(name)
        if kind is None:
            text = f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to "
            raise SoqlError("INVALID_TYPE", f"{text}append the '__c' after the entity name.")
        return kind

    def _field(self, kind: SObject, path: str) -> Field:
        """The field at the end of a path. Raises SoqlError."""
        name, _, rest = path.partition(".")
        if rest:
            followed = next((one for one in kind.fields.values() if one.relation.lower() == name.lower()), None)
            if followed is None or not followed.relation:
                raise SoqlError("INVALID_FIELD", f"Didn't understand relationship '{name}' in field path.")
            return self._field(self._kind(followed.to), rest)
        known = kind.find(name)
        if known is None:
            text = f"No such column '{name}' on entity '{kind.name}'. If you are attempting to use a custom field, be "
            raise SoqlError("INVALID_FIELD", f"{text}sure to append the '__c' after the custom field name.")
        return known

    def _value(self, kind: SObject, path: str, record: Record | None) -> Any:
        name, _, rest = path.partition(".")
        if record is None:
            return None
        if not rest:
            return record.get(self._field(kind, name).name)
        followed = next(one for one in kind.fields.values() if one.relation.lower() == name.lower())
        parent = self.by_id(followed.to, record[followed.name] or "")
        return self._value(self.objects[followed.to], rest, parent)

    def _select(self, kind: SObject, query: Query) -> list[Record]:
        fits = self._condition(kind, query.where) if query.where else lambda record: True
        found = [record for record in self.records.get(kind.name, {}).values() if fits(record)]
        for order in reversed(query.order):
            found.sort(key=self._sort_key(kind, order), reverse=order.descending)
        return found[: query.limit]

    def _sort_key(self, kind: SObject, order: Order) -> Callable[[Record], tuple[bool, Any]]:
        known = self._field(kind, order.path)
        if not (known.filterable and known.sortable):
            raise SoqlError("INVALID_FIELD", f"field '{known.name}' can not be sorted in a query call")
        return lambda record: (
            record[known.name] is not None,
            "" if record[known.name] is None else _typed(known, record[known.name]),
        )

    def _condition(self, kind: SObject, condition: Condition) -> Callable[[Record], bool]:
        match condition:
            case Joined(word, parts):
                each = [self._condition(kind, part) for part in parts]
                together = all if word == "and" else any
                return lambda record: together(fits(record) for fits in each)
            case In(path, negated, values):
                among = self._in(kind, path, values)
                return lambda record: among(record) != negated
            case Compare(path, sign, value):
                return self._compare(kind, path, sign, value)

    def _in(self, kind: SObject, path: str, values: tuple[Literal, ...] | Query) -> Callable[[Record], bool]:
        if not isinstance(values, Query):
            each = [self._compare(kind, path, "=", value) for value in values]
            return lambda record: any(fits(record) for fits in each)
        if self._field(kind, path).type not in {"id", "reference"}:
            text = f"The left operand cannot have more than one level of relationships or be other than an id: {path}"
            raise SoqlError("INVALID_FIELD", text)
        inner = self._kind(values.kind)
        selected = self._field(inner, values.paths[0]).name
        ids = {record[selected] for record in self._select(inner, values)}
        return lambda record: (self._value(kind, path, record) or "none") in ids

    def _compare(self, kind: SObject, path: str, sign: str, literal: Literal) -> Callable[[Record], bool]:
        known = self._field(kind, path)
        _check_literal(known, literal)
        _check_sign(known, sign, literal)
        if sign == "like":
            pattern = like(str(literal))
            return lambda record: bool(pattern.fullmatch(self._value(kind, path, record) or ""))
        wanted = _typed(known, literal)
        if sign in COMPARISONS:
            holds = COMPARISONS[sign]
            return lambda record: self._known(kind, path, record, known, lambda value: holds(value, wanted))
        equal = sign == "="
        return lambda record: (_typed(known, self._value(kind, path, record)) == wanted) == equal

    def _known(self, kind: SObject, path: str, record: Record, known: Field, holds: Callable[[Any], bool]) -> bool:
        value = self._value(kind, path, record)
        return value is not None and holds(_typed(known, value))

    def _shown(self, kind: SObject, query: Query, record: Record) -> Record:
        shown: Record = {"attributes": {"type": kind.name, "url": record["Id"]}}
        for path in query.paths:
            self._show(kind, path, record, shown)
        for child in query.children:
            shown |= self._show_children(kind, child, record)
        return shown

    def _show(self, kind: SObject, path: str, record: Record, shown: Record) -> None:
        name, _, rest = path.partition(".")
        if not rest:
            name = self._field(kind, name).name
            shown[name] = record.get(name)
            return
        followed = next(one for one in kind.fields.values() if one.relation.lower() == name.lower())
        parent = self.by_id(followed.to, record[followed.name] or "")
        if parent is None:
            shown[followed.relation] = None
            return
        inside = shown.setdefault(followed.relation, {"attributes": {"type": followed.to, "url": parent["Id"]}})
        self._show(self._kind(followed.to), rest, parent, inside)

    def _show_children(self, kind: SObject, child: Query, record: Record) -> Record:
        name, inner, key = self._child(kind, child)
        found = [one for one in self._select(inner, child) if one[key] == record["Id"]]
        records = [self._shown(inner, child, one) for one in found]
        return {name: {"totalSize": len(records), "done": True, "records": records} if records else None}

    def _child(self, kind: SObject, child: Query) -> tuple[str, SObject, str]:
        """The relationship that a child query names, its object, and that object's field of the parent's id."""
        name = next((one for one in kind.children if one.lower() == child.kind.lower()), None)
        if name is None:
            text = f"Didn't understand relationship '{child.kind}' in FROM part of query call."
            raise SoqlError("INVALID_TYPE", text)
        inner = self._kind(kind.children[name][0])
        for path in child.paths:
            self._field(inner, path)
        return name, inner, kind.children[name][1]


def _check_required(kind: SObject, values: Mapping[str, Any]) -> None:
    """Raises WriteError for a record that lacks what its object requires."""
    if missing := tuple(one.name for one in kind.fields.values() if one.required and values.get(one.name) is None):
        text = f"Required fields are missing: [{', '.join(missing)}]"
        raise WriteError(400, "REQUIRED_FIELD_MISSING", text, missing)


def _defaults(kind: str, number: int) -> Record:
    match kind:
        case "Case":
            return {"CaseNumber": f"{1000 + number:08}", "Status": "New"}
        case "Entitlement":
            return {"Status": "Active"}
        case "Knowledge__kav":
            published = {"PublishStatus": "Online", "IsVisibleInPkb": True, "Language": "en_US"}
            return {**published, "KnowledgeArticleId": new_id("kA0", number), "ArticleNumber": f"{number:09}"}
    return {}


def _derived(kind: str, values: Mapping[str, Any]) -> Record:
    """The fields that follow from others, at each write."""
    match kind:
        case "Contact":
            return {"Name": " ".join(values[part] for part in ("FirstName", "LastName") if values.get(part))}
        case "Case":
            return {"IsClosed": values.get("Status") == "Closed"}
        case "Opportunity":
            return {"IsClosed": str(values.get("StageName", "")).startswith("Closed")}
    return {}


def _typed(known: Field, value: Any) -> Any:
    """A value that compares as Salesforce compares: texts in any case, ids by their 15 characters, times by time."""
    match value:
        case datetime():
            return value.astimezone(UTC)
        case str() if known.type == "datetime":
            return datetime.fromisoformat(value).astimezone(UTC)
        case str() if known.type == "date":
            return date.fromisoformat(value)
        case str() if known.type in {"id", "reference"}:
            return value[:15]
        case str():
            return value.lower()
    return value


def _check_literal(known: Field, literal: Literal) -> None:
    """Raises SoqlError unless the literal is of the field's kind."""
    if not known.filterable:
        raise SoqlError("INVALID_FIELD", f"field '{known.name}' can not be filtered in a query call")
    if literal is None:
        return
    if known.type in {"id", "reference"} and not (isinstance(literal, str) and len(literal) in (15, 18)):
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal}")
    wanted: dict[str, type | tuple[type, ...]] = {"boolean": bool, "datetime": datetime, "date": date}
    kind = wanted.get(known.type, (float, int) if known.type in NUMBERS else str)
    if not isinstance(literal, kind) or (known.type == "date" and isinstance(literal, datetime)):
        text = f"value of filter criterion for field '{known.name}' must be of type {known.type}"
        raise SoqlError("INVALID_FIELD", text + (" and should be enclosed in quotes" if kind is str else ""))


def _check_sign(known: Field, sign: str, literal: Literal) -> None:
    """Raises SoqlError for LIKE of anything but texts, and for an order in which nothing stands."""
    is_text = isinstance(literal, str) and known.type not in {"id", "reference"}
    if (sign == "like" and not is_text) or (sign in COMPARISONS and literal is None):
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {known.type} field: {known.name}")


def new_id(prefix: str, number: int) -> str:
    """An id of 18 characters: 15 of its own and 3 that keep their case."""
    short = f"{prefix}Hf0000{number:06}"
    groups: Iterable[str] = (short[place : place + 5] for place in (0, 5, 10))
    return short + "".join(SUFFIX[sum(one.isupper() << bit for bit, one in enumerate(group))] for group in groups)


def stamp(moment: datetime) -> str:
    """A time as Salesforce writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def _is_day(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
