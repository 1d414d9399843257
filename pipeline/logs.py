"""Logging: warnings for people on standard error, everything as JSON lines in a file."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from schemas.errors import ZhibiaoError

_OURS = ("pipeline", "extractors", "schemas")


class JsonLines(logging.Formatter):
    """A record as one JSON object: time (UTC), level, logger, message, and the fields that it was given as `extra={"fields": {…}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


def set_up(file: Path | None, quiet: bool) -> None:
    """Send what zhibiao logs to standard error (warnings; errors only where `quiet`) and to a file (all). Raises ZhibiaoError."""
    people = logging.StreamHandler(sys.stderr)
    people.setLevel(logging.ERROR if quiet else logging.WARNING)
    people.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handlers: list[logging.Handler] = [people]
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handlers.append(logging.FileHandler(file, encoding="utf-8"))
        except OSError as error:
            raise ZhibiaoError(f"{file}: the log cannot be written ({error.strerror})") from error
        handlers[-1].setFormatter(JsonLines())
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, False
        logger.setLevel(logging.INFO)
