"""The review queue: what is in it, in which order, and how the command shows it."""

import json
import subprocess
import sys

import pytest

from pipeline import batch, store
from pipeline.exporters import frames
from pipeline.review import GROUPS, Item, lines, most_urgent, order, queue

PLAN = (
    "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。床护比1:0.6。给予50万元奖励。\n(二)水质。水质逐步改善。\n"
    "(三)说明。国家第15三、支持同22一主体。\n"
)
TABLE = "新河市2024年任务表\n序号\t指标内容\t某某\t完成时限\t牵头单位\n1\t污水处理率≥95%\t20分\t第2批次后\t市住建局\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    (folder / "plan.txt").write_text(PLAN, "utf-8")
    (folder / "table.txt").write_text(TABLE, "utf-8")
    (folder / "bad.rar").write_bytes(b"Rar!\x1a\x07\x00")
    engine = store.connect(f"sqlite:///{folder}/z.db")
    batch.run([folder], engine)
    engine.dispose()
    return folder


def review(folder, *words):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "review", "--db", f"sqlite:///{folder}/z.db", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_queue_begins_with_what_is_most_urgent(folder):
    items = queue(frames.read(store.connect(f"sqlite:///{folder}/z.db")))
    groups = [GROUPS.index(i.group) for i in items]
    assert groups == sorted(groups)
    found = [(i.group, i.document, i.reason) for i in items]
    for one in (
        ("document", "bad", "parse_failed"),
        ("number", "plan", "fraction"),
        ("column", "table", "column"),
        ("table", "table", "unknown_column"),
        ("deadline", "table", "deadline"),
    ):
        assert one in found
    assert not {"support", "date"} & {i.reason for i in items}


def test_unexplained_numbers_lead_and_targets_come_the_least_sure_first():
    ledger = {"document": "a", "where": "1", "text": "12", "start": 5, "end": 7}
    target = {"document": "a", "task": None, "scope": None, "indicator": "率", "operator": "=", "value_text": "1%", "quote": "率1%", "rule": "r"}
    data = {
        "coverage": [{**ledger, "reason": r} for r in ("no_verb", "support", "unexplained", "retired_reason")],
        "targets": [{**target, "start": i, "end": i + 1, "confidence": c} for i, c in enumerate((0.7, 0.95, 0.6))],
        "issues": [],
    }
    assert [(i.reason, i.confidence) for i in queue(data)] == [("unexplained", None), ("no_verb", None), ("r", 0.6), ("r", 0.7)]


def test_the_order_is_by_group_then_reason_then_confidence_then_place():
    assert order(Item("number", "b", "", "no_verb", "", "", 9, 10)) < order(Item("column", "a", "", "column", "", "", 1, 2))
    first, second = Item("number", "a", "", "", "", "", 9, 10), Item("confidence", "a", "", "", "", "", 1, 2, 0.5)
    assert order(first) < order(second)
    assert order(second) < order(Item("confidence", "a", "", "", "", "", 0, 2, 0.6))


@pytest.mark.parametrize("limit", [None, 0, 1, 3, 1000])
def test_the_most_urgent_are_the_head_of_the_queue(folder, limit):
    with frames.opened(store.connect(f"sqlite:///{folder}/z.db")) as stored:
        items, number = most_urgent(stored, limit)
        every = queue(stored)
    assert (items, number) == (every[:limit], len(every))


def test_each_item_is_one_line(folder):
    shown = review(folder)
    assert shown.returncode == 0
    items = queue(frames.read(store.connect(f"sqlite:///{folder}/z.db")))
    assert shown.stdout.splitlines() == list(lines(items))
    assert f"{len(items)} of {len(items)} shown" in shown.stderr


def test_json_lines_and_a_limit(folder):
    shown = review(folder, "--format", "jsonl", "--limit", "2")
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    assert len(found) == 2
    assert {"group", "document", "where", "reason", "text", "says", "start", "end", "confidence"} <= set(found[0])
    assert review(folder, "--limit", "0").stdout == ""


def test_places_are_those_of_the_text(folder):
    for line in review(folder, "--format", "jsonl").stdout.splitlines():
        item = json.loads(line)
        if item["document"] == "plan" and item["start"] is not None:
            assert PLAN[item["start"] : item["end"]] == item["text"]


def test_no_database_is_said_in_one_line(tmp_path):
    shown = review(tmp_path)
    assert shown.returncode == 2
    assert len(shown.stderr.splitlines()) == 1
