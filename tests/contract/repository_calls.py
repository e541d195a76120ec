"""Which values the repositories send to which SQL: read from their source and their type hints, nothing is run."""

import ast
import importlib
import inspect
import pkgutil
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from tests.contract.sql_paths import ELEMENT

_CALLS = {"fetch": 0, "fetchrow": 0, "fetchval": 0, "execute": 0, "call": 1}
"""Methods that run SQL, and at which position it stands."""


@dataclass(frozen=True)
class Sent:
    """A value as JSON: one of these types, with keys that were added to it. `origin` names it for people."""

    types: tuple[Any, ...]
    origin: str
    added: frozenset[str] = frozenset()

    def below(self, keys: Sequence[str]) -> "Sent | None":
        """What lies at a path; None when no such value has it."""
        if keys and keys[0] in self.added:
            return Sent((Any,), self.origin)
        found = self.types
        for key in keys:
            found = tuple(inner for one in found for inner in _member(one, key))
        return Sent(found, self.origin) if found else None


@dataclass(frozen=True)
class SqlCall:
    """One piece of SQL in a repository; `arguments` stand for $1, $2 and so on. None: not known."""

    where: str
    sql: str
    arguments: tuple[Sent | None, ...]


def repository_calls(package: types.ModuleType) -> Iterator[SqlCall]:
    """Every piece of SQL that the modules of a package run."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                yield from _Method(module, node).calls()


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of a union, without None and without what Annotated adds."""
    if get_origin(hint) is Annotated:
        return alternatives(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        return tuple(inner for one in get_args(hint) for inner in alternatives(one))
    return () if hint is type(None) else (hint,)


def _member(hint: Any, key: str) -> tuple[Any, ...]:
    if hint is Any:
        return (Any,)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _field(hint, key)
    inner = get_args(hint)
    if key == ELEMENT:
        return alternatives(inner[0]) if inner else ()
    return alternatives(inner[1]) if get_origin(hint) is dict else ()


def _field(model: type[BaseModel], key: str) -> tuple[Any, ...]:
    for name, described in model.model_fields.items():
        if (described.serialization_alias or name) == key and not described.exclude:
            return alternatives(described.annotation)
    computed = model.model_computed_fields.get(key)
    return alternatives(computed.return_type) if computed else ()


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


class _Method:
    """One function or method of a repository's module."""

    def __init__(self, module: types.ModuleType, node: ast.AsyncFunctionDef | ast.FunctionDef) -> None:
        self._module = module
        self._node = node
        arguments = [*node.args.args, *node.args.kwonlyargs]
        self._hints = {one.arg: one.annotation for one in arguments if one.annotation}
        self._assigned = {
            target.id: one.value
            for one in ast.walk(node)
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }

    def calls(self) -> Iterator[SqlCall]:
        for node in ast.walk(self._node):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS):
                continue
            position = _CALLS[node.func.attr]
            sql = self._text(node.args[position]) if len(node.args) > position else None
            if sql is not None:
                arguments = tuple(self._sent(one) for one in node.args[position + 1 :])
                yield SqlCall(f"{self._module.__name__}.{self._node.name}", sql, arguments)

    def _text(self, expression: ast.expr) -> str | None:
        match expression:
            case ast.Constant(value=str() as text):
                return text
            case ast.JoinedStr(values=values):
                return "".join(self._text(one) or "" for one in values)
            case ast.FormattedValue(value=value):
                return self._text(value)
            case ast.Name(id=name) if name in self._assigned:
                return self._text(self._assigned[name])
            case ast.Name(id=name):
                constant = getattr(self._module, name, None)
                return constant if isinstance(constant, str) else None
            case _:
                return None

    def _sent(self, expression: ast.expr) -> Sent | None:
        match expression:
            case ast.Name(id=name) if name in self._hints:
                return Sent(alternatives(self._evaluated(self._hints[name])), f"{self._node.name}({name})")
            case ast.Name(id=name) if name in self._assigned:
                return self._sent(self._assigned[name])
            case ast.Attribute(value=value, attr=attribute):
                owner = self._sent(value)
                return owner and owner.below([attribute])
            case ast.Call(func=ast.Name(id="tuple" | "list"), args=[inner]):
                return self._sent(inner)
            case ast.Call(func=ast.Name(id=name)) if _is_model(getattr(self._module, name, None)):
                return Sent((getattr(self._module, name),), name)
            case ast.Call(func=ast.Attribute(value=value, attr="model_dump")):
                return self._sent(value)
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Dict(keys=keys)):
                known = self._sent(left)
                added = frozenset(str(one.value) for one in keys if isinstance(one, ast.Constant))
                return known and Sent(known.types, known.origin, known.added | added)
            case _:
                return None

    def _evaluated(self, annotation: ast.expr) -> Any:
        return eval(ast.unparse(annotation), vars(self._module))  # noqa: S307 (our own annotation)
