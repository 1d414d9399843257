"""The calculation of what many documents take: the simulation agrees with the formula where it must, and the report says what follows."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest

from tests.bench import scaling
from tests.bench.scaling_simulation import Site, closed, simulate

KIND = {"rows": 900, "targets": 60, "file_bytes": 3e4, "parsed_bytes": 1e4, "parsed_load_seconds": 0.001, "take_seconds": 0.002}
FIGURES = {
    "machine": "a machine",
    "date": "2026-01-02",
    "kinds": {
        "text": KIND | {"parse_seconds": 0.0, "extract_seconds": 0.1},
        "scan_page": KIND | {"rows": 200, "targets": 10, "parse_seconds": 5.0, "extract_seconds": 0.05},
    },
    "databases": {
        "sqlite": {
            "steps": [{"stored_rows": n, "seconds_per_row": s, "server_share": 0.0} for n, s in ((0, 1e-5), (9, 2e-5))],
            "seconds_per_row_again": 4e-5,
            "bytes_per_row": 250.0,
            "bytes_per_target": 4000.0,
            "index_bytes_per_row": None,
        }
    },
    "exports": {"jsonl_bytes_per_target": 1400.0},
    "compare": {"targets": 100_000, "seconds": 10.0, "megabytes": 1000.0},
}


def case(**changes) -> scaling.Case:
    return scaling.Case(
        **{"documents": 1_000_000, "days": 10, "mix": {"text": 1.0}, "pages": 8, "size": 1, "crash": 0, "life": 1e9, "memory": 64} | changes
    )


@pytest.fixture(scope="module")
def sizes():
    draw = random.Random(5)
    return [draw.lognormvariate(-1, 0.5) for _ in range(5_000)]


@pytest.mark.parametrize("workers", [1, 8, 30])
def test_workers_share_the_reading_while_the_writer_keeps_up(sizes, workers):
    site = Site(workers, serial=0.001)
    made = simulate(sizes, site)
    assert made.stored == len(sizes)
    assert closed(sizes, site) == pytest.approx(sum(sizes) / workers)
    assert made.seconds == pytest.approx(closed(sizes, site), rel=0.03)
    assert made.reading > 0.97


def test_the_writer_sets_the_pace_of_too_many_workers(sizes):
    site = Site(400, serial=0.005)
    made = simulate(sizes, site)
    assert closed(sizes, site) == len(sizes) * 0.005
    assert made.seconds == pytest.approx(closed(sizes, site), rel=0.03)
    assert made.storing > 0.97
    assert made.most_on_way <= 400 * site.ahead  # what waits does not grow with the number of documents


def test_lost_workers_cost_time_and_no_document(sizes):
    quiet, troubled = Site(10, 0.001), Site(10, 0.001, life=20.0, restart=5.0)
    made = simulate(sizes, troubled)
    assert (made.stored, made.given_up) == (len(sizes), 0)
    assert made.lost == pytest.approx(sum(sizes) / 20.0, rel=0.25)
    assert made.seconds > 1.2 * simulate(sizes, quiet).seconds
    assert made.seconds == pytest.approx(closed(sizes, troubled), rel=0.05)


def test_documents_that_end_their_process_are_read_twice_and_given_up(sizes):
    site = Site(10, 0.001, crash=0.1)
    made = simulate(sizes, site)
    assert made.stored + made.given_up == len(sizes)
    assert made.given_up == pytest.approx(0.1 * len(sizes), rel=0.15)
    assert made.seconds == pytest.approx(closed(sizes, site), rel=0.05)
    assert simulate(sizes, site) == made  # the same seed, the same run


def test_the_average_follows_the_mix():
    one = scaling.average(FIGURES["kinds"], case(mix={"text": 0.75, "scan_page": 0.25}, pages=4, size=2))
    assert one.read == pytest.approx(2 * (0.75 * 0.1 + 0.25 * 4 * 5.05))
    assert one.rows == pytest.approx(2 * (0.75 * 900 + 0.25 * 4 * 200))
    assert one.again == pytest.approx(2 * (0.75 * 0.1 + 0.25 * 4 * (0.05 + 0.001)))
    assert one.kept == pytest.approx(2 * 0.25 * 4 * 1e4)
    with pytest.raises(SystemExit, match="no figures for odt; there are text, scan_page"):
        scaling.average(FIGURES["kinds"], case(mix={"odt": 1.0}))
    with pytest.raises(SystemExit, match=r"make 0\.5, not 1"):
        scaling.average(FIGURES["kinds"], case(mix={"text": 0.5}))


def test_workers_writer_and_reading_again():
    one = scaling.average(FIGURES["kinds"], case())
    assert scaling.workers_for(one, case(days=1)) == math.ceil(1_000_000 * 0.1 / 86400)
    assert scaling.workers_for(one, case(days=0.01, crash=0.5)) > 1.4 * scaling.workers_for(one, case(days=0.01))
    sqlite = FIGURES["databases"]["sqlite"]
    assert scaling.serial(one, sqlite) == pytest.approx(0.002 + 900 * 2e-5)
    assert scaling.serial(one, sqlite, again=True) == pytest.approx(0.002 + 900 * 4e-5)
    text = "\n".join(scaling.report(FIGURES, case()))
    assert "20.0 ms a document, 50.0 documents/s; 5 workers saturate it" in text
    assert "all documents: 28 core-hours" in text
    assert "after a change of rules, model or indicators: 28 core-hours (0% less)" in text  # a text is not worth a place in the cache
    scans = "\n".join(scaling.report(FIGURES, case(mix={"scan_page": 1.0})))
    assert "(99% less)" in scans


def test_shards_are_those_of_the_divisions():
    for digits, least in ((2, 31), (4, 300)):
        found = scaling.shares(digits)
        assert len(found) >= least
        assert sum(found) == pytest.approx(1)
        assert found == sorted(found, reverse=True)


def test_figures_are_kept_and_put_into_the_text(tmp_path):
    kept = tmp_path / "benchmarks.json"
    kept.write_text(json.dumps({"other": 1, "scaling": FIGURES}), "utf-8")
    assert scaling.figures_of(kept, False, None) == FIGURES
    text = tmp_path / "scaling.md"
    text.write_text(f"before\n{scaling.MARKS[0]}\nold\n{scaling.MARKS[1]}\nafter\n", "utf-8")
    for lines in (["one"], ["two", "three"]):
        scaling.write(text, lines)
    assert text.read_text("utf-8") == f"before\n{scaling.MARKS[0]}\n```text\ntwo\nthree\n```\n{scaling.MARKS[1]}\nafter\n"


def test_the_text_shows_the_figures_that_are_kept():
    figures = json.loads(scaling.FIGURES.read_text("utf-8"))["scaling"]
    text = Path(scaling.ROOT / "docs" / "scaling.md").read_text("utf-8")
    shown = text.partition(scaling.MARKS[0])[2].partition(scaling.MARKS[1])[0]
    assert shown.startswith(f"\n```text\nmeasured {figures['date']} on {figures['machine']};")
    for kind, one in figures["kinds"].items():
        assert f"{kind:11} {one['parse_seconds']:6.3f} s {one['extract_seconds']:6.3f} s" in shown
