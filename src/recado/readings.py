"""How the text of each kind of setting is read; what is wrong is told in one sentence that names the setting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal, NamedTuple, TypeVar, get_args
from urllib.parse import SplitResult, unquote, urlsplit

Signup = Literal["open", "invite", "closed"]
Algorithm = Literal["HS256", "ES256"]
Level = Literal["debug", "info", "warning", "error"]
Form = Literal["json", "logfmt"]
W = TypeVar("W", bound=str)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_KNOWN_TO_EVERYBODY = (
    "jdnfksdmfksd",  # the tutorial's ACCESS_SECRET
    "mcmvmkmsdnfsdmfdsjf",  # the tutorial's REFRESH_SECRET
    "secret",
    "changeme",
    "your-256-bit-secret",  # the debugger at jwt.io
    "your-secret-key",
    "a-string-secret-at-least-256-bits-long",  # the same debugger, later
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI's tutorial
)


class SettingsError(Exception):
    """A setting is wrong. The message is one sentence: which, what is wrong, what to write instead."""


def whole(name: str, text: str, least: int, most: int) -> int:
    """Read a whole number from `least` to `most`."""
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(f"{name} is {text!r}: write a whole number from {least} to {most}.")
    return int(text)


def duration(name: str, text: str, least: int = 1) -> int:
    """Read a lifetime such as `2s`, `15m`, `12h` or `7d`; return seconds, from `least` to ten years."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else -1
    if not least <= seconds <= 3650 * 86400:
        raise SettingsError(f"{name} is {text!r}: write a number and s, m, h or d, such as 30s, 15m or 7d.")
    return seconds


def secret(name: str, text: str) -> bytes | None:
    """Read a signing key: at least 32 bytes (RFC 7518, 3.2), and none that everybody knows. Nothing of it is told."""
    if not text:
        return None
    advice = "write a random one, as from `openssl rand -base64 48`."
    if any(not text.casefold().replace(sample, "") for sample in _KNOWN_TO_EVERYBODY):
        raise SettingsError(f"{name} is a sample that everybody knows: {advice}")
    key = text.encode("utf-8", "surrogateescape")
    if len(key) < 32:
        raise SettingsError(f"{name} has {len(key)} bytes and needs 32 at least: {advice}")
    if len(set(key)) < 8:
        raise SettingsError(f"{name} repeats the same few characters: {advice}")
    return key


def algorithm(name: str, text: str) -> Algorithm:
    """Read what signs access tokens."""
    for alg in get_args(Algorithm):
        if text == alg:
            return alg
    raise SettingsError(f"{name} is {text!r}: write HS256, or ES256 for services that verify without the secret.")


def clients(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """Read `id:secret` pairs, separated by commas. An id may stand there twice, with two secrets. None is told."""
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    for client_id, _, secret_ in pairs:
        plain = re.fullmatch(r"[A-Za-z0-9._~-]{1,64}", client_id) and re.fullmatch(r"[A-Za-z0-9._~-]{32,256}", secret_)
        if not plain or len(set(secret_)) < 8:
            raise SettingsError(
                f"{name} holds a pair that cannot be used: write id:secret, both of letters, digits and -._~, "
                "the secret random and of 32 characters at least, as from `openssl rand -hex 32`."
            )
    return tuple((client_id, secret_) for client_id, _, secret_ in pairs)


def signup(name: str, text: str, *, private: bool) -> Signup:
    """Read who may sign up; without a word, everybody on a private service, else only with an invite."""
    if not text:
        return "open" if private else "invite"
    for mode in get_args(Signup):
        if text == mode:
            return mode
    raise SettingsError(f"{name} is {text!r}: write open, invite or closed.")


def one_of(name: str, text: str, words: Sequence[W]) -> W:
    """Read one of a few words."""
    for word in words:
        if text == word:
            return word
    raise SettingsError(f"{name} is {text!r}: write {', '.join(words[:-1])} or {words[-1]}.")


def passwords(url: str) -> list[str]:
    """Return the password in an address, as it stands there and as it is meant."""
    _, at, _ = url.rpartition("@")
    found = urlsplit(url).password if at else None
    return [found, unquote(found)] if found else []


def networks(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read addresses and networks, separated by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            f"{name} holds what is no address ({error}): write such as 127.0.0.1,10.0.0.0/8."
        ) from error


def public_url(name: str, text: str) -> str | None:
    """Read an origin: `http` or `https`, a host, and nothing behind it."""
    if not text:
        return None
    url = _split(text)
    if (
        url is None
        or url.scheme not in ("http", "https")
        or url.path not in ("", "/")
        or url.query
        or "@" in url.netloc
    ):
        raise SettingsError(f"{name} is {text!r}: write scheme and name only, such as https://todo.example.")
    return f"{url.scheme}://{url.netloc.lower()}"


def database_url(name: str, text: str) -> str | None:
    """Read where the database is. The text may hold a password, so an error does not repeat it."""
    if not text:
        return None
    scheme, colon, rest = text.partition("://")
    if colon and scheme in ("postgresql", "postgres"):
        return f"postgresql://{rest}"
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    raise SettingsError(
        f"{name} is neither PostgreSQL nor SQLite: write such as postgresql://user:password@host:5432/recado."
    )


def redis_urls(name: str, text: str) -> tuple[str, ...]:
    """Read one Redis or the nodes of a cluster. A bare `host:port` takes scheme and password of the first node."""
    nodes = [node.strip() for node in text.split(",") if node.strip()]
    if not nodes:
        return ()
    first = nodes[0] if "://" in nodes[0] else f"redis://{nodes[0]}"
    scheme, _, rest = first.partition("://")
    login = rest.rpartition("@")[0]
    prefix = f"{scheme}://{login}@" if login else f"{scheme}://"
    urls = tuple([first] + [node if "://" in node else prefix + node for node in nodes[1:]])
    for url in map(_split, urls):
        if url is None or url.scheme not in ("redis", "rediss"):
            raise SettingsError(
                f"{name} is no address of Redis: write host:6379, redis://:password@host:6379 or rediss://…."
            )
    return urls


def vonage_url(name: str, text: str) -> str:
    """Read the base of the Messages API: https, or http on this machine, since the credentials go along."""
    url = _split(text)
    if url is None or not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))):
        raise SettingsError(f"{name} is {text!r}: write an https address, such as https://api.nexmo.com.")
    return text.rstrip("/")


def sender(name: str, text: str) -> str | None:
    """Read who sends: a number of 7 to 15 digits, with or without `+`, or a name of up to 11 letters and digits."""
    if not text:
        return None
    if not re.fullmatch(r"\+?[0-9]{7,15}|[A-Za-z0-9 ]{1,11}", text):
        raise SettingsError(f"{name} is {text!r}: write a number such as 14155550100, or a name of up to 11 letters.")
    return text.removeprefix("+")


class MailServer(NamedTuple):
    """Where e-mail is handed over: TLS at once (`tls`), else STARTTLS; `plain` on this machine, without a sign-in."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    plain: bool


def smtp_url(name: str, text: str) -> MailServer | None:
    """Read a mail server, `smtp://` or `smtps://`. The text may hold a password, so an error does not repeat it."""
    if not text:
        return None
    url = _split(text)
    if url is None or url.scheme not in ("smtp", "smtps") or url.path not in ("", "/") or url.query or url.fragment:
        raise SettingsError(
            f"{name} is no mail server: write smtp://user:password@host:587, or smtps:// for TLS at once."
        )
    host, tls = url.hostname or "", url.scheme == "smtps"
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if bool(user) != bool(password):
        raise SettingsError(f"{name} has a user or a password and not both: write smtp://user:password@host:587.")
    return MailServer(
        host, url.port or (465 if tls else 587), user, password, tls, not tls and not user and is_loopback(host)
    )


def mail_from(name: str, text: str) -> str | None:
    """Read the one address that e-mail comes from."""
    if text and not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", text):
        raise SettingsError(f"{name} is {text!r}: write one address, such as recado@example.org.")
    return text or None


def ntfy_url(name: str, text: str) -> str | None:
    """Read the base of an ntfy server: https, or http on this machine. It may hold a token, which no error repeats."""
    if not text:
        return None
    url = _split(text)
    safe = url and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or "")))
    if url is None or not safe or url.query or url.fragment:
        raise SettingsError(f"{name} is no https address: write such as https://ntfy.sh, or https://:token@host.")
    return text.rstrip("/")


def countries(name: str, text: str) -> tuple[str, ...] | None:
    """Read two-letter countries, separated by commas; None for `any`, and for nothing."""
    if text.casefold() in ("", "any"):
        return None
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415  (30 ms for those who set it)

    found = tuple(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))
    unknown = [country for country in found if country not in SUPPORTED_REGIONS]
    if unknown or not found:
        wrong = f"{', '.join(unknown)} is no country" if unknown else "empty"
        raise SettingsError(f"{name} is wrong ({wrong}): write two-letter codes such as BR,PT,GB, or any.")
    return found


def signature_secrets(name: str, text: str) -> tuple[bytes, ...]:
    """Read one signature secret of Vonage's, or two: the current and the previous one. Nothing of them is told.

    Vonage recommends 32 characters and makes shorter ones too; what anybody could guess is refused.
    """
    secrets = [part.strip() for part in text.split(",") if part.strip()]
    if len(secrets) > 2:
        raise SettingsError(f"{name} holds more than two secrets: write the current and at most the previous one.")
    for secret_ in secrets:
        if len(secret_) < 16 or len(set(secret_)) < 5:
            raise SettingsError(
                f"{name} holds one that can be guessed: set one of 32 characters in Vonage's dashboard."
            )
    return tuple(part.encode("utf-8", "surrogateescape") for part in secrets)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult | None:
    """Return the parts of a URL that has a host and a sound port, else None."""
    try:
        url = urlsplit(text)
        return url if url.hostname and (url.port is None or url.port > 0) and not re.search(r"\s", text) else None
    except ValueError:
        return None
