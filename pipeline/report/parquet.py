"""Parquet: one file for each table, columns typed, lists as lists. Needs the extra `export`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exporters.files import replacing
from pipeline.report import lines
from schemas.comparison import TABLES, Column
from schemas.errors import ZhibiaoError

if TYPE_CHECKING:
    from pipeline.compare.result import Comparison


def write(comparison: Comparison, out: Path, lang: str) -> list[Path]:
    """Write matrix.parquet, findings.parquet and a file for each other table; headings by language stand in the fields' metadata.

    Raises ZhibiaoError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ZhibiaoError("Parquet needs the package pyarrow: pip install 'zhibiao[export]'") from error
    written = []
    for table, columns in TABLES.items():
        schema = pa.schema([_field(column, pa, lang) for column in columns])
        found = lines.read(comparison, table)
        arrays = [pa.array(_values(column, found), type=field.type) for column, field in zip(columns, schema, strict=True)]
        path = out / f"{table}.parquet"
        with replacing(path) as temporary:
            parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary, compression="zstd")
        written.append(path)
    return written


def _field(column: Column, pa: Any, lang: str) -> Any:
    deadline = pa.struct([(part, pa.string()) for part in ("raw", "kind", "start", "end")])
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "list": pa.list_(pa.string()),
        "object": deadline,
    }
    described = {"title": column.zh if lang == "zh" else column.en, "description": column.about}
    return pa.field(column.name, types[column.type], metadata=described)


def _values(column: Column, found: list[lines.Line]) -> list[Any]:
    values = [line[column.name] for line in found]
    return [date.fromisoformat(v) if v else None for v in values] if column.type == "date" else values
