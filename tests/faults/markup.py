"""Damage to markup (XML and HTML) that keeps most of it sound: tags lost, doubled, deep inside one another, attributes and numbers out of range."""

from __future__ import annotations

import re
from random import Random

_TAG = re.compile(rb"<[A-Za-z/][^<>]*>")
_VALUE = re.compile(rb'="([^"<>]*)"')
_NUMBER = re.compile(rb'(?<=[">= ,])-?\d+(?:\.\d+)?(?=["< ,])')
_INNER = re.compile(rb">([^<>]+)<")
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"2",
    b"65536",
    b"999999999",
    b"2147483648",
    b"99999999999999999999",
    b"1e308",
    b"NaN",
    b"-0.0",
    b"",
    b"1e-9",
    b"x",
    "三".encode(),
)
_WORDS = (
    b"&#xD800;",
    b"&#0;",
    b"&amp;",
    b"&lt;",
    b"&bogus;",
    b"&#x1F333;",
    "\u202e\u200b\ufeff".encode(),
    b"_xD83D_",
    b"<![CDATA[]]>",
    b"<!-- x -->",
    b"&#xE000;",
)
_DEPTH = (3, 40, 300)  # beyond 255 libxml2 itself refuses


def _places(pattern: re.Pattern[bytes], data: bytes) -> list[re.Match[bytes]]:
    return list(pattern.finditer(data))


def _replaced(data: bytes, hit: re.Match[bytes], new: bytes, group: int = 0) -> bytes:
    return data[: hit.start(group)] + new + data[hit.end(group) :]


def tag_lost(noise: Random, data: bytes, _: bytes) -> bytes:
    """A tag is gone."""
    tags = _places(_TAG, data)
    return _replaced(data, noise.choice(tags), b"") if tags else data


def tag_moved(noise: Random, data: bytes, _: bytes) -> bytes:
    """A tag stands where another stood, too."""
    tags = _places(_TAG, data)
    return _replaced(data, noise.choice(tags), noise.choice(tags)[0] + noise.choice(tags)[0]) if tags else data


def element_lost(noise: Random, data: bytes, _: bytes) -> bytes:
    """An element with all that is in it is gone, or its contents are."""
    found = _element(noise, data)
    if found is None:
        return data
    start, inner, closing, end = found
    return data[:start] + data[end:] if noise.random() < 0.6 else data[:inner] + data[closing:]


def element_again(noise: Random, data: bytes, _: bytes) -> bytes:
    """An element comes several times."""
    found = _element(noise, data)
    if found is None:
        return data
    start, _, _, end = found
    return data[:end] + data[start:end] * noise.choice((1, 3, 40)) + data[end:]


def element_inside_itself(noise: Random, data: bytes, _: bytes) -> bytes:
    """An element stands inside itself, to some depth."""
    found = _element(noise, data)
    if found is None:
        return data
    start, inner, closing, end = found
    times = noise.choice(_DEPTH)
    return data[:start] + data[start:inner] * times + data[start:end] + data[closing:end] * times + data[end:]


def element_elsewhere(noise: Random, data: bytes, _: bytes) -> bytes:
    """An element stands inside another one."""
    one, other = _element(noise, data), _element(noise, data)
    if one is None or other is None:
        return data
    return data[: other[1]] + data[one[0] : one[3]] + data[other[1] :]


def _element(noise: Random, data: bytes) -> tuple[int, int, int, int] | None:
    """Where an element begins, its contents begin and end, and it ends; its end is the nearest end of that name."""
    openings = [t for t in _places(_TAG, data) if not t[0].startswith(b"</")]
    if not openings:
        return None
    hit = noise.choice(openings)
    if hit[0].endswith(b"/>"):
        return hit.start(), hit.end(), hit.end(), hit.end()
    name = re.split(rb"[\s>]", hit[0][1:])[0]
    closing = data.find(b"</" + name + b">", hit.end())
    return (hit.start(), hit.end(), closing, closing + len(name) + 3) if closing >= 0 else None


def wrong_number(noise: Random, data: bytes, _: bytes) -> bytes:
    """Numbers of spans, merges, rows, places are others, or none."""
    for _ in range(noise.choice((1, 1, 3, 10))):
        numbers = _places(_NUMBER, data)
        if numbers:
            data = _replaced(data, noise.choice(numbers), noise.choice((*_NUMBERS, noise.choice(numbers)[0])))
    return data


def other_value(noise: Random, data: bytes, _: bytes) -> bytes:
    """An attribute has the value of another, none, or a very long one."""
    values = _places(_VALUE, data)
    if not values:
        return data
    return _replaced(data, noise.choice(values), noise.choice((b"", noise.choice(values)[1], b"A" * 20_000, "年".encode() * 3_000)), 1)


def other_text(noise: Random, data: bytes, _: bytes) -> bytes:
    """Text between tags is gone, long, or holds what text should not."""
    texts = _places(_INNER, data)
    if not texts:
        return data
    hit = noise.choice(texts)
    return _replaced(data, hit, noise.choice((b"", hit[1] + noise.choice(_WORDS), noise.choice(texts)[1] * 40, noise.choice(_WORDS) * 9)), 1)


def attribute_lost(noise: Random, data: bytes, _: bytes) -> bytes:
    """An attribute is gone."""
    found = _places(re.compile(rb'\s[\w:-]+="[^"<>]*"'), data)
    return _replaced(data, noise.choice(found), b"") if found else data


MARKUP = (
    tag_lost,
    tag_moved,
    element_lost,
    element_again,
    element_inside_itself,
    element_elsewhere,
    wrong_number,
    wrong_number,
    other_value,
    other_text,
    attribute_lost,
)
__all__ = ["MARKUP"]
