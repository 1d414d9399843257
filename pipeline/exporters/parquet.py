"""Parquet: one file for each kind of line; lists of names as lists, deadlines as columns, other structures as JSON. Needs the extra `export`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.exporters.files import replacing
from pipeline.exporters.frames import Frames, Line
from schemas.errors import ZhibiaoError

GROUP = 10_000  # lines of a row group: they are held in memory


def write(frames: Frames, out: Path) -> list[Path]:
    """Write documents.parquet, tasks.parquet, targets.parquet, issues.parquet and coverage.parquet in row groups of GROUP lines.

    The types of columns are told by the values: what is longer than a group is read twice. Raises ZhibiaoError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ZhibiaoError("Parquet needs the package pyarrow: pip install 'zhibiao[export]'") from error
    written = []
    for name, lines in frames.items():
        path = out / f"{name}.parquet"
        head = list(itertools.islice(lines, GROUP))
        short = [head] if len(head) < GROUP else None  # read once and held
        del head
        nested, schema = _schema(_groups(lines) if short is None else short)
        with replacing(path) as temporary, parquet.ParquetWriter(temporary, schema, compression="zstd") as file:
            for some in _groups(lines) if short is None else short:
                file.write_table(pa.table(_columns(some, nested), schema=schema))
        written.append(path)
    return written


def _groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rest = iter(lines)
    while some := list(itertools.islice(rest, GROUP)):
        yield some


def _schema(groups: Iterable[list[Line]]) -> tuple[frozenset[str], Any]:
    """The columns that become JSON, and the Arrow schema of all lines."""
    import pyarrow as pa

    nested: set[str] = set()
    types: list[dict[str, Any]] = []
    for some in groups:
        columns = _columns(some, frozenset())
        nested |= {name for name, values in columns.items() if any(map(_structured, values))}
        types.append({name: pa.string() if name in nested else pa.infer_type(values) for name, values in columns.items()})
    schemas = [pa.schema({name: pa.string() if name in nested else found for name, found in some.items()}) for some in types]
    return frozenset(nested), pa.unify_schemas(schemas, promote_options="permissive")


def _structured(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(not isinstance(x, str) for x in value))


def _columns(lines: list[Line], nested: frozenset[str]) -> dict[str, list[Any]]:
    """Lines as columns of values that Parquet has a type for."""
    names = dict.fromkeys(key for line in lines for key in line)
    found: dict[str, list[Any]] = {}
    for name in names:
        values = [line.get(name) for line in lines]
        if name == "deadline":
            found |= {f"deadline_{part}": [(v or {}).get(part) for v in values] for part in ("raw", "kind", "start", "end")}
        elif name in nested:
            found[name] = [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
        else:
            found[name] = values
    return found
