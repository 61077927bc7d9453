"""The tables of a database: made at once where there are none, else migrated by Alembic.

Alembic takes a third of a second and 10 MB to load, for what a start hardly ever needs.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Alembic's own table, as it makes it.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
#: Whose tables there are.
_ROOMS = ("database", "asked", "editors", "revisions", "shelf")


def migrate(connection: sa.Connection, tables: sa.MetaData) -> None:
    """Bring the tables up to date, in this transaction; does nothing where they are."""
    if is_current(connection):
        return
    if sa.inspect(connection).get_table_names():
        upgrade(connection)
        return
    for room in _ROOMS:
        import_module(f"bot.storage.{room}")
    tables.create_all(connection)
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION).values(version_num=head()))


def upgrade(connection: sa.Connection) -> None:
    """Run the migrations that this database has not seen."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_current(connection: sa.Connection) -> bool:
    """Whether the tables are those of the last migration."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return False
    return connection.scalar(sa.select(_VERSION.c.version_num)) == head()


@cache
def head() -> str:
    """The last migration that ships, by its number: the program does not change as it runs."""
    return max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
