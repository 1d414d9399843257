"""Damaged files, the same for the same seed: `python -m tests.faults.mutate SEED OUT` writes the file of a seed.

A seed chooses a family of formats, a sound file of it and up to four kinds of damage: to the bytes, to the text or markup inside, to the
members of an archive (packed again with right check sums, so that the format's own reader meets them), to the streams of a PDF.
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.documents.archive import zipped
from tests.faults.bytewise import BYTEWISE, noise_bytes
from tests.faults.markup import MARKUP
from tests.faults.portable import PORTABLE
from tests.faults.seeds import FAMILIES, seeds
from tests.faults.wording import WORDING

Damage = Callable[[Random, bytes, bytes], bytes]

# how often each family is taken: what can be read in more ways, more often; character recognition takes seconds
_WEIGHTS = {"text": 6, "html": 5, "csv": 3, "docx": 6, "xlsx": 5, "xls": 2, "pdf": 6, "ofd": 4, "zip": 3, "image": 1, "doc": 1, "noise": 3}
_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "big5hkscs")
_PARTS = ("document", "sheet", "content", "styles", "sharedstrings", "numbering", "workbook", "ofd.xml")  # that are damaged more often
_LARGEST = 8_000_000  # bytes after one damage; larger ones go back


def mutated(seed: int) -> tuple[str, bytes]:
    """The name and bytes of the damaged file of a seed."""
    noise = Random(f"zhibiao {seed}")
    family = noise.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    if family == "noise":
        return f"{seed}.{noise.choice(('pdf', 'docx', 'txt', 'csv', 'html', 'zip', 'ofd', 'xls', 'png', 'bin'))}", noise_bytes(noise)
    name, data = noise.choice(seeds()[family])
    other = noise.choice(seeds()[noise.choice((family, noise.choice(FAMILIES)))])[1]
    return f"{seed}-{name}", damaged(noise, family, data, other)


def damaged(noise: Random, family: str, data: bytes, other: bytes) -> bytes:
    """A file of a family with one to four kinds of damage; `other` is one that pieces are taken from."""
    for _ in range(noise.choice((1, 1, 2, 4))):
        changed = _kind(noise, family)(noise, data, other)
        data = changed if len(changed) <= _LARGEST else data
    return data


def _kind(noise: Random, family: str) -> Damage:
    """A kind of damage for a family: half of them meant for it."""
    inner: dict[str, Damage] = {"text": _worded, "csv": _worded, "html": _in_markup, "docx": _in_member, "xlsx": _in_member, "ofd": _in_member}
    inner |= {"zip": _in_member, "pdf": lambda n, d, o: n.choice(PORTABLE)(n, d, o)}
    return inner[family] if family in inner and noise.random() < 0.75 else noise.choice(BYTEWISE)


def _worded(noise: Random, data: bytes, _: bytes) -> bytes:
    """Damage to what a text says, in one of the usual encodings, or in two."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    changed = noise.choice(WORDING)(noise, text)
    encoding = noise.choice(_ENCODINGS) if noise.random() < 0.3 else "utf-8"
    if noise.random() < 0.05:
        half = len(changed) // 2
        return changed[:half].encode() + changed[half:].encode(encoding, "replace")
    return changed.encode(encoding, "replace")


def _in_markup(noise: Random, data: bytes, other: bytes) -> bytes:
    return noise.choice(MARKUP)(noise, data, other)


def _in_member(noise: Random, data: bytes, other: bytes) -> bytes:
    """One member of an archive is damaged, gone, or called otherwise; the archive is sound."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return noise.choice(BYTEWISE)(noise, data, other)
    main = [name for name in members if any(part in name.lower() for part in _PARTS)]
    name = noise.choice(main if main and noise.random() < 0.75 else sorted(members) or [""])
    if not members:
        return data
    turn = noise.random()
    if turn < 0.05:
        del members[name]
    elif turn < 0.1:
        called = noise.choice((name.upper(), "../" + name, name + "x", noise.choice(sorted(members))))
        members[called] = members.pop(name)
    elif members[name].startswith(b"PK"):
        members[name] = _in_member(noise, members[name], other)
    elif name.endswith((".xml", ".rels")):
        members[name] = noise.choice((*MARKUP, _worded_inside))(noise, members[name], noise.choice(list(members.values())))
    else:
        members[name] = noise.choice((_worded, *BYTEWISE))(noise, members[name], other)
    return zipped(members, noise.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))


def _worded_inside(noise: Random, data: bytes, _: bytes) -> bytes:
    """Damage to a stretch of text between two tags."""
    at = data.find(b">", noise.randrange(len(data) + 1)) + 1
    end = data.find(b"<", at)
    if at <= 0 or end < 0:
        return data
    text = noise.choice(WORDING)(noise, data[at:end].decode("utf-8", "replace"))
    return data[:at] + text.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace") + data[end:]


def main(words: list[str]) -> int:
    """Write the file of a seed."""
    if len(words) != 2 or not words[0].isdecimal():
        print("usage: python -m tests.faults.mutate SEED OUT (a folder, or the path of the file to be written)", file=sys.stderr)
        return 2
    name, data = mutated(int(words[0]))
    out = Path(words[1]) / name if Path(words[1]).is_dir() else Path(words[1])
    out.write_bytes(data)
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
