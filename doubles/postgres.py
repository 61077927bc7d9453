"""A PostgreSQL of one's own, made from the server's programs, for tests and benchmarks."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from doubles.service import free_port


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that runs: its port on 127.0.0.1, and its folder."""

    port: int
    data: Path

    @property
    def address(self) -> str:
        """Where SQLAlchemy finds it, where it trusts everyone."""
        return f"postgresql+asyncpg://galibot@127.0.0.1:{self.port}/postgres"

    def control(self, *options: str) -> None:
        """Run pg_ctl: `start`, `-m fast stop`…"""
        folder = self.data.parent
        # Its log has a file: the server would hold on to whatever pg_ctl writes to.
        told = ["-D", str(self.data), "-l", str(folder / "log"), "-w"]
        _run(folder, _program("pg_ctl"), *told, *options)


def installed() -> bool:
    """Whether the server's programs are there."""
    return bool(_program("pg_ctl"))


@contextlib.contextmanager
def postgres_server(password: str | None = None, *, durable: bool = False) -> Iterator[Server]:
    """An empty PostgreSQL, removed afterwards. Durable: a commit waits for the disk.

    It has no TLS and trusts everyone; with a password it asks for both, with a certificate for
    localhost that it signed itself.
    """
    # A folder of its own: pytest clears its old ones, even under a server that still runs.
    folder = Path(tempfile.mkdtemp(prefix="galibot-postgres-"))
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    initdb = [_program("initdb"), "-D", str(data), "-U", "galibot", "-E", "UTF8"]
    if password is None:
        _run(folder, *initdb, "-A", "trust")
    else:
        (folder / "password").write_text(password, "utf-8")
        _run(folder, *initdb, "-A", "scram-sha-256", "--pwfile", str(folder / "password"))
        (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("ssl = on\n")
        _run(
            folder,
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-keyout", str(data / "server.key"), "-out", str(data / "server.crt"),
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        )  # fmt: skip
    server = Server(free_port(), data)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"port = {server.port}\nlisten_addresses = '127.0.0.1'\n")
        settings.write(f"unix_socket_directories = '{folder}'\n")
        settings.write(f"fsync = {'on' if durable else 'off'}\n")
    server.control("start")
    try:
        yield server
    finally:
        server.control("-m", "immediate", "stop")
        shutil.rmtree(folder)


async def create_database(server: str, name: str) -> None:
    """An empty database on the server at this address."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await engine.dispose()


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or ""


def _run(folder: Path, *command: str) -> None:
    # PostgreSQL refuses to run as root: Debian's package made it a user of its own.
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=folder)
