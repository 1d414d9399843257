"""Options and choices that commands share."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

Database = Annotated[str, typer.Option("--db", envvar="ZHIBIAO_DB", help="Database URL.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
File = Annotated[str, typer.Argument(help="A file, a ZIP or folder of one plan's files, or - for standard input.")]
Limit = Annotated[list[str] | None, typer.Option("--limit", help="Raise or lower a limit for hostile files: name=number (see the README).")]
DEFAULT_DB = "sqlite:///output/zhibiao.db"


class Format(StrEnum):
    """Formats of `export`."""

    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"
    datapackage = "datapackage"


class Readers(StrEnum):
    """Who reads."""

    both = "both"
    rules = "rules"


class RoleName(StrEnum):
    """What an account may do."""

    reader = "reader"
    reviewer = "reviewer"
    admin = "admin"


class Shown(StrEnum):
    """Formats of `review` and `diff`: for people, or for tools."""

    table = "table"
    jsonl = "jsonl"


class View(StrEnum):
    """Formats of `compare`."""

    table = "table"
    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"
    html = "html"
    svg = "svg"
    png = "png"
    parquet = "parquet"
    datapackage = "datapackage"


class Kind(StrEnum):
    """Tables of `compare`."""

    matrix = "matrix"
    pairs = "pairs"
    findings = "findings"
    standards = "standards"
    changes = "changes"
    load = "load"
    leads = "leads"
    timeline = "timeline"
    plans = "plans"


class By(StrEnum):
    """Columns of the matrix."""

    region = "region"
    document = "document"
    year = "year"


class Sort(StrEnum):
    """Order of the rows of the matrix."""

    regions = "regions"
    name = "name"
    distance = "distance"


class Lang(StrEnum):
    """Language of headings and reasons."""

    zh = "zh"
    en = "en"


Reading = Annotated[Readers, typer.Option("--readers", help="Who reads: the rules and the trained second reader, or the rules alone.")]


def line(values: dict[str, Any]) -> None:
    """Print a JSON line."""
    typer.echo(json.dumps(values, ensure_ascii=False, default=str))
