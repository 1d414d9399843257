"""Pages of large tables by the keys of the last row (keyset): page 1,000 costs what page 1 does, and rows that come meanwhile move nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from schemas.errors import ZhibiaoError

Row = dict[str, Any]
After = list[Any] | None


class CursorError(ZhibiaoError):
    """A place that no page of such a table ends with."""


@dataclass(frozen=True, slots=True)
class Key:
    """A column that a table is ordered by; `down`: the greatest first; `nullable`: rows without a value come last. The last key is unique."""

    column: sa.ColumnElement[Any]
    down: bool = False
    nullable: bool = False


def page(connection: sa.Connection, query: sa.Select[Any], keys: Sequence[Key], after: After, limit: int) -> tuple[list[Row], After]:
    """The rows behind a place (None: from the beginning), at most `limit`, and the place behind them; None where nothing follows.

    Only the first key may be nullable: rows with it and rows without are two questions, each answered along an index. Raises CursorError.
    """
    _check(keys, after)
    asked = query.add_columns(*(key.column.label(f"key_{n}") for n, key in enumerate(keys)))
    rows: list[Row] = []
    first = keys[0]
    if not first.nullable or after is None or after[0] is not None:
        some = asked.where(first.column.is_not(None)) if first.nullable else asked
        rows += _some(connection, some, keys, after, limit + 1)
    if first.nullable and len(rows) <= limit:
        rest = after[1:] if after is not None and after[0] is None else None
        rows += _some(connection, asked.where(first.column.is_(None)), keys[1:], rest, limit + 1 - len(rows))
    more = len(rows) > limit
    rows = rows[:limit]
    behind = [rows[-1][f"key_{n}"] for n in range(len(keys))] if more else None
    return [{name: value for name, value in row.items() if not name.startswith("key_")} for row in rows], behind


def _some(connection: sa.Connection, query: sa.Select[Any], keys: Sequence[Key], after: After, limit: int) -> list[Row]:
    if after is not None:
        query = query.where(_behind(keys, after))
    query = query.order_by(*(key.column.desc() if key.down else key.column for key in keys)).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def _behind(keys: Sequence[Key], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Rows behind some values: a >= x AND (a > x OR (a = x AND …)); the first bound alone lets an index begin there."""
    key, value = keys[0], sa.bindparam(None, values[0], type_=keys[0].column.type)
    past = key.column < value if key.down else key.column > value
    if len(keys) == 1:
        return past
    bound = key.column <= value if key.down else key.column >= value
    return sa.and_(bound, sa.or_(past, sa.and_(key.column == value, _behind(keys[1:], values[1:]))))


def _check(keys: Sequence[Key], after: After) -> None:
    """Refuse a place whose values are of other types than the keys."""
    if after is None:
        return
    kinds: dict[type, tuple[type, ...]] = {str: (str,), int: (int,), float: (int, float)}
    fits = len(after) == len(keys) and all(
        (value is None and key.nullable) or (type(value) in kinds[key.column.type.python_type] and (not isinstance(value, int) or abs(value) < 2**31))
        for key, value in zip(keys, after, strict=True)
    )
    if not fits:
        raise CursorError("the cursor is not one of this list")


def contains(column: sa.ColumnElement[Any], text: str) -> sa.ColumnElement[bool]:
    """Whether a column has a text in it, taken literally."""
    return column.contains(text, autoescape=True)
