"""Damage to a PDF below its wrapping: streams are unpacked, changed and put back with the length that is right, or one that is wrong."""

from __future__ import annotations

import base64
import re
import zlib
from random import Random

_STREAM = re.compile(rb"<<(?:[^<>]|<<[^<>]*>>|<[^<>]*>)*>>\s*stream\r?\n(.*?)\r?\nendstream", re.S)
_PLAIN = re.compile(rb"/Filter\s*(?:\[[^\]]*\]|/\w+)|/Length\s+\d+(?:\s+\d+\s+R)?")
_NUMBER = re.compile(rb"(?<![\w.#])-?\d+(?:\.\d+)?(?![\w.])")
_REFERENCE = re.compile(rb"\b(\d+) (\d+) R\b")
_NAME = re.compile(rb"/[A-Za-z]\w*")
_OPERATOR = re.compile(rb"(?<![\w/])(?:BT|ET|Tf|Td|TD|Tm|Tj|TJ|T\*|Tr|Tz|Tc|Tw|q|Q|cm|re|m|l|c|h|f|S|W|n|w|Do|gs|BI|ID|EI|rg|RG|g|G)(?![\w])")
_NUMBERS = (b"0", b"-1", b"1", b"65535", b"2147483647", b"99999999999", b"1e9", b"-0.0001", b"0.00000001", b"1000000")
_DRAWN = (
    b"0 0 0 0 0 0 cm",
    b"1e9 0 0 1e9 0 0 cm",
    b"0 1 -1 0 300 300 cm",
    b"q " * 300,
    b"Q " * 300,
    b"BT " * 40,
    b"3 Tr",
    b"0 Tz",
    b"10 10 0 0 re S",
    b"0 0 600 840 re f",
    b" ".join(b"%d 100 m %d 500 l S" % (x, x) for x in range(60, 540, 2)),
    b" ".join(b"60 %d 480 2 re S" % y for y in range(60, 800, 3)),
    b"/Fm0 Do",
    b"[(\\377\\376)-5000(a)] TJ",
)


def _unpacked(data: bytes, hit: re.Match[bytes]) -> bytes | None:
    """What a stream holds, where it is packed in a way that is known here."""
    head, body = data[hit.start() : hit.start(1)], hit[1]
    try:
        if b"ASCII85Decode" in head:
            body = base64.a85decode(body.strip().removesuffix(b"~>"))
        return zlib.decompress(body) if b"FlateDecode" in head else body
    except (ValueError, zlib.error):
        return None


def _put_back(data: bytes, hit: re.Match[bytes], body: bytes, length: int | None = None) -> bytes:
    """The file with other contents of a stream, unpacked, and its length; the table of objects no longer fits, which readers mend."""
    head = _PLAIN.sub(b"", data[hit.start() : hit.start(1)]).replace(b"<<", b"<< /Length %d " % (len(body) if length is None else length), 1)
    return data[: hit.start()] + head + body + data[hit.end(1) :]


def _stream(noise: Random, data: bytes) -> tuple[re.Match[bytes], bytes] | None:
    found = [(hit, body) for hit in _STREAM.finditer(data) if (body := _unpacked(data, hit)) is not None]
    drawn = [pair for pair in found if b"Tf" in pair[1] or b" re" in pair[1]]
    pool = drawn if drawn and noise.random() < 0.7 else found
    return noise.choice(pool) if pool else None


def in_stream(noise: Random, data: bytes, _: bytes) -> bytes:
    """Numbers and operators of a content stream, of a font's table or of anything packed are others."""
    found = _stream(noise, data)
    if found is None:
        return data
    hit, body = found
    for _ in range(noise.choice((1, 2, 8, 30))):
        places = list(noise.choice((_NUMBER, _OPERATOR)).finditer(body))
        if places:
            place = noise.choice(places)
            new = noise.choice((*_NUMBERS, noise.choice(places)[0])) if place.re is _NUMBER else noise.choice(places)[0]
            body = body[: place.start()] + new + body[place.end() :]
    return _put_back(data, hit, body)


def drawn_in(noise: Random, data: bytes, _: bytes) -> bytes:
    """Operators that are out of place, out of range, or very many stand in a content stream."""
    found = _stream(noise, data)
    if found is None:
        return data
    hit, body = found
    places = [m.end() for m in _OPERATOR.finditer(body)] or [0]
    at = noise.choice(places)
    return _put_back(data, hit, body[:at] + b"\n" + noise.choice(_DRAWN) * noise.choice((1, 1, 20)) + b"\n" + body[at:])


def wrong_length(noise: Random, data: bytes, _: bytes) -> bytes:
    """A stream says another length than it has."""
    found = _stream(noise, data)
    return _put_back(data, found[0], found[1], noise.choice((0, 1, len(found[1]) // 2, len(found[1]) + 50, 10**9))) if found else data


def wrong_reference(noise: Random, data: bytes, _: bytes) -> bytes:
    """An object refers to another one, to none, or to itself."""
    places = list(_REFERENCE.finditer(data))
    if not places:
        return data
    place = noise.choice(places)
    new = noise.choice((noise.choice(places)[0], b"0 0 R", b"9999 0 R", b"1 65535 R", b"null", b"[ ]", b"<< >>"))
    return data[: place.start()] + new + data[place.end() :]


def other_name(noise: Random, data: bytes, _: bytes) -> bytes:
    """A name stands in place of another: /Kids for /Parent, /Font for /XObject."""
    places = list(_NAME.finditer(data))
    if not places:
        return data
    place = noise.choice(places)
    return data[: place.start()] + noise.choice(places)[0] + data[place.end() :]


def wrong_table(noise: Random, data: bytes, _: bytes) -> bytes:
    """The table of objects, or the pointer to it, is wrong."""
    at = data.rfind(b"xref\n") if noise.random() < 0.5 else data.rfind(b"startxref")
    places = list(_NUMBER.finditer(data, max(at, 0)))
    for place in reversed(noise.sample(places, min(len(places), noise.choice((1, 3, 20))))):
        data = data[: place.start()] + noise.choice(_NUMBERS[:6]) + data[place.end() :]
    return data


def wrong_number(noise: Random, data: bytes, _: bytes) -> bytes:
    """A number outside of streams is another: boxes, widths, counts, turns."""
    places = list(_NUMBER.finditer(_STREAM.sub(lambda hit: b"\0" * len(hit[0]), data)))
    if not places:
        return data
    place = noise.choice(places)
    return data[: place.start()] + noise.choice((*_NUMBERS, b"90", b"180", b"45")) + data[place.end() :]


PORTABLE = (in_stream, in_stream, in_stream, drawn_in, drawn_in, wrong_length, wrong_reference, other_name, wrong_table, wrong_number)
__all__ = ["PORTABLE"]
