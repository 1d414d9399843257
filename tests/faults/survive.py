"""What may come of a damaged file: a document whose rows can be stored, or a ParseError that names the file and says what to do."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import sqlalchemy as sa

from pipeline import store
from pipeline.parsers import parse_bytes
from pipeline.run import Result, process
from schemas.errors import ParseError
from schemas.limits import Limits, resident_mb

LIMITS = Limits(
    file_mb=20,
    unpacked_mb=40,
    members=200,
    pages=40,
    ocr_pages=1,
    pixels=20_000,
    cells=20_000,
    cell_chars=20_000,
    nodes=200_000,
    seconds=8,
    memory_mb=300,
)
_LEEWAY = 2  # seconds over the limit
_HANGS = 30  # seconds after which a file is given up
_ADVICE = ("run again", "save", "fetch", "get it again", "unpack", "make system", "print it", "--limit", "scan it again", "hostile", "not trusted")


class HangsError(BaseException):
    """Raised inside what hangs, so that the traceback shows where."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file: seconds of processor time, MB by which the process grew, the fault in words ("" for none), whether it was read."""

    seconds: float
    grown: float
    fault: str
    result: Result | None = None


def outcome_of(name: str, data: bytes, engine: sa.Engine | None = None, limits: Limits = LIMITS) -> Outcome:
    """Read, process and (with a database) store a file, and say what is wrong with what came of it."""
    before, begun = resident_mb(), time.process_time()
    result, fault = None, ""
    hangs: list[str] = []
    try:
        with _alarm(_HANGS, hangs):
            result, fault = _read(name, data, engine, limits)
    except HangsError:
        pass
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # libraries written in Rust end with exceptions that are no Exception
        fault = _last_lines()
    seconds, grown = time.process_time() - begun, resident_mb() - before
    if hangs:
        fault = f"hangs: {hangs[0]}"
    if not fault and seconds > limits.seconds + _LEEWAY:
        fault = f"took {seconds:.1f} s"
    if not fault and grown > limits.memory_mb:
        fault = f"grew by {grown:.0f} MB"
    return Outcome(seconds, grown, fault, result)


def _read(name: str, data: bytes, engine: sa.Engine | None, limits: Limits) -> tuple[Result | None, str]:
    try:
        document = parse_bytes(data, name, name, limits)
    except ParseError as error:
        message = str(error)
        sound = message.startswith(f"{name}: ") and len(message) > len(name) + 12 and any(word in message for word in _ADVICE)
        return None, "" if sound else f"an error without advice: {message}"
    if fault := _unsound(document):
        return None, fault
    result = process(document)
    store.check_evidence(result.rows)
    if engine is not None:
        store.save(engine, result.rows)
    return result, ""


def _unsound(document: object) -> str:
    """What is wrong with a document: blocks out of order, characters that no database takes."""
    text, at = document.text, 0  # type: ignore[attr-defined]
    for block in document.blocks:  # type: ignore[attr-defined]
        if not at <= block.start <= block.end <= len(text):
            return f"block {block.id} from {block.start} to {block.end} does not lie behind {at} in {len(text)} characters"
        at = block.end
    for said in (text, *(f"{i.where} {i.message}" for i in document.issues)):  # type: ignore[attr-defined]
        if bad := next((c for c in said if c == "\0" or "\ud800" <= c < "\ue000"), ""):
            return f"a character that is no text: U+{ord(bad):04X} in “{said[:40]!a}”"
    return ""


def _last_lines() -> str:
    return "\n".join(traceback.format_exc().strip().splitlines()[-9:])


@contextmanager
def _alarm(seconds: int, hangs: list[str]) -> Iterator[None]:
    """HangsError after some seconds of processor time of this process; `hangs` gets the place, for a parser may turn the error into its own."""

    def ring(_: int, frame: FrameType | None) -> None:
        hangs.append("".join(traceback.format_stack(frame)[-5:]))
        raise HangsError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


__all__ = ["LIMITS", "HangsError", "Outcome", "outcome_of"]
