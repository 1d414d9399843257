"""What people decided, to download: gold annotations and lookups."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.corrections import exporting

if TYPE_CHECKING:
    import sqlalchemy as sa

FILES = ("gold.zip", "gold.json", "lookups.yaml", "aliases.yaml")
_SAME = (1980, 1, 1, 0, 0, 0)  # the same decisions give the same bytes


def made(engine: sa.Engine, name: str) -> tuple[bytes, str]:
    """The content of one of FILES and its media type. Raises KeyError for another name."""
    with TemporaryDirectory() as folder, store.reading(engine) as connection:
        out = Path(folder)
        if name.endswith(".yaml"):
            written = {path.name: path for path in exporting.write_lookups(connection, out)}
            return written[name].read_bytes(), "application/yaml; charset=utf-8"
        files = sorted(exporting.write_gold(connection, out))
        return (_zipped(files, out), "application/zip") if name == "gold.zip" else (_joined(files, out), "application/json")


def _zipped(files: list[Path], out: Path) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.writestr(zipfile.ZipInfo(path.relative_to(out).as_posix(), _SAME), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _joined(files: list[Path], out: Path) -> bytes:
    """All annotations in one object: path of the file → its lines or its object."""
    whole: dict[str, Any] = {}
    for path in files:
        text = path.read_text("utf-8")
        whole[path.relative_to(out).as_posix()] = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
