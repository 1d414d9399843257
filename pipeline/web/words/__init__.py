"""The words of the workbench: one YAML file for each area, `name: [Chinese, English]`, or `[Chinese, English, English of one]`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@cache
def _texts() -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        read: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
        for name, pair in read.items():
            found[f"{path.stem}.{name}"] = (str(pair[0]), str(pair[1]), str(pair[-1]))
    return found


def say(name: str, lang: str, /, **values: object) -> str:
    """A text, `area.name`: `say("common.documents", "zh") == "文件"`; that of one where `n` is 1. Raises KeyError for an unknown name."""
    texts = _texts()[name]
    text = texts[2] if lang == "en" and values.get("n") == 1 else texts[LANGUAGES.index(lang)]
    return text.format(**values) if values else text
