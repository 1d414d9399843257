"""what comparing needs: the standard that a plan follows, acts of targets, seats and members of bodies, what indicators are counted of"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ADDED: dict[str, dict[str, sa.types.TypeEngine[str]]] = {
    "document": {"follows": sa.String(64), "follows_reason": sa.Text()},
    "target": {"act": sa.Text()},
    "body": {"seat_code": sa.String(6), "members": sa.String(24), "reason": sa.Text()},
    "indicator": {"dimension": sa.Text(), "statistic": sa.String(16), "denominator": sa.Text()},
}


def upgrade() -> None:
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.add_column(sa.Column(name, kind))
    with op.batch_alter_table("document") as batch:
        batch.drop_column("plan")


def downgrade() -> None:
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("plan", sa.Text()))
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
