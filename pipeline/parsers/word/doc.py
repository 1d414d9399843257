"""DOC, WPS and RTF: converted to DOCX by LibreOffice without network or macros, and cross-checked against antiword's reading."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import regex

from pipeline.content import Content, Place
from pipeline.parsers.celltext import one_line
from pipeline.parsers.ooxml import Element, parse_xml
from pipeline.parsers.word import docx
from pipeline.parsers.word.docx import Grid, Item, Paragraph
from schemas.errors import ParseError
from schemas.limits import Budget
from schemas.types import Issue

_SECONDS = 300  # LibreOffice takes 2 to 6 seconds for a plan; what takes longer hangs
_CHECK_SECONDS = 60
_ENCRYPTED = 0x0100  # flag of the file information block of a Word document
_TOLERATED = 0.01  # share of antiword's characters: marks of notes, codes of fields, letters it cannot map
_SAVE_AS = "open the file in Word or WPS, save it as .docx and run again"
# the profile is new for every file: no macros, no links followed, and whatever still asks for an address meets a proxy that does not answer
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">%s</oor:items>"""
_ITEM = '<item oor:path="/org.openoffice.%s"><prop oor:name="%s" oor:op="fuse"><value>%s</value></prop></item>'
_VALUES = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
# memory (KB) and size of what is written (blocks of 512 bytes) are held down for the program that is started
_BOUNDED = 'ulimit -v "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; shift 2; exec "$@"'


def parse(data: bytes, budget: Budget) -> Content:
    """Text, blocks and issues of a Word file before DOCX, or of RTF. Raises ParseError, also where LibreOffice is not installed."""
    kind = "rtf" if data.startswith(b"{\\rtf") else "doc"
    if _is_encrypted(data):
        raise ParseError("the file is protected by a password: open it in Word or WPS, remove the password, save it and run again")
    with tempfile.TemporaryDirectory(prefix="zhibiao-") as folder:
        source = Path(folder) / f"source.{kind}"
        source.write_bytes(data)
        items, notes, issues = docx.read_items(convert(source, "docx", budget), budget)
        if kind == "doc":
            items, odd = _cross_checked(items, source, budget)
            issues = [*issues, *odd]
    return docx.build(items, notes, issues, budget)


def find_soffice() -> str:
    """The path of LibreOffice: the setting ZHIBIAO_SOFFICE, else from PATH. Raises ParseError where there is none."""
    named = os.environ.get("ZHIBIAO_SOFFICE")
    found = shutil.which(named) if named else shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        what = f"ZHIBIAO_SOFFICE names {named}, which is no program" if named else "LibreOffice is not installed"
        raise ParseError(f"DOC, WPS and RTF are read through LibreOffice, and {what}: run `make system` once, or {_SAVE_AS}")
    return found


def convert(source: Path, wanted: str, budget: Budget) -> bytes:
    """The file in another format, by LibreOffice. Raises ParseError where it gives none or takes too long."""
    program = find_soffice()
    profile, out = source.parent / "profile", source.parent / "out"
    (profile / "user").mkdir(parents=True)
    settings = _SETTINGS % "".join(_ITEM % item for item in _VALUES)
    (profile / "user" / "registrymodifications.xcu").write_text(settings, "utf-8")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck", "--convert-to", wanted]
    _run([*command, "--outdir", str(out), str(source)], min(budget.limits.seconds, _SECONDS), budget, source.parent)
    budget.tick()
    made = out / f"{source.stem}.{wanted}"
    if not made.exists():
        raise ParseError(f"LibreOffice cannot convert the file: it is damaged, protected or of another kind; {_SAVE_AS}")
    budget.check("file_mb", made.stat().st_size / 1e6, "MB in the converted file")
    return made.read_bytes()


def _run(command: Sequence[str], seconds: int, budget: Budget, folder: Path) -> bytes:
    """The standard output of a program in a process group of its own, without network where the system allows it. Raises ParseError."""
    limits = [str(budget.limits.memory_mb * 1024), str(budget.limits.unpacked_mb * 2048)]
    bounded = ["/bin/sh", "-c", _BOUNDED, "sh", *limits, *command]
    environment = os.environ | {"HOME": str(folder), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    with subprocess.Popen(
        [*_isolation(), *bounded],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired as error:
            name = Path(command[0]).name
            raise ParseError(f"{name} did not finish within {seconds} seconds (limit seconds={budget.limits.seconds}): {_SAVE_AS}") from error
        finally:
            _end_group(process.pid)


def _end_group(group: int) -> None:
    """End what is left of a process group that we started (LibreOffice starts programs of its own)."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of it has ended


@cache
def _isolation() -> tuple[str, ...]:
    """The command that runs another without any network, where the system has it and allows it."""
    command = ("unshare", "--map-root-user", "--net", "--")
    if shutil.which(command[0]) is None:
        return ()
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()


def _is_encrypted(data: bytes) -> bool:
    """Whether a Word document is encrypted: a flag in the block its stream begins with, or a package that holds the encrypted file."""
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    blocks = (data[i : i + 12] for i in range(512, len(data), 512) if data[i : i + 2] in (b"\xec\xa5", b"\xdc\xa5"))
    flags = next((int.from_bytes(block[10:12], "little") for block in blocks), 0)
    return bool(flags & _ENCRYPTED) or "EncryptedPackage".encode("utf-16-le") in data


def _cross_checked(items: list[Item], source: Path, budget: Budget) -> tuple[list[Item], list[Issue]]:
    """The items, with tables that LibreOffice lost put back from antiword's reading, and issues naming what is missing."""
    program = shutil.which("antiword")
    if program is None:
        message = "antiword is not installed (run `make system`): LibreOffice's conversion was not checked for lost tables"
        return items, [Issue("warning", "conversion_unchecked", "document", message)]
    try:
        output = _run([program, "-x", "db", "-m", "UTF-8.txt", str(source)], _CHECK_SECONDS, budget, source.parent)
        root = parse_xml(regex.sub(rb"<!DOCTYPE[^>]*>", b"", output, count=1), "antiword's reading", budget)
    except ParseError as error:
        message = f"antiword cannot read the file ({error}): LibreOffice's conversion was not checked for lost tables"
        return items, [Issue("warning", "conversion_unchecked", "document", message)]
    return compare(items, _read_docbook(root))


def _read_docbook(root: Element) -> list[str | list[list[str]]]:
    """Antiword's paragraphs and tables (rows of texts) in order."""
    found: list[str | list[list[str]]] = []
    for element in root.iter("para", "title", "tbody"):
        if element.tag == "tbody":
            found.append([["".join(entry.itertext()) for entry in row.iter("entry")] for row in element.iter("row")])
        elif not any(True for _ in element.iterancestors("entry")):
            found.append("".join(_own_text(element)))
    return found


def _own_text(element: Element) -> Iterator[str]:
    """The text of a paragraph without that of a table inside it."""
    yield element.text or ""
    for child in element:
        if child.tag != "informaltable":
            yield from _own_text(child)
        yield child.tail or ""


def compare(items: list[Item], other: Sequence[str | list[list[str]]]) -> tuple[list[Item], list[Issue]]:
    """Items and issues: what a second reading of the file has and the items have not; its lost tables are put in their places."""
    whole = _squash("".join(_item_text(item) for item in items))
    in_tables = _squash("".join(_item_text(item) for item in items if isinstance(item, Grid)))
    issues: list[Issue] = []
    lost: list[str] = []
    total, anchor = 0, 0
    for part in other:
        rows = _barred(part) if isinstance(part, str) else part
        if rows is None:
            assert isinstance(part, str)
            at = next((i for i in range(anchor, len(items)) if _squash(part) and _squash(_item_text(items[i])) == _squash(part)), None)
            anchor = anchor if at is None else at + 1
            pieces, home = _clauses(part), whole
        else:
            pieces = [_squash(text) for row in rows for text in row if text.strip()]
            home = in_tables if max(map(len, rows)) > 1 else whole
        missing = [piece for piece in pieces if piece not in home]
        total += sum(map(len, pieces))
        if rows is not None and 2 * sum(map(len, missing)) > sum(map(len, pieces)):
            items = _restored(items, anchor, rows, pieces)
            message = f"LibreOffice lost a table of {len(rows)} rows; it is read from antiword's text, without merged cells: compare with the file"
            issues.append(Issue("warning", "conversion_loss", f"after “{_before(items, anchor)}”", message))
            anchor += 1
        else:
            lost += missing
    if lost and sum(map(len, lost)) > _TOLERATED * total:
        shown = "; ".join(f"“{piece[:30]}”" for piece in lost[:5])
        message = f"{sum(map(len, lost))} of {total} characters that antiword reads are missing after LibreOffice's conversion: {shown}"
        issues.append(Issue("warning", "conversion_loss", "document", message))
    return items, issues


def _barred(text: str) -> list[list[str]] | None:
    """Rows of a table whose marks antiword found in running text: "a |b | |c |d | |" (a bar after each cell and another after each row)."""
    tokens = [token.strip() for token in text.split("|")[:-1]]
    if len(tokens) < 6:
        return None
    for width in range(3, len(tokens) // 2 + 1):
        if len(tokens) % width == 0 and not any(tokens[width - 1 :: width]):
            return [tokens[i : i + width - 1] for i in range(0, len(tokens), width)]
    return None


def _restored(items: list[Item], anchor: int, rows: list[list[str]], pieces: Sequence[str]) -> list[Item]:
    """The items with a lost table at `anchor`, in place of paragraphs that hold nothing but its text."""
    table = Grid(tuple(Place(one_line(text), r, c) for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1)))
    texts = {*pieces, "".join(pieces)}
    end = anchor
    while end < len(items) and isinstance(items[end], Paragraph) and _squash(_item_text(items[end])) in texts:
        end += 1
    return [*items[:anchor], table, *items[end:]]


def _before(items: Sequence[Item], at: int) -> str:
    return next((i.text[:30] for i in reversed(items[:at]) if isinstance(i, Paragraph)), "the beginning")


def _item_text(item: Item) -> str:
    return item.text if isinstance(item, Paragraph) else "".join(place.text for place in item.cells)


def _squash(text: str) -> str:
    return regex.sub(r"[\s\p{C}]+", "", text)


def _clauses(text: str) -> list[str]:
    """Stretches between punctuation: one letter read otherwise must not make a whole paragraph look lost."""
    return [piece for piece in map(_squash, regex.split(r"[，。；：、,;:（）()\[\]\t]", text)) if len(piece) > 1]
