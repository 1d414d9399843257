"""Damage to bytes of any kind: flips, pieces gone, come twice, swapped with another file, cut off."""

from __future__ import annotations

from random import Random

_CHUNK = 400  # bytes of a piece at most, mostly far fewer
_ODD = (
    b"\0",
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"-1",
    b"99999999999999999999",
    b"%s%n",
    b"\n" * 50,
    b"\r",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
)
MAGICS = (
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"II*\0",
    b"MM\0*",
    b"BM",
    b"<!DOCTYPE html><html>",
    b"<?xml version='1.0'?>",
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n",
    b"{\\rtf1 ",
    "序号,指标,目标\n".encode(),
    b"\xff\xfe",
    b"\xfe\xff",
    b"",
)


def _span(noise: Random, data: bytes) -> tuple[int, int]:
    start = noise.randrange(len(data) + 1)
    return start, min(start + noise.choice((1, 2, 8, 40, noise.randrange(1, _CHUNK))), len(data))


def flipped_bits(noise: Random, data: bytes, _: bytes) -> bytes:
    """One to forty bits the other way."""
    changed = bytearray(data)
    for _ in range(noise.choice((1, 2, 8, 40)) if changed else 0):
        changed[noise.randrange(len(changed))] ^= 1 << noise.randrange(8)
    return bytes(changed)


def other_bytes(noise: Random, data: bytes, _: bytes) -> bytes:
    """A piece becomes other bytes."""
    start, end = _span(noise, data)
    return data[:start] + noise.randbytes(end - start) + data[end:]


def gone(noise: Random, data: bytes, _: bytes) -> bytes:
    """A piece is gone."""
    start, end = _span(noise, data)
    return data[:start] + data[end:]


def put_in(noise: Random, data: bytes, _: bytes) -> bytes:
    """Bytes that programs stumble over stand in between."""
    at = noise.randrange(len(data) + 1)
    return data[:at] + noise.choice(_ODD) + data[at:]


def twice(noise: Random, data: bytes, _: bytes) -> bytes:
    """A piece comes two to thirty times."""
    start, end = _span(noise, data)
    return data[:end] + data[start:end] * noise.choice((1, 2, 30)) + data[end:]


def cut_off(noise: Random, data: bytes, _: bytes) -> bytes:
    """The end or the beginning is missing."""
    at = noise.randrange(len(data) + 1)
    return data[:at] if noise.random() < 0.8 else data[at:]


def crossed(noise: Random, data: bytes, other: bytes) -> bytes:
    """A piece of another file stands in place of one."""
    start, end = _span(noise, data)
    low, high = _span(noise, other)
    return data[:start] + other[low:high] + data[end:]


def swapped(noise: Random, data: bytes, _: bytes) -> bytes:
    """Two pieces have changed places."""
    a, b = sorted((noise.randrange(len(data) + 1), noise.randrange(len(data) + 1)))
    size = min(noise.randrange(1, _CHUNK), b - a, len(data) - b)
    return data[:a] + data[b : b + size] + data[a + size : b] + data[a : a + size] + data[b + size :]


def noise_bytes(noise: Random) -> bytes:
    """Bytes of no format, with or without the beginning of one."""
    length = noise.choice((0, 1, 3, 30, 300, 5_000))
    alphabet = noise.choice((None, b"0123456789", "一是的到2025年达%以上。\n".encode(), b" \n\t<>/=\"'", b"()[]{}<<>>/"))
    body = noise.randbytes(length) if alphabet is None else bytes(noise.choice(alphabet) for _ in range(length))
    return noise.choice(MAGICS) + body


BYTEWISE = (flipped_bits, other_bytes, gone, put_in, twice, cut_off, crossed, swapped)
__all__ = ["BYTEWISE", "MAGICS", "noise_bytes"]
