"""Settings from the environment, checked at start; the README lists each of them."""

import contextlib
import os
import re
import secrets
from collections.abc import Collection
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process
from yarl import URL

from bot.limits import ANY_PROXY, Networks
from bot.storage.database_url import SSL_MODES, engine_arguments

ROOT = Path(__file__).resolve().parent.parent

#: Out of 100, how alike an unknown variable and one of ours are where the first is a slip: two
#: letters in twelve. Names this short are others' too often (HOME, PORTS).
_SLIP, _SHORT = 84, 6


class WrongSettingError(Exception):
    """A variable has a value that can't be used; the message, in French, names it."""


class Settings(BaseSettings):
    """One field a variable of the same name in capitals; empty values count as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    # Its path is what links and routes begin with: no escapes, no empty part, no « .. ».
    public_url: Annotated[
        str, Field(pattern=r"^(https://[^\s/?#]+(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/*)?$")
    ] = ""
    data_dir: Path = ROOT / "data"
    knowledge_dir: Path = ROOT / "knowledge"
    database_url: str = ""
    telegram_bot_token: SecretStr | None = None
    telegram_api_base_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] = (
        "https://api.telegram.org"
    )
    telegram_mode: Literal["polling", "webhook"] | None = None
    #: One key signs webhooks and pseudonyms: short ones are guessed.
    secret_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    telegram_max_rate: Annotated[int, Field(ge=0)] = 30
    trusted_proxies: Annotated[Networks, NoDecode] = ()
    metrics_token: SecretStr | None = None
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    retention_days: Annotated[int, Field(ge=0, le=3650)] = 30
    embed_origins: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("database_url")
    @classmethod
    def _usable_address(cls, value: str) -> str:
        if value:
            engine_arguments(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _without_final_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        return ",".join(map(_origin, filter(None, map(str.strip, value.split(",")))))

    @model_validator(mode="after")
    def _telegram_comes(self) -> Self:
        """Telegram itself, not a server of one's own, brings updates to four ports alone."""
        port = URL(self.public_url).port if self.public_url else None
        its_own = URL(self.telegram_api_base_url).host == TELEGRAM_HOST
        if self.telegram_bot_token and self.by_webhook and its_own and port not in TELEGRAM_PORTS:
            raise ValueError(_PORTS)
        return self

    @field_validator("telegram_mode")
    @classmethod
    def _reachable(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "webhook" and not info.data.get("public_url"):
            raise ValueError
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = (one.strip() for one in value.split(",") if one.strip())
        return tuple(one if one == ANY_PROXY else ip_network(one) for one in names)

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(int(one) for one in value.split(",") if one.strip())

    @field_validator("log_format", mode="before")
    @classmethod
    def _small(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            number, colon, secret = value.get_secret_value().partition(":")
            if not (number.isdigit() and colon and secret):
                raise ValueError
        return value

    @property
    def database(self) -> str:
        """DATABASE_URL, or an SQLite file in DATA_DIR."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'galibot.sqlite3'}"

    @property
    def address(self) -> str:
        """PUBLIC_URL, or where it listens."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def embed(self) -> tuple[str, ...]:
        """EMBED_ORIGINS, as browsers write origins."""
        return tuple(filter(None, self.embed_origins.split(",")))

    @property
    def by_webhook(self) -> bool:
        """Whether Telegram brings its updates to PUBLIC_URL, rather than that we fetch them."""
        if self.telegram_mode is None:
            return bool(self.public_url)
        return self.telegram_mode == "webhook"


def _origin(address: str) -> str:
    """The origin of a site, its name in ASCII. Raises ValueError where it is more or less."""
    url = URL(address)
    origin = str(url.origin())
    loopback = url.host == "localhost" or (url.host or "").startswith("127.")
    right = re.fullmatch(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?", origin)
    if not right or str(url).rstrip("/") != origin or (url.scheme == "http" and not loopback):
        raise ValueError
    return origin


#: Where Telegram brings updates to: the ports that its documentation of setWebhook names.
TELEGRAM_HOST, TELEGRAM_PORTS = "api.telegram.org", (443, 80, 88, 8443)
_PORTS = (
    "La variable PUBLIC_URL n’est pas correcte : Telegram n’apporte ses messages qu’aux ports 443, "
    "80, 88 et 8443. Changez-en, ou choisissez TELEGRAM_MODE=polling."
)

_EXPECTED = {
    "port": "un nombre entre 0 et 65535",
    "public_url": "l’adresse https du service, comme https://galibot.example.org ou "
    "https://www.example.org/galibot",
    "database_url": (
        "une adresse postgresql://, postgres:// ou sqlite+aiosqlite://, où @ et / d’un mot de "
        "passe s’écrivent %40 et %2F ; "
        f"sslmode y vaut {', '.join(SSL_MODES[:-1])} ou {SSL_MODES[-1]}, "
        "et les certificats qu’elle nomme peuvent être lus"
    ),
    "telegram_bot_token": "le jeton donné par @BotFather, comme 123456:ABC-DEF",
    "telegram_api_base_url": "une adresse http(s), sans /bot",
    "telegram_mode": "polling, ou webhook si PUBLIC_URL est définie",
    "telegram_max_rate": "un nombre de messages par seconde, ou 0 pour aucune limite",
    "secret_key": "32 caractères au moins, tirés au hasard",
    "trusted_proxies": "des adresses IP ou des réseaux (10.0.0.0/8) séparés par des virgules, ou *",
    "admin_ids": "des numéros de Telegram séparés par des virgules, comme 123456,234567",
    "retention_days": "un nombre de jours, ou 0 pour ne rien garder",
    "embed_origins": "les adresses de sites, séparées par des virgules, comme "
    "https://www.ville.example.fr, sans dossier ; http seulement sur cet ordinateur",
    "log_level": "DEBUG, INFO, WARNING ou ERROR",
    "log_format": "text ou json",
}


def load_settings() -> Settings:
    """The settings of the environment. Raises WrongSettingError, which repeats no secret."""
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({str(detail["loc"][0]) for detail in error.errors() if detail["loc"]})
        if not names:
            raise WrongSettingError(_PORTS) from None
        raise WrongSettingError(
            "\n".join(
                f"La variable {name.upper()} n’est pas correcte : il faut "
                f"{_EXPECTED.get(name, 'une autre valeur')}."
                for name in names
            )
        ) from None


def slips(names: Collection[str]) -> dict[str, str]:
    """The variables that are none of ours but look like one: {as it was written: as it is ours}.

    What a host sets for itself stays far from our names: `HOSTNAME`, `POSTGRESQL_ADDON_URI`.
    """
    ours = [field.upper() for field in Settings.model_fields]
    known = set(ours)
    found: dict[str, str] = {}
    for name in sorted(names):
        if len(name) > _SHORT and name.upper() not in known:
            near = process.extractOne(name.upper(), ours, scorer=fuzz.ratio, score_cutoff=_SLIP)
            if near:
                found[name] = near[0]
    return found


def secret_key(settings: Settings) -> bytes:
    """SECRET_KEY; where it is unset, one made at random and kept in DATA_DIR for its owner only."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    kept = settings.data_dir / "secret-key"
    if not kept.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        # Linked under its name once it is whole: of two processes that start together, one wins.
        with NamedTemporaryFile("w", dir=settings.data_dir) as new:  # its mode is 0600
            new.write(secrets.token_hex(32))
            new.flush()
            with contextlib.suppress(FileExistsError):
                os.link(new.name, kept)
    return kept.read_bytes()
