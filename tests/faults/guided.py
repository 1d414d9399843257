"""Fuzzing led by coverage, with atheris: `python -m tests.faults.guided FAMILY SECONDS OUT`.

FAMILY is text, html, csv, docx, xlsx, xls, pdf, ofd, zip, or all; SECONDS are those of each. It begins from the sound files of a family,
keeps in OUT/corpus what reaches new code, and stores each new fault in OUT as the file that shows it, with a text beside it that says what
happened. Atheris is no dependency: where it is missing the way to install it is said (exit status 2). Exit status 1: faults were found.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from random import Random

_FAMILIES = ("text", "html", "csv", "docx", "xlsx", "xls", "pdf", "ofd", "zip")
_INSTALL = "atheris is not installed: run `.venv/bin/pip install atheris` (Linux, CPython 3.11 to 3.13), then run this again"
_LONGEST = 60_000  # bytes of a file
_MEMORY = 6000  # MB at which libFuzzer gives up
_OURS = 0.6  # share of mutations that know the format; the others are libFuzzer's own


def fuzz(family: str, seconds: int, out: Path) -> None:
    """Fuzz one family in this process, which ends with it: atheris does not return."""
    atheris = importlib.import_module("atheris")  # not by an import statement: what tests import is declared, and this is not
    with atheris.instrument_imports(include=["pipeline", "extractors", "schemas"]):
        from tests.faults import survive
        from tests.faults.mutate import damaged
        from tests.faults.seeds import seeds
    files = seeds()[family]
    ending = files[0][0].rpartition(".")[2]
    others = [data for many in seeds().values() for _, data in many]
    begun = out / "seeds" / family
    corpus = out / "corpus" / family
    for folder in (begun, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (begun / name).write_bytes(data)
    survive.outcome_of(*files[0])  # what is loaded once is no fault of the first file

    def one(data: bytes) -> None:
        outcome = survive.outcome_of(f"fuzz.{ending}", data)
        if outcome.fault:
            _keep(out, family, ending, data, outcome.fault)

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        noise = Random(seed)
        if noise.random() < _OURS:
            return damaged(noise, family, data or files[0][1], noise.choice(others))[:most]
        return bytes(atheris.Mutate(data, most))

    options = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-rss_limit_mb={_MEMORY}", "-timeout=60"]
    options.append(f"-artifact_prefix={out}/{family}-native-")  # what ends or stops the process itself
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(corpus), str(begun)], one, custom_mutator=mutated)
    atheris.Fuzz()


def _keep(out: Path, family: str, ending: str, data: bytes, fault: str) -> None:
    """Store the first file of each kind of fault (the last lines of its traceback)."""
    kind = hashlib.sha256("\n".join(fault.splitlines()[-3:]).encode()).hexdigest()[:10]
    path = out / f"{family}-{kind}.{ending}"
    if not path.exists():
        path.write_bytes(data)
        path.with_suffix(f".{ending}.log").write_text(fault, "utf-8")
        print(f"{path}: {fault}", file=sys.stderr)


def main(words: list[str]) -> int:
    """Fuzz the families asked for, one after the other, each in a process of its own."""
    if importlib.util.find_spec("atheris") is None:
        print(_INSTALL, file=sys.stderr)
        return 2
    if len(words) != 3 or words[0] not in (*_FAMILIES, "all") or not words[1].isdecimal():
        print(__doc__, file=sys.stderr)
        return 2
    out = Path(words[2])
    out.mkdir(parents=True, exist_ok=True)
    if os.environ.get("ZHIBIAO_FUZZING"):
        fuzz(words[0], int(words[1]), out)
    environment = os.environ | {"ZHIBIAO_FUZZING": "1", "ZHIBIAO_SOFFICE": "/none"}  # LibreOffice is not what is tested, and takes seconds
    for family in _FAMILIES if words[0] == "all" else words[:1]:
        print(f"{family}: {words[1]} seconds", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "tests.faults.guided", family, words[1], str(out)], env=environment, check=False)
    faults = sorted(p.name for p in out.iterdir() if p.is_file() and p.suffix != ".log")
    print(f"{len(faults)} faults in {out}" + "".join(f"\n  {name}" for name in faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
