"""what lists of documents are told from without reading their texts"""

from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_LISTED = ["name", "title", "issuer", "region", "issue_date", "publish_date", "format", "period_start", "period_end", "draft", "id"]


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_document_listed", "document", _LISTED)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_document_listed", "document")
