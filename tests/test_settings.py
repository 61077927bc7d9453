"""A wrong value stops the start with a French message that names the variable, not the secret."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.settings import Settings, WrongSettingError, load_settings, secret_key, slips


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_is_required() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.telegram_bot_token is None
    assert settings.telegram_max_rate == 30
    assert settings.database.startswith("sqlite+aiosqlite:///")


def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    assert load_settings().port == 8080
    assert load_settings().telegram_bot_token is None


def test_sites_are_origins_as_browsers_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().embed == ()
    given = " https://Www.Ville.example.fr/ ,https://hénin.example:8443,, http://127.0.0.1:8000"
    monkeypatch.setenv("EMBED_ORIGINS", given)
    assert load_settings().embed == (
        "https://www.ville.example.fr",
        "https://xn--hnin-bpa.example:8443",
        "http://127.0.0.1:8000",
    )


def test_the_database_follows_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/ailleurs")
    assert load_settings().database == "sqlite+aiosqlite:////ailleurs/galibot.sqlite3"
    assert load_settings().data_dir == Path("/ailleurs")


@pytest.mark.parametrize(
    "address",
    [
        "sqlite+aiosqlite:////ailleurs/base.sqlite3",
        "postgresql+asyncpg://u:p@h/b",
        "postgresql://u:p@h/b?sslmode=prefer",
        "postgres://u:p@h:5432/b?sslmode=require&channel_binding=require",
        "postgres://u:p%40@[::1]:5432/b",
    ],
)
def test_a_database_is_named_as_hosts_do(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert load_settings().database == address


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("DATABASE_URL", "hunter2"),
        ("DATABASE_URL", "mysql://u:hunter2@h/b"),
        ("DATABASE_URL", "jdbc:postgresql://h/b?user=u&password=hunter2"),
        ("DATABASE_URL", "host=h user=u password=hunter2"),
        ("DATABASE_URL", "postgres://u:hunter@2@h/b"),  # an @ that is not escaped
        ("DATABASE_URL", "postgres:/u:hunter2@h/b"),
        ("DATABASE_URL", "postgres://u:p@h:hunter2/b"),
        ("DATABASE_URL", "postgres://u:hunter2@h:99999/b"),
        ("DATABASE_URL", "postgres://u:p@h/b?sslmode=hunter2"),
        ("DATABASE_URL", "postgresql+asyncpg://u:hunter2@h/b?ssl=yes"),
        ("DATABASE_URL", "postgres://u:p@h/b?sslmode=verify-full&sslrootcert=/absent/hunter2"),
        ("TELEGRAM_BOT_TOKEN", "hunter2"),
        ("TELEGRAM_API_BASE_URL", "hunter2"),
        ("TELEGRAM_MAX_RATE", "-1"),
        ("TELEGRAM_MAX_RATE", "hunter2"),
        ("LOG_LEVEL", "BAVARD"),
        ("LOG_FORMAT", "xml"),
        ("SECRET_KEY", "hunter2"),
        ("TRUSTED_PROXIES", "hunter2"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("PUBLIC_URL", "http://galibot.example.org"),
        ("PUBLIC_URL", "galibot.example.org"),
        ("PUBLIC_URL", "https://galibot.example.org/?hunter2"),
        ("PUBLIC_URL", "https://galibot.example.org//hunter2"),
        ("PUBLIC_URL", "https://galibot.example.org/{hunter2}"),
        ("PUBLIC_URL", "https://galibot.example.org/../hunter2"),
        ("TELEGRAM_MODE", "pigeon"),
        ("EMBED_ORIGINS", "hunter2"),
        ("EMBED_ORIGINS", "http://www.hunter2.example.fr"),  # http beyond this machine
        ("EMBED_ORIGINS", "https://www.example.fr/hunter2"),
        ("EMBED_ORIGINS", "https://www.example.fr?hunter2"),
        ("EMBED_ORIGINS", "https://u:hunter2@www.example.fr"),
        ("EMBED_ORIGINS", "https://*.hunter2.fr"),
        ("EMBED_ORIGINS", "https://hunter2.fr; script-src *"),
        ("EMBED_ORIGINS", "https://www.example.fr, hunter2"),
        ("EMBED_ORIGINS", "ftp://hunter2.fr"),
        ("EMBED_ORIGINS", "http://localhost.hunter2.fr"),
        ("TELEGRAM_MODE", "webhook"),  # without PUBLIC_URL
    ],
)
def test_a_wrong_value_is_named_in_french(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettingError) as refused:
        load_settings()
    assert f"La variable {name}" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "mode", "right"),
    [
        ("https://galibot.example.fr", None, True),
        ("https://galibot.example.fr:8443", None, True),
        ("https://galibot.example.fr:8123", None, False),
        ("https://galibot.example.fr:8123", "polling", True),
    ],
)
def test_a_port_that_telegram_never_takes_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, mode: str | None, right: bool
) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:ABC-DEF")
    if mode:
        monkeypatch.setenv("TELEGRAM_MODE", mode)
    with contextlib.nullcontext() if right else pytest.raises(WrongSettingError, match="8443"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("PORT", None),
        ("port", None),
        ("HOSTNAME", None),
        ("SECRET_KEY_BASE", None),
        ("POSTGRESQL_ADDON_URI", None),
        ("SCALINGO_POSTGRESQL_URL", None),
    ],
)
def test_a_slip_in_a_name_is_told(name: str, meant: str | None) -> None:
    assert slips({name: ""}) == ({name: meant} if meant else {})


def test_proxies_are_addresses_or_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "192.0.2.1, 10.0.0.0/8,*")
    assert [str(one) for one in load_settings().trusted_proxies] == [
        "192.0.2.1/32",
        "10.0.0.0/8",
        "*",
    ]


def test_editors_are_numbers_and_questions_are_kept_a_month(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().admin_ids == ()
    assert load_settings().retention_days == 30
    monkeypatch.setenv("ADMIN_IDS", "12, 5000000001,")
    monkeypatch.setenv("RETENTION_DAYS", "0")
    assert load_settings().admin_ids == (12, 5_000_000_001)
    assert load_settings().retention_days == 0
    monkeypatch.setenv("ADMIN_IDS", "odette")
    monkeypatch.setenv("RETENTION_DAYS", "-1")
    with pytest.raises(WrongSettingError) as wrong:
        load_settings()
    assert "ADMIN_IDS" in str(wrong.value)
    assert "RETENTION_DAYS" in str(wrong.value)
    assert "odette" not in str(wrong.value)


def test_the_log_level_may_be_typed_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert load_settings().log_level == "DEBUG"


@pytest.mark.parametrize(
    ("address", "mode", "by_webhook"),
    [
        ("", "", False),
        ("", "polling", False),
        ("https://galibot.example.org", "", True),
        ("https://galibot.example.org/", "webhook", True),
        ("https://galibot.example.org", "polling", False),
        ("https://ville.example.fr/services/galibot//", "", True),
    ],
)
def test_telegram_comes_to_us_where_it_can(
    monkeypatch: pytest.MonkeyPatch, address: str, mode: str, by_webhook: bool
) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)
    monkeypatch.setenv("TELEGRAM_MODE", mode)
    assert load_settings().by_webhook is by_webhook
    assert load_settings().public_url == address.rstrip("/")


def test_a_key_is_made_once_and_for_its_owner_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    with ThreadPoolExecutor() as several:
        keys = set(several.map(secret_key, 8 * [load_settings()]))
    assert keys == {secret_key(load_settings())}
    assert len(keys.pop()) == 64
    (kept,) = (tmp_path / "data").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SECRET_KEY", 5 * "hunter2")
    assert secret_key(load_settings()) == 5 * b"hunter2"
    assert "hunter2" not in repr(load_settings())
