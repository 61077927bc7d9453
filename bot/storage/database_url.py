"""DATABASE_URL, written as hosts write it, into what SQLAlchemy and asyncpg take."""

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

if TYPE_CHECKING:  # a fifth of a second, which only an address takes
    from sqlalchemy.engine import URL

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: Seconds to reach a server: asyncpg's own minute would hold up the start for as long.
CONNECT_SECONDS = 10
#: Seconds after which a server that has not answered a statement is given up: without, a connection
#: to a machine that died would hold its asker for ever.
STATEMENT_SECONDS = 60
#: Seconds that a write waits for another program to let go of an SQLite file: a backup, say.
HELD_SECONDS = 30

_FILES = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
#: The parameters of libpq that asyncpg knows, in a DSN only. It would send any other to the
#: server (connect_timeout, channel_binding, those of other languages), which would refuse it.
_KNOWN = _FILES | {
    "sslmode", "sslpassword", "sslnegotiation",
    "ssl_min_protocol_version", "ssl_max_protocol_version",
    "user", "password", "dbname", "target_session_attrs", "application_name", "options",
}  # fmt: skip
#: What else hosts call those.
_MODES = {"true": "require", "no-verify": "require", "false": "disable"}
#: Several servers: « //user:password@one:5432,two:5432/name ».
_SEVERAL = re.compile(r"(\w[\w+]*://(?:[^/@]*@)?)([^/?@]+,[^/?@]+)(/[^?]*)?\??(.*)")


def engine_arguments(address: str) -> "tuple[URL, dict[str, Any]]":
    """SQLAlchemy's URL, and arguments for the driver.

    Raises ValueError where the address can't be used; its message may hold the password.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    if several := _SEVERAL.fullmatch(address):
        before, named, path, query = several.groups("")
        each = "&".join(f"host={one if ':' in one else one + ':5432'}" for one in named.split(","))
        address = f"{before}{path or '/'}?{each}&{query}".rstrip("&")
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ValueError(str(error)) from None
    if url.drivername == "sqlite+aiosqlite":
        return url, {"timeout": HELD_SECONDS}
    # The driver is ours, whichever is named.
    if url.drivername.partition("+")[0] not in {"postgres", "postgresql"}:
        raise ValueError(url.drivername)
    if url.port is not None and not 0 < url.port < 65536:
        raise ValueError(url.port)
    if "@" in (url.host or ""):  # of a password that is not escaped
        raise ValueError("@")
    arguments: dict[str, Any] = {
        "timeout": CONNECT_SECONDS,
        "command_timeout": STATEMENT_SECONDS,
        # A pooler may give each transaction another connection to the server, on which a prepared
        # statement with a name would be unknown. Without one it lives within its transaction.
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: "",
    }
    given = {name: values[-1] for name, values in url.normalized_query.items()}
    libpq = {name: value for name, value in given.items() if name in _KNOWN}
    if mode := given.get("sslmode") or given.get("ssl"):  # SQLAlchemy's documentation says ssl
        libpq["sslmode"] = _MODES.get(mode.lower(), mode.lower())
        if libpq["sslmode"] not in SSL_MODES:
            raise ValueError(mode)
    if libpq.get("sslrootcert") == "system":
        # libpq's word for the authorities that the system trusts; asyncpg's is True.
        arguments["ssl"] = True
        del libpq["sslrootcert"]
    for name in _FILES & libpq.keys():
        if not os.access(libpq[name], os.R_OK):
            raise ValueError(name)
    if libpq:
        arguments["dsn"] = f"postgresql://?{urlencode(libpq)}"
    hosts = {name: values for name, values in url.query.items() if name in {"host", "port"}}
    socket = unquote(url.host) if url.host else None
    return url.set(drivername="postgresql+asyncpg", host=socket, query=hosts), arguments
