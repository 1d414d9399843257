"""What a change alters: records paired by their evidence, the gold's verdict, and the committed snapshot of raw_docs."""

import json
import shutil
import subprocess
import sys
from random import Random

import pytest

from pipeline.changes import KINDS, compare, judge, lines
from pipeline.scoring import verdicts
from pipeline.snapshots import SNAPSHOT, of_frames, read_earlier, read_now, text_of, write
from tests.conftest import GOLD, RAW, ROOT

PLAN = "新河市造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到30%以上。给予50万元奖励。(责任单位:市林业局)\n"
DEADLINE = {"raw": "到2025年", "kind": "by", "start": None, "end": "2025-12-31"}


def target(at, indicator="森林覆盖率", task="1", **fields):
    return {"record": "target", "at": list(at), "task": task, "indicator": indicator, "operator": ">=", "value": 30, "value_text": "30%", **fields}


def task(path, title="造林", **fields):
    return {"record": "task", "task": path, "title": title, **fields}


def ledger(at, reason, text="给予50万元奖励"):
    return {"record": "ledger", "at": list(at), "where": "1", "reason": reason, "text": text}


def changes(old, new):
    return [(c.way, c.record["record"], c.fields) for c in compare("d", old, new)]


def test_the_same_records_in_another_order_are_no_change():
    records = [target((i, i + 3), f"率{i}") for i in range(30)] + [task(str(i), f"题{i}") for i in range(9)] + [ledger((500, 510), "support")]
    shuffled = records[:]
    Random(1).shuffle(shuffled)
    assert compare("d", records, shuffled) == []


def test_absent_and_null_are_the_same():
    assert compare("d", [target((1, 4), scope=None)], [target((1, 4))]) == []


def test_gain_and_loss():
    first, second = target((1, 4)), target((50, 53), "绿化率", "2")
    assert changes([first], [first, second]) == [("gained", "target", ())]
    assert changes([first, second], [first]) == [("lost", "target", ())]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("indicator", "全市森林覆盖率"),
        ("scope", "全市"),
        ("operator", "="),
        ("value", 31),
        ("unit", "%"),
        ("deadline", DEADLINE),
        ("task", "2"),
        ("indicator_id", "forest_cover"),
        ("quote", "森林覆盖率达到30%"),
    ],
)
def test_an_altered_field_is_an_alteration(field, value):
    assert changes([target((1, 4))], [{**target((1, 4)), field: value}]) == [("altered", "target", (field,))]


def test_a_value_read_with_more_of_its_text_is_the_same_record():
    assert changes([target((10, 13))], [target((10, 15), value_text="30%以")]) == [("altered", "target", ("at", "value_text"))]


def test_of_several_records_with_one_value_only_the_renamed_one_is_altered():
    shared = [target((10, 13), name) for name in ("甲率", "乙率", "丙率")]
    assert changes(shared, [shared[2], target((10, 13), "丁率"), shared[0]]) == [("altered", "target", ("indicator",))]


def test_units_and_deadlines_of_tasks():
    old = [task("1", responsible=["市林业局", "市水利局"]), task("2", "修路")]
    new = [task("1", responsible=["市林业局", "市财政局"]), task("2", "修路", deadline=DEADLINE)]
    found = compare("d", old, new)
    assert [(c.way, c.fields) for c in found] == [("altered", ("responsible",)), ("altered", ("deadline",))]
    shown = "\n".join(lines(found, [], ["d"]))
    assert "responsible: -市水利局 +市财政局" in shown
    assert "deadline: - -> by 2025-12-31" in shown


def test_a_task_with_another_number_is_the_same_task():
    assert changes([task("1", "造林"), task("2", "修路")], [task("1", "造林"), task("3", "修路")]) == [("altered", "task", ("task",))]


def test_a_number_that_became_a_target_leaves_the_ledger():
    assert changes([ledger((5, 12), "no_verb")], [target((8, 12))]) == [("gained", "target", ()), ("lost", "ledger", ())]
    assert changes([ledger((5, 12), "no_verb")], [ledger((5, 12), "support")]) == [("altered", "ledger", ("reason",))]


def test_the_lines_name_what_changed_where_and_the_words():
    old, new = (
        [target((1, 4), quote="森林覆盖率30%")],
        [target((1, 4), "绿化率", quote="森林覆盖率30%"), target((9, 12), "新增率", quote="新增率30%")],
    )
    shown = list(lines(compare("d", old, new), [], ["d", "e"]))
    assert shown[0] == "d"
    assert shown[1] == "  ~ target  [1] 绿化率 >= 30%  indicator: 森林覆盖率 -> 绿化率  “森林覆盖率30%”"
    assert shown[2].startswith("  + target  [1] 新增率 >= 30%")
    assert shown[-2:] == ["d: target +1 ~1", "e: no change"]


def figures(**by_name):
    return {"d": {name: {"f1": f1, "right": right} for name, (f1, right) in by_name.items()} | {"fields": {}}}


def test_the_golds_verdict_lists_what_rises_and_what_falls():
    before, after = figures(strict=(0.9, 9), numeric=(0.8, 8), units=(1.0, 5)), figures(strict=(0.8, 8), numeric=(0.9, 9), units=(1.0, 5))
    assert [(v.figure, v.falls) for v in judge(before, after, ["d", "not in the gold"])] == [("strict", True), ("numeric", False)]


# --- readings ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reading():
    found, names = read_now([RAW])
    return of_frames(found), names


def test_the_committed_snapshot_is_what_is_read_now(reading):
    now, names = reading
    committed = read_earlier(str(ROOT / SNAPSHOT))
    changed = [c for name in names for c in compare(name, committed.get(name, []), now[name])]
    assert not changed, "look at the change with `make diff`, adopt it with `make golden`:\n" + "\n".join(lines(changed, [], names))
    assert {p.name: p.read_text("utf-8") for p in (ROOT / SNAPSHOT).iterdir()} == {f"{n}.jsonl": text_of(r) for n, r in now.items()}


def test_a_snapshot_holds_all_that_the_gold_judges(reading, tmp_path):
    now, names = reading
    write(now, tmp_path)
    assert read_earlier(str(tmp_path)) == now
    worse = {n: [r for r in records if r["record"] != "task"] for n, records in now.items()}
    found = {(v.document, v.figure) for v in verdicts(GOLD, now, worse, names) if v.falls}
    assert {(n, f) for n in names for f in ("tasks", "units")} <= found
    assert verdicts(GOLD, now, now, names) == []


def zhibiao(*words, cwd):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A plan, its snapshot and its gold, as the program reads it."""
    tmp_path = tmp_path_factory.mktemp("changes")
    (tmp_path / "raw_docs").mkdir()
    (tmp_path / "raw_docs" / "plan.txt").write_text(PLAN, "utf-8")
    assert zhibiao("diff", "--write", SNAPSHOT, cwd=tmp_path).returncode == 0
    gold = tmp_path / "tests" / "gold" / "plan"
    gold.mkdir(parents=True)
    shutil.copy(GOLD / "score.py", gold.parent)
    found = {kind: [r for r in read_earlier(str(tmp_path / SNAPSHOT))["plan"] if r["record"] == kind] for kind in KINDS}
    empty = dict.fromkeys(("scope", "value_max", "change_direction", "baseline", "deadline"))
    (gold / "document.json").write_text(json.dumps({"title": found["document"][0]["title"]}), "utf-8")
    (gold / "tasks.jsonl").write_text("".join(json.dumps(empty | r) + "\n" for r in found["task"]), "utf-8")
    (gold / "targets.jsonl").write_text("".join(json.dumps(empty | r | {"optional": False}) + "\n" for r in found["target"]), "utf-8")
    return tmp_path


@pytest.fixture
def folder(template, tmp_path):
    """A copy of the plan, its snapshot and its gold, to be altered."""
    return shutil.copytree(template, tmp_path / "copy")


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_nothing_changed(folder):
    done = zhibiao("diff", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "plan: no change\n")


def test_a_gain_is_shown_and_allowed(folder):
    edit(folder / SNAPSHOT / "plan.jsonl", '"operator": ">="', '"operator": "="')
    done = zhibiao("diff", cwd=folder)
    assert done.returncode == 0
    assert "operator: = -> >=" in done.stdout
    assert "plan: strict 0.000 -> 1.000, right 0 -> 1" in done.stdout


def test_a_fall_is_status_1_unless_it_is_allowed_and_is_not_adopted(folder):
    snapshot = folder / SNAPSHOT / "plan.jsonl"
    for path in (snapshot, folder / "tests" / "gold" / "plan" / "targets.jsonl"):
        edit(path, '"operator": ">="', '"operator": ">"')
    before = snapshot.read_bytes()
    done = zhibiao("diff", "--write", SNAPSHOT, cwd=folder)
    assert done.returncode == 1
    assert "strict 1.000 -> 0.000, right 1 -> 0  FALLS" in done.stdout
    assert snapshot.read_bytes() == before
    assert zhibiao("diff", "--allow", "--write", SNAPSHOT, cwd=folder).returncode == 0
    assert snapshot.read_bytes() != before
    assert zhibiao("diff", cwd=folder).stdout == "plan: no change\n"


def test_json_lines(folder):
    edit(folder / SNAPSHOT / "plan.jsonl", '"operator": ">="', '"operator": "="')
    found = [json.loads(line) for line in zhibiao("diff", "--format", "jsonl", cwd=folder).stdout.splitlines()]
    assert (found[0]["way"], found[0]["fields"], found[0]["old"]["operator"], found[0]["new"]["operator"]) == ("altered", ["operator"], "=", ">=")
    assert found[-1]["falls"] is False
    assert {"figure", "before", "after"} <= set(found[-1])


def test_an_export_a_database_and_a_revision_are_earlier_readings(folder):
    assert zhibiao("run", cwd=folder).returncode == 0
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "first"], cwd=folder, check=True)
    for earlier in ("output", "sqlite:///output/zhibiao.db", "HEAD"):
        assert zhibiao("diff", "--against", earlier, cwd=folder).stdout == "plan: no change\n", earlier


def test_no_earlier_reading_is_said_in_one_line(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, "utf-8")
    done = zhibiao("diff", "plan.txt", "--against", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_document_without_an_earlier_reading_is_said_and_one_that_fails_now_is_lost(folder):
    (folder / "raw_docs" / "new.txt").write_text(PLAN, "utf-8")
    (folder / "raw_docs" / "plan.txt").write_bytes(b"")
    done = zhibiao("diff", cwd=folder)
    assert done.returncode == 1
    assert "new: no earlier reading; document +1, task +1, target +1, ledger +1" in done.stdout
    assert "plan: document -1, task -1, target -1, ledger -1" in done.stdout
