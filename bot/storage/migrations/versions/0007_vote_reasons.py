"""Why an answer was of no use, where the voter says so."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("votes", sa.Column("reason", sa.String(16), nullable=True))
