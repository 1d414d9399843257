"""what comparing needs: the standard that a plan follows, seats and members of bodies, what an indicator's name leaves unsaid"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ADDED = {
    "document": (sa.Column("follows", sa.String(64)), sa.Column("follows_reason", sa.Text())),
    "body": (sa.Column("seat_code", sa.String(6)), sa.Column("members", sa.String(24)), sa.Column("reason", sa.Text())),
    "indicator": (sa.Column("dimension", sa.Text()), sa.Column("statistic", sa.String(16)), sa.Column("denominator", sa.Text())),
}


def upgrade() -> None:
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.add_column(column.copy())
    with op.batch_alter_table("document") as batch:
        batch.drop_column("plan")


def downgrade() -> None:
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("plan", sa.Text()))
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column.name)
