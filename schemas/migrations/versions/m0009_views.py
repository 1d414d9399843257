"""views for BI tools, and indexes for lists by deadline and confidence; the views themselves are made at the end of every migration (env.py)"""

from alembic import op

from schemas import views

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_target_deadline_end", "target", ["deadline_end", "id"])
    op.create_index("ix_target_confidence", "target", ["confidence", "id"])


def downgrade() -> None:
    views.drop(op.get_bind())
    op.drop_index("ix_target_confidence", "target")
    op.drop_index("ix_target_deadline_end", "target")
