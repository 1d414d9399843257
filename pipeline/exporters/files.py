"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import ZhibiaoError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well. Raises ZhibiaoError where it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except Exception as error:  # libraries that write workbooks and pictures wrap what the system says
        system = error if isinstance(error, OSError) else error.__context__
        if not isinstance(system, OSError):
            raise
        raise ZhibiaoError(f"{path}: cannot be written ({system.strerror}); name another folder with --out") from error
