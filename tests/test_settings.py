"""The settings: what is read, what is refused and in which words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest

from recado.keyfile import with_keys
from recado.settings import SETTINGS, Settings, SettingsError, load

ROOT = Path(__file__).parent.parent
GOOD, ANOTHER, THIRD = (
    "k" + "0123456789abcdef" * 2,
    "another-0123456789abcdef0123456789",
    "third-0123456789abcdef0123456789ab",
)


def read(**environ: str) -> Settings:
    return load(environ, dotenv_path=None)


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    return str(caught.value)


def test_without_any_setting_everything_has_its_default() -> None:
    settings = read()
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 1)
    assert settings.data == Path("data").absolute()
    assert settings.database_url == f"sqlite:///{Path('data').absolute()}/recado.db"
    assert settings.embedded
    assert settings.redis_urls == ()
    assert (settings.access_ttl, settings.refresh_ttl, settings.session_ttl) == (900, 7 * 86400, 30 * 86400)
    assert settings.refresh_grace == 10
    assert settings.signup == "open"
    assert settings.nexmo_api_key is None


def test_an_empty_value_means_the_default() -> None:
    assert read(PORT="", RECADO_PUBLIC_URL=" ", NEXMO_API_KEY="").port == 8080


def test_strangers_cannot_sign_up_where_the_network_can_reach() -> None:
    assert read(HOST="0.0.0.0").signup == "invite"
    assert read(HOST="::1").signup == "open"
    assert read(HOST="localhost").signup == "open"
    assert read(RECADO_PUBLIC_URL="https://todo.example").signup == "invite"
    assert read(RECADO_TRUSTED_PROXIES="127.0.0.1").signup == "invite"
    assert read(HOST="0.0.0.0", RECADO_SIGNUP="open").signup == "open"


@pytest.mark.parametrize(("text", "seconds"), [("2s", 2), ("15m", 900), ("12h", 43200), ("7d", 604800)])
def test_a_lifetime_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert read(RECADO_ACCESS_TTL=text).access_ttl == seconds


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "http", "whole number from 0 to 65535"),
        ("PORT", "65536", "whole number from 0 to 65535"),
        ("PORT", "-1", "whole number from 0 to 65535"),
        ("RECADO_WORKERS", "0", "whole number from 1 to 256"),
        ("RECADO_PASSWORD_MIN", "4", "whole number from 10 to 128"),
        ("RECADO_ACCESS_TTL", "15", "30s, 15m or 7d"),
        ("RECADO_ACCESS_TTL", "0s", "30s, 15m or 7d"),
        ("RECADO_REFRESH_TTL", "1 week", "30s, 15m or 7d"),
        ("RECADO_SESSION_TTL", "9999999d", "30s, 15m or 7d"),
        ("RECADO_SIGNUP", "everybody", "open, invite or closed"),
        ("RECADO_PUBLIC_URL", "todo.example", "https://todo.example"),
        ("RECADO_PUBLIC_URL", "https://todo.example/app", "https://todo.example"),
        ("RECADO_PUBLIC_URL", "https://ana@todo.example", "https://todo.example"),
        ("RECADO_PUBLIC_URL", "https://todo.example:port", "https://todo.example"),
        ("RECADO_TRUSTED_PROXIES", "10.0.0.0/8,proxy", "10.0.0.0/8"),
        ("DATABASE_URL", "mysql://root:hunter2@db/recado", "postgresql://user:password@host"),
        ("DATABASE_URL", "recado.db", "postgresql://user:password@host"),
        ("REDIS_DSN", "memcached://hunter2@cache:11211", "redis://:password@host:6379"),
        ("REDIS_DSN", "redis://cache:port", "redis://:password@host:6379"),
        ("VONAGE_URL", "http://api.nexmo.com", "https://api.nexmo.com"),
        ("VONAGE_FROM", "a name that is far too long", "14155550100"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it_and_says_what_to_write(name: str, value: str, advice: str) -> None:
    sentence = refusal(**{name: value})
    assert sentence.startswith(name)
    assert advice in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    "name", ["ACCESS_SECRET", "REFRESH_SECRET", "ACCESS_SECRET_PREVIOUS", "REFRESH_SECRET_PREVIOUS"]
)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("jdnfksdmfksd", "sample that everybody knows"),
        ("mcmvmkmsdnfsdmfdsjf", "sample that everybody knows"),
        ("mcmvmkmsdnfsdmfdsjf" * 2, "sample that everybody knows"),
        ("A-String-Secret-At-Least-256-Bits-Long", "sample that everybody knows"),
        ("x" * 31, "31 bytes"),
        ("abc" * 20, "repeats"),
    ],
)
def test_a_weak_secret_is_refused_and_never_repeated(name: str, value: str, reason: str) -> None:
    sentence = refusal(**{name: value})
    assert sentence.startswith(name)
    assert reason in sentence
    assert value not in sentence


def test_a_secret_that_is_set_to_nothing_is_refused_rather_than_generated() -> None:
    assert refusal(ACCESS_SECRET=" ").startswith("ACCESS_SECRET is empty")


def test_access_and_refresh_tokens_never_share_a_secret() -> None:
    assert "same as ACCESS_SECRET" in refusal(ACCESS_SECRET=GOOD, REFRESH_SECRET=GOOD)
    assert "same as ACCESS_SECRET" in refusal(ACCESS_SECRET=GOOD, REFRESH_SECRET=ANOTHER, REFRESH_SECRET_PREVIOUS=GOOD)


def test_secrets_of_32_bytes_and_their_predecessors_are_taken_as_they_are() -> None:
    settings = read(ACCESS_SECRET=GOOD, REFRESH_SECRET=ANOTHER, ACCESS_SECRET_PREVIOUS=THIRD)
    assert settings.access_secret == GOOD.encode()
    assert settings.refresh_secret == ANOTHER.encode()
    assert (settings.access_secret_previous, settings.refresh_secret_previous) == (THIRD.encode(), None)


def test_nothing_secret_is_in_the_representation() -> None:
    settings = read(
        ACCESS_SECRET=GOOD,
        REFRESH_SECRET=ANOTHER,
        ACCESS_SECRET_PREVIOUS=THIRD,
        DATABASE_URL="postgresql://ana:hunter2@db/recado",
        REDIS_DSN="redis://:hunter2@cache:6379",
        NEXMO_API_KEY="abcd1234",
        NEXMO_API_SECRET="hunter2",
        VONAGE_FROM="+14155550100",
    )
    shown = repr(settings)
    assert not re.search("hunter2|abcd1234|0123456789abcdef", shown)
    assert settings.vonage_from == "14155550100"


def test_vonage_credentials_come_in_pairs_and_with_a_sender() -> None:
    assert "NEXMO_API_SECRET is missing" in refusal(NEXMO_API_KEY="abcd1234")
    assert "NEXMO_API_KEY is missing" in refusal(NEXMO_API_SECRET="hunter2")
    assert "VONAGE_FROM is missing" in refusal(NEXMO_API_KEY="abcd1234", NEXMO_API_SECRET="hunter2")


def test_vonage_may_stand_in_on_this_machine_without_tls() -> None:
    assert read(VONAGE_URL="http://127.0.0.1:4010/").vonage_url == "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("cache:6379", ("redis://cache:6379",)),
        ("redis://:pw@cache:6379/2", ("redis://:pw@cache:6379/2",)),
        ("rediss://cache", ("rediss://cache",)),
        ("a:1, b:2,c:3", ("redis://a:1", "redis://b:2", "redis://c:3")),
        ("rediss://me:pw@a:1,b:2", ("rediss://me:pw@a:1", "rediss://me:pw@b:2")),
    ],
)
def test_redis_is_one_address_or_the_nodes_of_a_cluster(text: str, urls: tuple[str, ...]) -> None:
    assert read(REDIS_DSN=text).redis_urls == urls


def test_both_names_of_postgresql_are_understood() -> None:
    assert read(DATABASE_URL="postgres://ana@db/recado").database_url == "postgresql://ana@db/recado"
    assert not read(DATABASE_URL="postgresql://db/recado").embedded


def test_proxies_are_addresses_and_networks() -> None:
    proxies = read(RECADO_TRUSTED_PROXIES="127.0.0.1, fd00::/8").trusted_proxies
    assert proxies == (ip_network("127.0.0.1"), ip_network("fd00::/8"))


def test_the_public_address_is_kept_as_an_origin() -> None:
    assert read(RECADO_PUBLIC_URL="https://Todo.Example/").public_url == "https://todo.example"


def test_the_environment_wins_over_the_dotenv_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"PORT=9000\nexport HOST='::1'\nACCESS_SECRET={GOOD}${{HOME}} # a comment\n", "utf-8-sig")
    settings = load({"HOST": "127.0.0.1"}, dotenv)
    assert (settings.host, settings.port) == ("127.0.0.1", 9000)
    assert settings.access_secret == f"{GOOD}${{HOME}}".encode()


def test_a_dotenv_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load({}, dotenv)


def test_keys_are_generated_once_for_their_owner_only(tmp_path: Path) -> None:
    settings = read(RECADO_DATA=str(tmp_path / "data"))
    first = with_keys(settings)
    assert first == with_keys(settings)
    assert first.access_secret != first.refresh_secret
    assert len(first.access_secret or b"") >= 32
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {
        "access.key": 0o600,
        "refresh.key": 0o600,
    }


def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    settings = read(RECADO_DATA=str(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        keys = {made.access_secret for made in pool.map(with_keys, [settings] * 64)}
    assert len(keys) == 1


def test_a_generated_key_can_move_into_the_environment(tmp_path: Path) -> None:
    kept = with_keys(read(RECADO_DATA=str(tmp_path)))
    moved = read(
        ACCESS_SECRET=(tmp_path / "access.key").read_text(), REFRESH_SECRET=(tmp_path / "refresh.key").read_text()
    )
    assert (moved.access_secret, moved.refresh_secret) == (kept.access_secret, kept.refresh_secret)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_damaged_key_file_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "access.key").write_bytes(content)
    with pytest.raises(SettingsError, match="holds no usable key"):
        with_keys(read(RECADO_DATA=str(tmp_path)))
    assert (tmp_path / "access.key").read_bytes() == content


def test_nothing_is_written_when_the_environment_has_both_keys(tmp_path: Path) -> None:
    with_keys(read(RECADO_DATA=str(tmp_path / "data"), ACCESS_SECRET=GOOD, REFRESH_SECRET=ANOTHER))
    assert not (tmp_path / "data").exists()


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    documented = {name: default.strip("`") for name, default, _ in rows if name.isupper()}
    assert documented == {setting.name: setting.shown.strip("`") for setting in SETTINGS}


def test_signature_secrets_are_one_or_two_and_cannot_be_guessed() -> None:
    first, second = "a-signature-secret-4711", "another-signature-secret"
    vonage = {"NEXMO_API_KEY": "abcd1234", "NEXMO_API_SECRET": "s", "VONAGE_FROM": "14155550100"}
    for text, read in (("", ()), (first, (first,)), (f" {first} , {second},", (first, second))):
        settings = load(vonage | {"VONAGE_SIGNATURE_SECRET": text}, None)
        assert settings.vonage_signature_secrets == tuple(secret.encode() for secret in read)
        assert first not in repr(settings)
    for text in ("short", "a" * 40, f"{first},{second},{first}x", f"{first},x"):
        with pytest.raises(SettingsError, match="VONAGE_SIGNATURE_SECRET") as refused:
            load(vonage | {"VONAGE_SIGNATURE_SECRET": text}, None)
        assert text not in str(refused.value)
    with pytest.raises(SettingsError, match="NEXMO_API_KEY"):
        load({"VONAGE_SIGNATURE_SECRET": first}, None)
