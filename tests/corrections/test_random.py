"""A hundred random decisions and undoings against a slow, obvious oracle, and against reading everything anew."""

import random

import pytest

from pipeline.corrections import CorrectionError, decide, states, undo
from schemas import tables

FIELDS = {
    "indicator": ["甲指标", "乙指标", "森林覆盖率"],
    "scope": ["全市", "县城", None],
    "value": [1, 2.5, "30"],
    "unit": ["%", "个", "万亩"],
    "status": ["target", "current"],
    "strength": ["力争", None],
}
PEOPLE = ("李", "王", "赵")


def expected(machine, decisions):
    """Target → state and fields: what the program read, and over it each decision that was not undone, one after the other."""
    undone = {d.undoes for d in decisions if d.action == "undo"}
    found = {}
    for target_id, row in machine.items():
        mine = [d for d in decisions if d.target_id == target_id and d.action != "undo" and d.id not in undone]
        values = {name: row[name] for name in FIELDS}
        for decision in mine:
            values |= {name: after for name, (_, after) in decision.changes.items() if name in FIELDS}
        changed = any(values[name] != row[name] for name in FIELDS)
        found[target_id] = ("rejected" if mine[-1].action == "reject" else "corrected" if changed else "accepted") if mine else None, values
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_decisions_and_undoings(desk, seed):
    luck = random.Random(seed)
    start = desk.standing()
    machine = {row["id"]: row for row in start["target"]}
    numeric = [i for i, row in machine.items() if row["kind"] in ("level", "count")]
    made = []
    for step in range(100):
        try:
            if made and luck.random() < 0.3:
                made.append(undo(desk.engine, luck.choice(made).id, luck.choice(PEOPLE)))
            else:
                action = luck.choice(("accept", "reject", "correct", "correct"))
                changes = {name: luck.choice(FIELDS[name]) for name in luck.sample(sorted(FIELDS), 2)} if action == "correct" else None
                made.append(decide(desk.engine, action, author=luck.choice(PEOPLE), target_id=luck.choice(numeric), changes=changes))
        except CorrectionError:
            continue
        if step % 10 == 0:
            check(desk, machine, made)
    check(desk, machine, made)
    before = desk.standing()
    desk.run(anew=True)
    assert desk.standing() == before
    undone = {d.undoes for d in made}
    for decision in [d for d in made if d.action != "undo" and d.id not in undone]:
        undo(desk.engine, decision.id, "李")
    assert desk.standing() == start


def check(desk, machine, made):
    oracle = expected(machine, made)
    rows = {row["id"]: row for row in desk.rows(tables.target)}
    found = desk.ask(states, list(machine))
    for target_id, (state, values) in oracle.items():
        assert (found[target_id].state if target_id in found else None) == state
        assert (target_id in rows) == (state != "rejected")
        if target_id in rows:
            assert {name: rows[target_id][name] for name in FIELDS} == values
            assert rows[target_id]["review"] == state
