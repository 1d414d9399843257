"""what batches need: the state of every source, runs with their report, and indexes for replacing and asking at scale"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ONLY_SQLITE = {
    "ix_target_naming": ["indicator", "indicator_id", "kind", "change_direction", "dimension", "unit", "scope"],
    "ix_target_scope": ["scope"],
}


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("stamp", sa.Text()),
        sa.Column("key", sa.String(64)),
        sa.Column("tried", sa.String(64)),
        sa.Column("limits", sa.Text()),
        sa.Column("code", sa.String(48)),
        sa.Column("message", sa.Text()),
        sa.Column("seconds", sa.Float()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name"),
    )
    op.create_index(op.f("ix_source_state"), "source", ["state"])
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("parser_version", sa.String(32)))
        batch.create_index(op.f("ix_document_region_code"), ["region_code"])
        batch.create_index(op.f("ix_document_sha256"), ["sha256"])
        batch.create_index(op.f("ix_document_region"), ["region", "region_code"])
    op.create_index(op.f("ix_issue_document"), "issue", ["document"])
    op.create_index(op.f("ix_target_segment_id"), "target", ["segment_id"])
    if op.get_bind().dialect.name == "sqlite":
        for name, columns in _ONLY_SQLITE.items():
            op.create_index(name, "target", columns)
    with op.batch_alter_table("run") as batch:
        batch.add_column(sa.Column("number", sa.Integer()))
        batch.add_column(sa.Column("status", sa.String(12), nullable=False, server_default="done"))
        batch.add_column(sa.Column("finished", sa.String(32)))
        batch.add_column(sa.Column("host", sa.Text()))
        batch.add_column(sa.Column("process", sa.Integer()))
        batch.add_column(sa.Column("changed", sa.Boolean()))
        batch.add_column(sa.Column("report", sa.Text()))
    runs = sa.table("run", sa.column("id"), sa.column("number"), sa.column("started"))
    connection = op.get_bind()
    for number, row in enumerate(connection.execute(sa.select(runs.c.id).order_by(runs.c.started, runs.c.id)).scalars().all(), 1):
        connection.execute(sa.update(runs).where(runs.c.id == row).values(number=number))
    with op.batch_alter_table("run") as batch:
        batch.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch.create_unique_constraint("uq_run_number", ["number"])


def downgrade() -> None:
    with op.batch_alter_table("run") as batch:
        batch.drop_constraint("uq_run_number", type_="unique")
        for name in ("report", "changed", "process", "host", "finished", "status", "number"):
            batch.drop_column(name)
    op.drop_index(op.f("ix_target_segment_id"), "target")
    for name in _ONLY_SQLITE if op.get_bind().dialect.name == "sqlite" else ():
        op.drop_index(name, "target")
    op.drop_index(op.f("ix_issue_document"), "issue")
    with op.batch_alter_table("document") as batch:
        batch.drop_index(op.f("ix_document_region"))
        batch.drop_index(op.f("ix_document_sha256"))
        batch.drop_index(op.f("ix_document_region_code"))
        batch.drop_column("parser_version")
    op.drop_table("source")
