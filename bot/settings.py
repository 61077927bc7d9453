"""Settings from the environment, checked at start; the README lists each of them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class WrongSettingError(Exception):
    """A variable has a value that can't be used; the message, in French, names it."""


class Settings(BaseSettings):
    """One field a variable of the same name in capitals; empty values count as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    data_dir: Path = ROOT / "data"
    knowledge_dir: Path = ROOT / "knowledge"
    database_url: str = ""
    telegram_bot_token: SecretStr | None = None
    telegram_api_base_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] = (
        "https://api.telegram.org"
    )
    telegram_max_rate: Annotated[int, Field(ge=0)] = 30
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value and not value.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError
        return value

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
        """SQLAlchemy's URL: DATABASE_URL, or an SQLite file in DATA_DIR."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'galibot.sqlite3'}"


_EXPECTED = {
    "port": "un nombre entre 0 et 65535",
    "database_url": "une adresse sqlite+aiosqlite:// ou postgresql+asyncpg://",
    "telegram_bot_token": "le jeton donné par @BotFather, comme 123456:ABC-DEF",
    "telegram_api_base_url": "une adresse http(s), sans /bot",
    "telegram_max_rate": "un nombre de messages par seconde, ou 0 pour aucune limite",
    "log_level": "DEBUG, INFO, WARNING ou ERROR",
}


def load_settings() -> Settings:
    """The settings of the environment. Raises WrongSettingError, which repeats no secret."""
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({str(detail["loc"][0]) for detail in error.errors()})
        raise WrongSettingError(
            "\n".join(
                f"La variable {name.upper()} n’est pas correcte : il faut "
                f"{_EXPECTED.get(name, 'une autre valeur')}."
                for name in names
            )
        ) from None
