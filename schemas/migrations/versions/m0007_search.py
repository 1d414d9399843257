"""the index of the search: passages of documents, and the pairs of characters that stand in each; `zhibiao db upgrade` fills it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# ascii: every character beyond ASCII is part of a word; the index holds no text (`content`), no lengths and no positions
_FTS = """CREATE VIRTUAL TABLE passage_index USING fts5(
    grams, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '@.%/-+<>=~#&*'")"""


def upgrade() -> None:
    op.create_table(
        "passage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
    )
    op.create_index(op.f("ix_passage_document_id"), "passage", ["document_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_FTS)
    else:
        op.create_table(
            "passage_index",
            sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("grams", sa.ARRAY(sa.Text()), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_passage_index")),
        )
        op.create_index(op.f("ix_passage_index_grams"), "passage_index", ["grams"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("passage_index")
    op.drop_table("passage")
