"""The report's colours, light and dark; on paper and in pictures the light ones. Every ink has a contrast of 4.5 at least on its ground."""

from __future__ import annotations

from typing import Any

Colours = dict[str, Any]

LIGHT: Colours = {
    "ground": "#f6f5f1",
    "paper": "#ffffff",
    "ink": "#1a2530",
    "soft": "#56626e",
    "line": "#e0e2e3",
    "edge": "#98a3ae",
    "rule": "#9aa6b2",
    "head": "#eceae4",
    "hover": "#eef4fb",
    "link": "#0b57a4",
    "focus": "#1f6fc4",
    "red": "#a3200d",
    "mark": "#ffe9a0",
    "standard": "#8a1f11",
    "now": "#eee9dd",
    "regions": ["#1f5fa8", "#b4462c", "#23744f", "#7a4fa0", "#8a6410", "#1c7886", "#a3386a", "#56626e"],
    "due": ["#b23a24", "#d9a21b", "#6d8cab"],
    "tones": {
        "good": ["#d3ebdb", "#12532f", "#2f8a57"],
        "doubt": ["#ffebb8", "#6b4600", "#c48a10"],
        "bad": ["#f8d8d1", "#852313", "#c4452f"],
        "quiet": ["#edf0f3", "#4a5560", "#98a3ae"],
        "odd": ["#e5daf5", "#4d2f7c", "#7a55b5"],
    },
}
DARK: Colours = {
    "ground": "#11161b",
    "paper": "#1a2128",
    "ink": "#e6eaee",
    "soft": "#a3afba",
    "line": "#2e3841",
    "edge": "#5d6a76",
    "rule": "#5d6a76",
    "head": "#232c35",
    "hover": "#22303f",
    "link": "#84bcf5",
    "focus": "#84bcf5",
    "red": "#e0654f",
    "mark": "#5e4d10",
    "standard": "#ff9d8a",
    "now": "#2c333b",
    "regions": ["#6aaef2", "#f0876c", "#5cc692", "#c09be6", "#d8b04f", "#56c0d0", "#ee86b4", "#a8b4bf"],
    "due": ["#e0654f", "#e3b640", "#6f93b8"],
    "tones": {
        "good": ["#173a28", "#9be0b8", "#3fa06c"],
        "doubt": ["#41330d", "#f2cf7c", "#c99a2a"],
        "bad": ["#4a1f18", "#ffb3a4", "#d9604a"],
        "quiet": ["#2a333c", "#b4bfc9", "#5d6a76"],
        "odd": ["#35274d", "#d0b8f5", "#9a76d6"],
    },
}


def variables(light: Colours, dark: Colours) -> dict[str, tuple[str, str]]:
    """Name of a variable of the page → its light and its dark colour: ink, region-0, due-1, good, good-ink, good-edge."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in light.items():
        if isinstance(value, str):
            found[name] = (value, dark[name])
        elif isinstance(value, list):
            stem = name.removesuffix("s")
            found |= {f"{stem}-{i}": (colour, dark[name][i]) for i, colour in enumerate(value)}
        else:
            for tone, colours in value.items():
                for part, colour, other in zip(("", "-ink", "-edge"), colours, dark[name][tone], strict=True):
                    found[f"{tone}{part}"] = (colour, other)
    return found
