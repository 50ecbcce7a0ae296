"""The settings: which there are, what they default to, and how the environment and `.env` become one frozen value.

`SETTINGS` is the one table of names, defaults and meanings; `docs/operations.md` is held to it by a test. Only `app`
and `cli` know this module. What a value must look like is in `readings.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import get_args

from recado import readings
from recado.readings import Algorithm, Form, Level, MailServer, SettingsError, Signup

__all__ = ["SETTINGS", "Setting", "Settings", "SettingsError", "load"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table: `default` is read when nothing is given; `otherwise` says in words what then happens."""

    name: str
    default: str
    meaning: str
    otherwise: str = ""

    @property
    def shown(self) -> str:
        """The default as the documents show it."""
        return self.default or self.otherwise


SETTINGS = (
    Setting("HOST", "127.0.0.1", "Address it listens on; `0.0.0.0` for every network of this machine."),
    Setting("PORT", "8080", "Port it listens on; `0` takes a free one."),
    Setting("RECADO_OPS_PORT", "", "Port of `/metrics`, on the same address; keep it away from strangers.", "off"),
    Setting("RECADO_LOG_LEVEL", "info", "What is logged: `debug` (every request too), `info`, `warning` or `error`."),
    Setting("RECADO_LOG_FORM", "json", "How a line of the log is written: `json` or `logfmt`."),
    Setting("RECADO_DATA", "./data", "Folder of the SQLite file and the generated keys."),
    Setting("RECADO_PUBLIC_URL", "", "The address people use, when it is a name: `https://todo.example`.", "none"),
    Setting(
        "RECADO_TRUSTED_PROXIES", "", "Addresses or networks whose forwarded headers count, comma-separated.", "none"
    ),
    Setting("DATABASE_URL", "", "`postgresql://…` for PostgreSQL.", "the SQLite file in `RECADO_DATA`"),
    Setting(
        "REDIS_DSN",
        "",
        "`host:port`, `redis://…` or `rediss://…` (TLS) with an optional password; several nodes of a cluster, "
        "comma-separated.",
        "none",
    ),
    Setting("ACCESS_SECRET", "", "Signs access tokens; 32 bytes at least.", "generated, kept in `RECADO_DATA`"),
    Setting(
        "REFRESH_SECRET",
        "",
        "Signs refresh tokens; 32 bytes at least, another one.",
        "generated, kept in `RECADO_DATA`",
    ),
    Setting("ACCESS_SECRET_PREVIOUS", "", "The `ACCESS_SECRET` before this one; still verifies.", "none"),
    Setting("REFRESH_SECRET_PREVIOUS", "", "The `REFRESH_SECRET` before this one; still verifies.", "none"),
    Setting(
        "RECADO_ACCESS_ALG",
        "HS256",
        "Signs access tokens: `HS256`, or `ES256`, which other services verify by `/.well-known/jwks.json`.",
    ),
    Setting("RECADO_ACCESS_TTL", "15m", "How long an access token lives."),
    Setting("RECADO_REFRESH_TTL", "7d", "How long a session lives without a refresh."),
    Setting("RECADO_SESSION_TTL", "30d", "How long a session lives at most."),
    Setting(
        "RECADO_REFRESH_GRACE", "10s", "How long a spent refresh token may be sent again and gets the same answer."
    ),
    Setting(
        "RECADO_SIGNUP",
        "",
        "Who may sign up: `open`, `invite` (needs a code from `recado user invite`) or `closed`.",
        "`open` on a loopback address without a proxy, else `invite`",
    ),
    Setting("RECADO_PASSWORD_MIN", "15", "Characters of a password; 10 to 14 pass too when they are hard to guess."),
    Setting("NEXMO_API_KEY", "", "Vonage API key.", "none: text messages are written to the log"),
    Setting("NEXMO_API_SECRET", "", "Vonage API secret.", "none: text messages are written to the log"),
    Setting("VONAGE_URL", "https://api.nexmo.com", "Base of Vonage's Messages API."),
    Setting("VONAGE_FROM", "", "Number or name that sends; needed with Vonage credentials.", "none"),
    Setting(
        "VONAGE_SIGNATURE_SECRET",
        "",
        "Vonage's signature secret, by which its callbacks are judged; or the current and the previous one, "
        "comma-separated.",
        "none: receipts and replies are not taken",
    ),
    Setting(
        "VONAGE_APPLICATION_ID",
        "",
        "The application whose callbacks are taken; without it, any of the account's.",
        "none",
    ),
    Setting(
        "RECADO_SMS_COUNTRIES",
        "",
        "Countries that are texted, such as `BR,PT,GB`, or `any`; needed where strangers may sign up.",
        "`any`",
    ),
    Setting("RECADO_SMS_PER_DAY", "1000", "Texts of one day (UTC) in all; 100 of them for one person."),
    Setting(
        "SMTP_URL", "", "Mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…`.", "none: no e-mail"
    ),
    Setting("RECADO_MAIL_FROM", "", "Address that e-mail comes from; needed with `SMTP_URL`.", "none"),
    Setting("NTFY_URL", "", "ntfy server: `https://ntfy.sh`, or `https://:token@host`.", "none: no pushes"),
    Setting(
        "RECADO_CLIENTS",
        "",
        "Services that may ask about tokens, end their sessions and follow what ended: `id:secret`, comma-separated.",
        "none",
    ),
    Setting("RECADO_WORKERS", "1", "Server processes on this machine."),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, read and checked. Lifetimes are in seconds. What may hold a secret stays out of `repr`."""

    host: str
    port: int
    data: Path
    """Absolute."""
    public_url: str | None
    """Scheme and host in lower case, without a trailing slash."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    database_url: str = field(repr=False)
    """`sqlite:///` and a path, or `postgresql://…`."""
    redis_urls: tuple[str, ...] = field(repr=False)
    """A `redis://` or `rediss://` URL for each node; empty without Redis."""
    access_secret: bytes | None = field(repr=False)
    """None until `keyfile.with_keys` fills in the generated one."""
    refresh_secret: bytes | None = field(repr=False)
    access_secret_previous: bytes | None = field(repr=False)
    refresh_secret_previous: bytes | None = field(repr=False)
    access_alg: Algorithm
    access_ttl: int
    refresh_ttl: int
    session_ttl: int
    refresh_grace: int
    signup: Signup
    password_min: int
    nexmo_api_key: str | None = field(repr=False)
    """None means the console channel."""
    nexmo_api_secret: str | None = field(repr=False)
    vonage_url: str
    vonage_from: str | None
    sms_countries: tuple[str, ...] | None
    """None is every country."""
    sms_per_day: int
    mail_server: MailServer | None = field(repr=False)
    """None means no e-mail."""
    mail_from: str | None
    ntfy_url: str | None = field(repr=False)
    """None means no pushes."""
    ops_port: int | None
    """None means no metrics."""
    vonage_signature_secrets: tuple[bytes, ...] = field(repr=False)
    """Empty means that callbacks are not taken."""
    vonage_application_id: str | None
    clients: tuple[tuple[str, str], ...] = field(repr=False)
    """Id and secret of each service."""
    workers: int
    log_level: Level
    log_form: Form
    given: frozenset[str]
    """Which of `ACCESS_SECRET` and `REFRESH_SECRET` were given; the others are generated."""

    @property
    def embedded(self) -> bool:
        """Whether the truth is a SQLite file."""
        return self.database_url.startswith("sqlite:")

    @property
    def secrets(self) -> list[str | bytes]:
        """What no log may hold: keys, passwords of stores and channels."""
        addresses = [self.database_url, *self.redis_urls, self.ntfy_url or ""]
        passwords = [self.mail_server.password if self.mail_server else None]
        passwords += [secret for url in addresses for secret in readings.passwords(url)]
        keys = [self.access_secret, self.refresh_secret, self.access_secret_previous, self.refresh_secret_previous]
        clients = [secret for _, secret in self.clients]
        found = [*keys, self.nexmo_api_secret, *self.vonage_signature_secrets, *clients, *passwords]
        return [secret for secret in found if secret]


def load(environ: Mapping[str, str] | None = None, dotenv_path: Path | None = Path(".env")) -> Settings:
    """Read the settings from `environ` (`os.environ`) and the `.env` file, if there is one; the environment wins.

    Reads only: nothing is created and nothing is looked up. Raises `SettingsError`, whose one sentence says which
    setting is wrong, why, and what to write instead.
    """
    given = _from_dotenv(dotenv_path) | dict(os.environ if environ is None else environ)
    values = {name: given.get(name, "").strip() or default for name, default in _DEFAULTS.items()}
    for name in ("ACCESS_SECRET", "REFRESH_SECRET"):
        if name in given and not values[name]:
            raise SettingsError(f"{name} is empty: remove it, and one is generated, or give at least 32 bytes.")
    settings = _read(values)
    _check_secrets(values)
    _check_vonage(settings)
    _check_countries(settings, values)
    if settings.mail_server and not settings.mail_from:
        raise SettingsError("RECADO_MAIL_FROM is missing: write the address e-mail comes from, such as me@example.org.")
    _check_callbacks(settings)
    return settings


def _read(values: Mapping[str, str]) -> Settings:
    data = Path(values["RECADO_DATA"]).expanduser().absolute()
    host = values["HOST"]
    return Settings(
        host=host,
        port=readings.whole("PORT", values["PORT"], 0, 65535),
        data=data,
        public_url=readings.public_url("RECADO_PUBLIC_URL", values["RECADO_PUBLIC_URL"]),
        trusted_proxies=readings.networks("RECADO_TRUSTED_PROXIES", values["RECADO_TRUSTED_PROXIES"]),
        database_url=readings.database_url("DATABASE_URL", values["DATABASE_URL"]) or f"sqlite:///{data}/recado.db",
        redis_urls=readings.redis_urls("REDIS_DSN", values["REDIS_DSN"]),
        access_secret=readings.secret("ACCESS_SECRET", values["ACCESS_SECRET"]),
        refresh_secret=readings.secret("REFRESH_SECRET", values["REFRESH_SECRET"]),
        access_secret_previous=readings.secret("ACCESS_SECRET_PREVIOUS", values["ACCESS_SECRET_PREVIOUS"]),
        refresh_secret_previous=readings.secret("REFRESH_SECRET_PREVIOUS", values["REFRESH_SECRET_PREVIOUS"]),
        access_alg=readings.algorithm("RECADO_ACCESS_ALG", values["RECADO_ACCESS_ALG"]),
        access_ttl=readings.duration("RECADO_ACCESS_TTL", values["RECADO_ACCESS_TTL"]),
        refresh_ttl=readings.duration("RECADO_REFRESH_TTL", values["RECADO_REFRESH_TTL"]),
        session_ttl=readings.duration("RECADO_SESSION_TTL", values["RECADO_SESSION_TTL"]),
        refresh_grace=readings.duration("RECADO_REFRESH_GRACE", values["RECADO_REFRESH_GRACE"], least=0),
        signup=readings.signup("RECADO_SIGNUP", values["RECADO_SIGNUP"], private=_is_private(host, values)),
        password_min=readings.whole("RECADO_PASSWORD_MIN", values["RECADO_PASSWORD_MIN"], 10, 128),
        nexmo_api_key=values["NEXMO_API_KEY"] or None,
        nexmo_api_secret=values["NEXMO_API_SECRET"] or None,
        vonage_url=readings.vonage_url("VONAGE_URL", values["VONAGE_URL"]),
        vonage_from=readings.sender("VONAGE_FROM", values["VONAGE_FROM"]),
        sms_countries=readings.countries("RECADO_SMS_COUNTRIES", values["RECADO_SMS_COUNTRIES"]),
        sms_per_day=readings.whole("RECADO_SMS_PER_DAY", values["RECADO_SMS_PER_DAY"], 1, 1_000_000),
        mail_server=readings.smtp_url("SMTP_URL", values["SMTP_URL"]),
        mail_from=readings.mail_from("RECADO_MAIL_FROM", values["RECADO_MAIL_FROM"]),
        ntfy_url=readings.ntfy_url("NTFY_URL", values["NTFY_URL"]),
        ops_port=readings.whole("RECADO_OPS_PORT", values["RECADO_OPS_PORT"], 0, 65535)
        if values["RECADO_OPS_PORT"]
        else None,
        vonage_signature_secrets=readings.signature_secrets(
            "VONAGE_SIGNATURE_SECRET", values["VONAGE_SIGNATURE_SECRET"]
        ),
        vonage_application_id=values["VONAGE_APPLICATION_ID"] or None,
        clients=readings.clients("RECADO_CLIENTS", values["RECADO_CLIENTS"]),
        workers=readings.whole("RECADO_WORKERS", values["RECADO_WORKERS"], 1, 256),
        log_level=readings.one_of("RECADO_LOG_LEVEL", values["RECADO_LOG_LEVEL"], get_args(Level)),
        log_form=readings.one_of("RECADO_LOG_FORM", values["RECADO_LOG_FORM"], get_args(Form)),
        given=frozenset(name for name in ("ACCESS_SECRET", "REFRESH_SECRET") if values[name]),
    )


def _is_private(host: str, values: Mapping[str, str]) -> bool:
    """Tell whether only this machine can ask: a loopback address, and no proxy in front of it."""
    behind_a_proxy = values["RECADO_PUBLIC_URL"] or values["RECADO_TRUSTED_PROXIES"]
    return readings.is_loopback(host) and not behind_a_proxy


def _check_secrets(values: Mapping[str, str]) -> None:
    """Access and refresh tokens never share a key, so one kind can never pass as the other (RFC 8725, 3.12)."""
    access = {name: values[name] for name in ("ACCESS_SECRET", "ACCESS_SECRET_PREVIOUS") if values[name]}
    for name in ("REFRESH_SECRET", "REFRESH_SECRET_PREVIOUS"):
        for other, secret in access.items():
            if values[name] == secret:
                raise SettingsError(
                    f"{name} is the same as {other}: give each its own, as from `openssl rand -base64 48`."
                )


def _check_vonage(settings: Settings) -> None:
    key, secret = settings.nexmo_api_key, settings.nexmo_api_secret
    if (key is None) != (secret is None):
        there, missing = ("NEXMO_API_SECRET", "NEXMO_API_KEY") if key is None else ("NEXMO_API_KEY", "NEXMO_API_SECRET")
        raise SettingsError(
            f"{missing} is missing although {there} is set: give both, or neither for the console channel."
        )
    if key is not None and settings.vonage_from is None:
        raise SettingsError(
            "VONAGE_FROM is missing: write the number or name of your Vonage account that sends, such as 14155550100."
        )


def _check_countries(settings: Settings, values: Mapping[str, str]) -> None:
    """Strangers who may sign up may also have codes sent to numbers that earn them money: the operator must choose."""
    strangers = settings.signup == "open" and not _is_private(settings.host, values)
    if settings.nexmo_api_key and strangers and not values["RECADO_SMS_COUNTRIES"]:
        raise SettingsError(
            "RECADO_SMS_COUNTRIES is missing although everybody may sign up: write the countries to text, "
            "such as BR,PT, or any."
        )


def _check_callbacks(settings: Settings) -> None:
    if settings.vonage_signature_secrets and settings.nexmo_api_key is None:
        raise SettingsError("NEXMO_API_KEY is missing although VONAGE_SIGNATURE_SECRET is set: give the account's key.")


def _from_dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415  (most starts have no such file, and it costs 20 ms)

    try:
        found = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8 text ({error}): mend it, or remove it.") from error
    return {name: value for name, value in found.items() if value is not None}
