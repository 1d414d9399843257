"""targets say who read them, and the ledger what the second reader proposes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("target") as table:
        table.add_column(sa.Column("readers", sa.String(8), nullable=False, server_default="unread"))
        table.add_column(sa.Column("second", sa.Text(), nullable=True))
    with op.batch_alter_table("coverage") as table:
        table.add_column(sa.Column("proposals", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("coverage") as table:
        table.drop_column("proposals")
    with op.batch_alter_table("target") as table:
        table.drop_column("second")
        table.drop_column("readers")
