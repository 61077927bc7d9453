"""Questions asked, masked, and those that editors ignore."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("entry", sa.String(32)),
    )
    op.create_index("ix_asked_day", "asked", ["day"])
    op.create_table("asked_ignored", sa.Column("text", sa.String(300), primary_key=True))
