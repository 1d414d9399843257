"""indexes of the review queue"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# name, table, columns, the rows that it holds (None: all)
_INDEXES = (
    ("ix_target_review", "target", ["review", "confidence", "id"], None),
    ("ix_target_doubt", "target", ["readers", "review", "confidence", "id"], "readers IN ('differs', 'rules')"),
    ("ix_coverage_reason", "coverage", ["reason", "document_id", "position"], None),
    ("ix_coverage_proposed", "coverage", ["document_id", "position"], "proposals IS NOT NULL"),
    ("ix_reviewed_made", "reviewed", ["made", "id"], None),
    ("ix_reviewed_author", "reviewed", ["author", "made", "id"], None),
    ("ix_reviewed_disputed", "reviewed", ["made", "id"], "disputed"),
)


def upgrade() -> None:
    for name, table, columns, rows in _INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)
