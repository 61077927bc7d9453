"""Alembic's entry: run the migrations on the connection that Database hands over."""

from alembic import context

from bot.storage.database import TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES)
with context.begin_transaction():
    context.run_migrations()
