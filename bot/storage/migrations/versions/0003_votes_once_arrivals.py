"""A vote can be changed; arrivals by source and day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("votes", sa.Column("key", sa.String(32), nullable=True))
    op.create_index("ix_votes_key", "votes", ["key"], unique=True)
    op.create_table(
        "arrivals",
        sa.Column("source", sa.String(19), primary_key=True),
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
