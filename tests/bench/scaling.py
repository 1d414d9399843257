"""What many documents take: core-hours, workers, the one writer, storage, reading again: `python -m tests.bench.scaling`.

The measured figures are those of docs/benchmarks.json (section `scaling`); `--measure` measures them on this machine and keeps them there. What
nobody can measure beforehand (which kinds come, how often something fails) are options. `--write docs/scaling.md` puts the result there.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.cache import _WORTH
from tests.bench.scaling_simulation import Site, closed, simulate
from tests.conftest import ROOT

FIGURES = ROOT / "docs" / "benchmarks.json"
MIX = "html=0.45,text=0.05,docx=0.15,pdf=0.2,pdf_tables=0.05,scan_page=0.1"
MARKS = "<!-- figures: python -m tests.bench.scaling --write docs/scaling.md -->", "<!-- end of figures -->"
_SPREAD = 0.8  # of the sizes of documents in the simulation: standard deviation of their logarithms
_SAMPLE = 100_000
_HOUR, _DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked. `mix`: share of each kind; `pages` of a scanned document; `size`: of a document beside the measured ones.

    `crash`: share of documents that end the process that reads them; `life`: mean days until a worker is lost; `memory`: GB of a machine.
    """

    documents: int
    days: float
    mix: Mapping[str, float]
    pages: int
    size: float
    crash: float
    life: float
    memory: float


@dataclass(frozen=True, slots=True)
class Average:
    """The average document of a mix: seconds of one core, rows, targets, bytes. `again`: seconds of reading it when only the rules have changed;
    `kept`: bytes in the cache of what takes long to parse."""

    parse: float
    extract: float
    again: float
    take: float
    rows: float
    targets: float
    file: float
    kept: float

    @property
    def read(self) -> float:
        """Seconds of a worker."""
        return self.parse + self.extract


def average(kinds: Mapping[str, Mapping[str, float]], case: Case) -> Average:
    """The average document. Raises SystemExit for a kind that was not measured, or shares that do not make one."""
    if unknown := set(case.mix) - set(kinds):
        raise SystemExit(f"scaling: no figures for {', '.join(sorted(unknown))}; there are {', '.join(kinds)}")
    if abs(sum(case.mix.values()) - 1) > 1e-6:
        raise SystemExit(f"scaling: the shares of the mix make {sum(case.mix.values()):g}, not 1")

    def mean(value: Callable[[str, Mapping[str, float]], float]) -> float:
        return case.size * sum(share * value(kind, kinds[kind]) * _pages(kind, case) for kind, share in case.mix.items())

    def plain(name: str) -> float:
        return mean(lambda _, k: k[name])

    def cached(kind: str, k: Mapping[str, float]) -> bool:
        return k["parse_seconds"] * _pages(kind, case) * case.size >= _WORTH

    again = mean(lambda kind, k: k["extract_seconds"] + k["parsed_load_seconds" if cached(kind, k) else "parse_seconds"])
    kept = mean(lambda kind, k: k["parsed_bytes"] if cached(kind, k) else 0)
    first, last = ("parse_seconds", "extract_seconds"), ("take_seconds", "rows", "targets", "file_bytes")
    return Average(*map(plain, first), again, *map(plain, last), kept)


def _pages(kind: str, case: Case) -> int:
    return case.pages if kind == "scan_page" else 1


def serial(one: Average, database: Mapping[str, Any], again: bool = False) -> float:
    """Seconds that the one coordinator spends on a document: its content is hashed, its result taken and stored."""
    row = database["seconds_per_row_again"] if again else database["steps"][-1]["seconds_per_row"]
    return one.take + one.rows * float(row)


def site(one: Average, database: Mapping[str, Any], case: Case, workers: int) -> Site:
    """The run as the simulation knows it."""
    return Site(workers, serial(one, database), life=case.life * _DAY, crash=case.crash)


def workers_for(one: Average, case: Case) -> int:
    """Workers that read all documents in the days given, with what is read twice."""
    return max(math.ceil(case.documents * _expected(one, case) / (case.days * _DAY)), 1)


def _expected(one: Average, case: Case) -> float:
    """Seconds of a worker for a document, with what is read twice."""
    return closed([one.read], Site(1, 0.0, life=case.life * _DAY, crash=case.crash))


def shares(digits: int) -> list[float]:
    """Share of each prefix of region codes (2: province, 4: city), were as much published for each division of today; the largest first."""
    from schemas.regions import regions

    found = Counter(r.code[:digits] for r in regions() if r.valid_to is None)
    return [count / found.total() for _, count in found.most_common()]


def works(kinds: Mapping[str, Mapping[str, float]], case: Case, count: int, seed: int = 7) -> list[float]:
    """Seconds of reading of documents drawn from the mix, of sizes spread around the mean. The same arguments give the same."""
    draw = random.Random(seed)
    names = list(case.mix)
    found = []
    for kind in draw.choices(names, [case.mix[name] for name in names], k=count):
        seconds = (kinds[kind]["parse_seconds"] + kinds[kind]["extract_seconds"]) * _pages(kind, case) * case.size
        found.append(seconds * draw.lognormvariate(-(_SPREAD**2) / 2, _SPREAD))
    return found


# --- the report --------------------------------------------------------------------------------------------------------


def report(figures: Mapping[str, Any], case: Case) -> Iterator[str]:
    """The lines of the whole calculation."""
    kinds, one = figures["kinds"], average(figures["kinds"], case)
    left = {kind: share for kind, share in case.mix.items() if kind != "scan_page"}
    texts = (
        average(kinds, replace(case, mix={kind: share / sum(left.values()) for kind, share in left.items()})) if left != case.mix and left else None
    )
    server = figures["databases"].get("postgresql") or figures["databases"]["sqlite"]
    yield f"measured {figures['date']} on {figures['machine']}; processor seconds of one core"
    mixed = ", ".join(f"{kind} {share:.0%}" for kind, share in case.mix.items())
    yield f"asked: {case.documents:,} documents in {case.days:g} days; {mixed} (a scan: {case.pages} pages), size × {case.size:g}"
    yield from ("", "Reading", *_reading(kinds, one, case))
    for name, database in figures["databases"].items():
        yield from ("", f"Storing: {name}", *_storing(database, one, texts, case))
    yield from ("", "Where the database splits", *_splitting(server, one, case))
    yield from ("", "Storage", *_storage(figures, one, case))
    yield from ("", "Reading again after a change of rules", *_again(figures, one, case))
    yield from ("", "Comparing", *_comparing(figures["compare"], one, case))
    yield from ("", "The formula beside a simulation", *_simulated(kinds, server, one, case))


def _reading(kinds: Mapping[str, Mapping[str, float]], one: Average, case: Case) -> Iterator[str]:
    yield f"{'kind':11} {'parse':>8} {'extract':>8} {'rows':>6} {'targets':>8} {'core-hours':>11}"
    for kind, share in case.mix.items():
        k = kinds[kind]
        hours = case.documents * share * (k["parse_seconds"] + k["extract_seconds"]) * _pages(kind, case) * case.size / _HOUR
        yield f"{kind:11} {k['parse_seconds']:6.3f} s {k['extract_seconds']:6.3f} s {k['rows']:6,.0f} {k['targets']:8.1f} {hours:11,.0f}"
    yield f"average document of the mix: {one.read:.3f} s, {one.rows:,.0f} rows, {one.targets:.1f} targets"
    yield f"all documents: {case.documents * one.read / _HOUR:,.0f} core-hours"
    twice = _expected(one, case) / one.read - 1
    yield f"workers (one core each) for {case.days:g} days: {workers_for(one, case):,}; what is read twice makes {twice:.2%} of it"
    yield f"  ({case.crash:.2%} of the documents end the process that reads them, a worker is lost every {case.life:g} days)"


def _storing(database: Mapping[str, Any], one: Average, texts: Average | None, case: Case) -> Iterator[str]:
    first, last, each = database["steps"][0], database["steps"][-1], serial(one, database)
    row, share = last["seconds_per_row"], last["server_share"]
    where = f", {share:.0%} of it in the server" if share else ""
    empty = f"{first['seconds_per_row'] * 1e6:.1f} µs when empty"
    yield f"{row * 1e6:.1f} µs a row with {last['stored_rows']:,} rows stored ({empty}){where}: {1 / row:,.0f} rows/s"
    yield f"one writer: {each * 1e3:.1f} ms a document, {1 / each:,.1f} documents/s; {one.read / each:,.0f} workers saturate it"
    if texts is not None:
        each_text = serial(texts, database)
        yield f"  without the scans {1 / each_text:,.1f} documents/s; {texts.read / each_text:,.0f} workers saturate it"
    days = case.documents * each / _DAY
    count = math.ceil(days / case.days)
    yield f"all documents: {days:,.1f} days of one writer; for {case.days:g} days {count} database{'s' * (count > 1)}, a run each"


def _splitting(database: Mapping[str, Any], one: Average, case: Case) -> Iterator[str]:
    for digits, what in ((2, "province"), (4, "city")):
        found = shares(digits)
        most = found[0] * case.documents
        yield f"by {what} (first {digits} digits of the region code), were as much published for each division: {len(found)} shards"
        days = most * serial(one, database) / _DAY
        yield f"  the largest {found[0]:.1%}: {most:,.0f} documents, {most * one.targets:,.0f} targets, {days:.2f} days of its writer"
    if database.get("index_bytes_per_row"):
        index = one.rows * database["index_bytes_per_row"]
        half = case.memory * 1e9 / 2
        yield f"indexes: {index / 1e3:,.0f} kB a document; their keys are in no order, so they should fit in memory"
        yield f"  half of {case.memory:g} GB holds those of {half / index:,.0f} documents: {math.ceil(case.documents * index / half)} servers for all"


def _storage(figures: Mapping[str, Any], one: Average, case: Case) -> Iterator[str]:
    def line(what: str, each: float) -> str:
        return f"{what:34} {each / 1e3:10,.1f} kB a document {case.documents * each / 1e12:9.2f} TB"

    yield line("the documents themselves", one.file)
    for name, database in figures["databases"].items():
        yield f"{line(f'database, {name}', one.rows * database['bytes_per_row'])} ({database['bytes_per_target']:,.0f} bytes a target)"
    yield line("JSON lines of all tables", one.targets * figures["exports"]["jsonl_bytes_per_target"])
    yield line("cache of what takes long to parse", one.kept)


def _again(figures: Mapping[str, Any], one: Average, case: Case) -> Iterator[str]:
    whole, less = case.documents * one.read / _HOUR, case.documents * one.again / _HOUR
    yield f"without a cache, and after a change of a parser or of a library that reads: {whole:,.0f} core-hours"
    yield f"after a change of rules, model or indicators: {less:,.0f} core-hours ({1 - less / whole:.0%} less), the cache is there"
    for name, database in figures["databases"].items():
        each = serial(one, database, again=True)
        yield f"storing again, {name}: {each * 1e3:.1f} ms a document, {case.documents * each / _DAY:,.1f} days of one writer"


def _comparing(measured: Mapping[str, float], one: Average, case: Case) -> Iterator[str]:
    room = case.memory * 1e3 / measured["megabytes"] * measured["targets"]
    yield f"{measured['targets']:,} targets at once: {measured['seconds']:.1f} s, {measured['megabytes']:,.0f} MB"
    yield f"{case.memory:g} GB hold {room:,.0f} targets ({room / one.targets:,.0f} documents) of {case.documents * one.targets:,.0f}"


def _simulated(kinds: Mapping[str, Mapping[str, float]], database: Mapping[str, Any], one: Average, case: Case) -> Iterator[str]:
    found = works(kinds, case, _SAMPLE)
    knee = sum(found) / len(found) / serial(one, database)
    yield f"{_SAMPLE:,} documents drawn from the mix, one writer; reading, storing: share of the time that workers and writer are busy"
    yield f"{'workers':>8} {'formula':>10} {'simulated':>10} {'apart':>6} {'reading':>8} {'storing':>8} {'lost':>5} {'given up':>9} {'on way':>7}"
    for part in (0.1, 0.5, 0.9, 1.0, 2.0):
        this = site(one, database, case, max(round(knee * part), 1))
        formula, made = closed(found, this), simulate(found, this)
        busy = f"{made.reading:8.0%} {made.storing:8.0%} {made.lost:5,} {made.given_up:9,} {made.most_on_way:7,}"
        yield f"{this.workers:8,} {formula:8,.0f} s {made.seconds:8,.0f} s {made.seconds / formula - 1:6.1%} {busy}"


def write(path: Path, lines: list[str]) -> None:
    """Put the lines between the marks of a text."""
    text = path.read_text("utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    path.write_text(f"{before}{MARKS[0]}\n```text\n" + "\n".join(lines) + f"\n```\n{MARKS[1]}{after}", "utf-8")


def figures_of(path: Path, anew: bool, postgres: str | None) -> dict[str, Any]:
    """The measured figures that a file keeps; measured now, and kept there, where it has none or that is asked."""
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if anew or "scaling" not in kept:
        from tests.bench.scaling_costs import measure

        kept["scaling"] = measure(postgres)
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return dict(kept["scaling"])


def main() -> None:
    """Print the calculation."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--documents", type=int, default=10_000_000)
    words.add_argument("--days", type=float, default=7.0, help="in which all is to be read")
    words.add_argument("--mix", default=MIX, help="share of each kind")
    words.add_argument("--pages", type=int, default=8, help="of a scanned document")
    words.add_argument("--size", type=float, default=1.0, help="of an average document beside the measured plans")
    words.add_argument("--crash", type=float, default=0.0005, help="share of documents that end the process that reads them")
    words.add_argument("--life", type=float, default=3.0, help="mean days until a worker is lost")
    words.add_argument("--memory", type=float, default=64.0, help="GB of a machine")
    words.add_argument("--figures", type=Path, default=FIGURES, help="file of the measured figures")
    words.add_argument("--measure", action="store_true", help="measure them now")
    words.add_argument("--postgres", help="with --measure: URL of an empty database of a PostgreSQL server on this machine")
    words.add_argument("--write", type=Path, help="put the result into a text")
    said = words.parse_args()
    mix = {kind: float(share) for kind, _, share in (part.partition("=") for part in said.mix.split(","))}
    case = Case(said.documents, said.days, mix, said.pages, said.size, said.crash, said.life, said.memory)
    lines = list(report(figures_of(said.figures, said.measure, said.postgres), case))
    print("\n".join(lines))
    if said.write:
        write(said.write, lines)


if __name__ == "__main__":
    main()
