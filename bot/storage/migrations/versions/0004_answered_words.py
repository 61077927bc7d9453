"""Which words of a message were answered: Telegram also calls edited what is not."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("telegram_updates", sa.Column("message", sa.BigInteger(), nullable=True))
    op.add_column("telegram_updates", sa.Column("words", sa.BigInteger(), nullable=True))
    op.create_index("ix_telegram_updates_message", "telegram_updates", ["message"])
