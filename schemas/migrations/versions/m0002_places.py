"""evidence names the file of an archive, and the sheet and cell of a workbook"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evidence") as table:
        for name in ("file", "sheet", "cell"):
            table.add_column(sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("evidence") as table:
        for name in ("cell", "sheet", "file"):
            table.drop_column(name)
