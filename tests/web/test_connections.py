"""A request holds one connection of the database at a time: many at once would otherwise wait for each other for ever."""

import threading

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.web.state import Kept
from schemas import tables

PAGES = """
    / /documents /documents/{document} /documents/{document}/quality /compare /compare?view=findings /compare/evidence/{target} /search?q=水 /review
    /review?target={target} /review/progress /runs /runs/1 /api/v1/targets /api/v1/targets/{target} /api/v1/targets?format=csv&all=true
    /api/v1/corrections /api/v1/comparisons
"""


@pytest.mark.parametrize("address", PAGES.split())
def test_one_connection_at_a_time(client, settings, address):
    engine = client.app.state.workbench.engine
    with store.connect(settings.database).connect() as connection:
        target, document = connection.execute(sa.select(tables.target.c.id, tables.target.c.document_id).limit(1)).one()
    held, most = set(), [0]

    @sa.event.listens_for(engine, "checkout")
    def taken(raw, record, proxy):
        if threading.current_thread().name.startswith("AnyIO"):
            held.add(id(record))
            most[0] = max(most[0], len(held))

    @sa.event.listens_for(engine, "checkin")
    def given(raw, record):
        held.discard(id(record))

    client.get(address.format(target=target, document=document))
    assert most[0] == 1


def test_what_cannot_be_made_leaves_nothing_behind():
    kept = Kept()
    for n in range(3):
        with pytest.raises(ZeroDivisionError):
            kept.get(n, lambda: 1 // 0)
    assert not kept._asking and kept.get(0, lambda: 5) == 5
