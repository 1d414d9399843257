"""Questions about one document are answered from the evidence of that document, not from that of all."""

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.browse import search, source
from schemas import tables


@pytest.fixture
def asked(settings):
    """The plans of all questions that SQLite is asked."""
    engine, plans = store.connect(settings.database), []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT"):
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append(" / ".join(row[3] for row in cursor.fetchall()))

    with engine.connect() as connection:
        yield connection, plans


def test_no_walk_over_all_evidence(asked):
    connection, plans = asked
    document = connection.execute(sa.select(tables.document.c.id).limit(1)).scalar_one()
    row = source.document(connection, document)
    source.read(connection, row, None)
    source.read_page(connection, row, None, 1)
    search.shown(connection, search.search(connection, search.query("水")).documents)
    assert any("ix_evidence_document_id" in plan for plan in plans)
    assert not [plan for plan in plans if "ix_evidence_row (row_table=?)" in plan or "SCAN evidence" in plan]
