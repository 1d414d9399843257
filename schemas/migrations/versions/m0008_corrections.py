"""decisions of people: their order, what they were made on, and what they come to"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXED = ("number", "decision", "document", "sha256", "subject", "target_id")


def _named(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default="0" if name == "number" else "")


def upgrade() -> None:
    with op.batch_alter_table("correction") as batch:
        batch.add_column(_named("number", sa.Integer()))
        batch.add_column(_named("decision", sa.String(64)))
        batch.add_column(_named("action", sa.String(8)))
        batch.add_column(_named("document", sa.Text()))
        batch.add_column(_named("sha256", sa.String(64)))
        batch.add_column(_named("subject", sa.String(64)))
        batch.add_column(_named("target_id", sa.String(64)))
        batch.add_column(sa.Column("anchor", sa.Text()))
        batch.add_column(sa.Column("spans", sa.Text()))
        batch.add_column(sa.Column("undoes", sa.String(64)))
        for name in _INDEXED:
            batch.create_index(op.f(f"ix_correction_{name}"), [name])
    op.add_column("target", sa.Column("review", sa.String(12)))
    op.create_table(
        "reviewed",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("target_id", sa.String(64)),
        sa.Column("position", sa.Integer()),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("conflict", sa.String(12)),
        sa.Column("fields", sa.Text()),
        sa.Column("decision", sa.String(64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("machine", sa.Text()),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reviewed_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewed")),
    )
    for name in ("document_id", "subject", "target_id", "conflict"):
        op.create_index(op.f(f"ix_reviewed_{name}"), "reviewed", [name])


def downgrade() -> None:
    op.drop_table("reviewed")
    with op.batch_alter_table("target") as batch:
        batch.drop_column("review")
    with op.batch_alter_table("correction") as batch:
        for name in _INDEXED:
            batch.drop_index(op.f(f"ix_correction_{name}"))
        for name in ("undoes", "spans", "anchor", "target_id", "subject", "sha256", "document", "action", "decision", "number"):
            batch.drop_column(name)
