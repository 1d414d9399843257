"""Hundreds of damaged files (thousands in the soak): each is read, with evidence that holds, or refused with words that help. Nothing else.

A failure names its seed; `python -m tests.faults.mutate SEED OUT` writes the file again. `mutate` makes the damage, `survive` says what is allowed.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.content import Builder
from pipeline.exporters import frames, jsonl
from pipeline.parsers import parse_bytes, text
from schemas.errors import ParseError
from schemas.limits import resident_mb
from tests.documents.small import PLAN
from tests.faults import survive
from tests.faults.mutate import main, mutated
from tests.faults.seeds import FAMILIES, seeds
from tests.faults.survive import outcome_of

SHORT = range(1_000_000, 1_000_300)
LONG = range(5_000)
_LEAK = 150  # MB by which the process may have grown from the tenth part of the files to their end
_SHOWN = 12


@pytest.fixture(autouse=True)
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds a file and is a program of its own."""
    monkeypatch.setenv("ZHIBIAO_SOFFICE", "/none")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = store.connect(f"sqlite:///{tmp_path}/fuzz.db")
    store.upgrade(made)
    yield made
    made.dispose()


def fuzz(numbers: range, engine: sa.Engine) -> None:
    """All files of the seeds, one after the other in this process and into one database."""
    for family in ("text", "image", "pdf", "docx"):
        outcome_of(*seeds()[family][0])  # what is loaded once (the recogniser takes 300 MB) is no growth of the first file that needs it
    faults, read, size = [], 0, 0.0
    for count, seed in enumerate(numbers):
        name, data = mutated(seed)
        outcome = outcome_of(name, data, engine)
        read += outcome.result is not None
        if outcome.fault:
            faults.append(f"seed {seed} ({name}, {len(data):,} bytes): {outcome.fault}")
        if count == len(numbers) // 10:
            gc.collect()
            size = resident_mb()
    gc.collect()
    assert not faults, f"{len(faults)} of {len(numbers)} files:\n" + "\n\n".join(faults[:_SHOWN])
    assert 0.4 < read / len(numbers) < 0.95  # the damage is neither so heavy that all is refused nor so light that all is read
    assert resident_mb() - size < _LEAK


def test_hundreds_of_damaged_files(engine, tmp_path):
    fuzz(SHORT, engine)
    jsonl.write(frames.read(engine), tmp_path)
    assert (tmp_path / "documents.jsonl").stat().st_size > 10_000


@pytest.mark.soak
def test_thousands_of_damaged_files(engine):
    fuzz(LONG, engine)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_seeds_are_sound(family):
    for name, data in seeds()[family] if family not in ("doc", "image") else ():
        outcome = outcome_of(name, data)
        assert not outcome.fault
        assert outcome.result is not None, name
        assert outcome.result.document.format == family
        assert outcome.result.document.blocks


def test_a_seed_always_gives_the_same_file(tmp_path, capsys):
    assert [mutated(seed) for seed in SHORT[:30]] == [mutated(seed) for seed in SHORT[:30]]
    assert len({data for _, data in map(mutated, SHORT)}) > 0.9 * len(SHORT)
    assert main(["77", str(tmp_path)]) == 0
    name, data = mutated(77)
    assert (tmp_path / name).read_bytes() == data
    assert capsys.readouterr().out.strip() == str(tmp_path / name)
    assert (main([]), main(["x", "y"])) == (2, 2)


def _raises(error: BaseException) -> Callable[..., object]:
    def parse(*_: object) -> object:
        raise error

    return parse


def _hangs(*_: object) -> object:
    while True:
        pass


def _odd(*_: object) -> object:
    builder = Builder()
    builder.paragraph("造林\ud800")
    return builder.content()


def test_what_is_no_character_is_replaced_by_one(monkeypatch):
    monkeypatch.setattr(text, "parse", _odd)
    assert outcome_of("a.txt", PLAN.encode()).result.document.text.strip() == "造林\ufffd"


@pytest.mark.parametrize(
    ("parse", "said"),
    [
        (_raises(ZeroDivisionError("x")), "ZeroDivisionError"),
        (_raises(ParseError("no")), "an error without advice"),
        (_raises(ParseError("it is not read at all")), "an error without advice"),
        (_hangs, "hangs: (?s:.*)in _hangs"),
    ],
)
def test_what_is_no_fit_outcome_is_told(parse, said, monkeypatch):
    monkeypatch.setattr(survive, "_HANGS", 1)
    monkeypatch.setattr(text, "parse", parse)
    outcome = outcome_of("a.txt", PLAN.encode(), limits=survive.LIMITS)
    assert outcome.fault
    assert re.search(said, outcome.fault), outcome.fault


def test_a_sound_file_and_a_refused_one_are_fit_outcomes():
    assert outcome_of("a.txt", PLAN.encode()).result is not None
    assert outcome_of("a.zip", b"PK\x03\x04").fault == ""
    with pytest.raises(ParseError):
        parse_bytes(b"PK\x03\x04", "a.zip")
