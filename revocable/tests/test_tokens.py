"""What a token must be to be believed (RFC 8725), with joserfc as the independent other side."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from revocable import Claims, KeyRing, RevocableError, TokenExpired, TokenInvalid, Tokens

NOW = 1_800_000_000
ACCESS, REFRESH = b"access key of these tests, 32 by", b"refresh key of these tests, 32 b"
TOKENS = Tokens(KeyRing(ACCESS), KeyRing(REFRESH), issuer="https://todo.example", audience="todo")
CLAIMS = Claims("42", "session-1", 3, "jti-1", NOW, NOW + 900)
TOKEN = TOKENS.sign_access(CLAIMS)
KID = KeyRing(ACCESS).current.kid
HEADER = {"alg": "HS256", "kid": KID, "typ": "at+jwt"}
PAYLOAD = {"iss": "https://todo.example", "aud": "todo", "sub": "42", "sid": "session-1", "gen": 3, "jti": "jti-1"}
PAYLOAD |= {"iat": NOW, "exp": NOW + 900}


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: object = HEADER, payload: object = PAYLOAD, key: bytes = ACCESS, digest: str = "sha256") -> str:
    """A token of any header and payload, objects or bytes, signed with `key`."""
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload))
    text = ".".join(encode(part) for part in parts)
    return f"{text}.{encode(hmac.digest(key, text.encode(), digest))}"


def refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.read("access", token, NOW)


def test_what_is_signed_is_read_back():
    assert TOKENS.read("access", TOKEN, NOW) == CLAIMS
    refresh = TOKENS.sign_refresh(CLAIMS, TOKENS.refresh_kid)
    assert TOKENS.read("refresh", refresh, NOW) == CLAIMS
    assert refresh == TOKENS.sign_refresh(CLAIMS, TOKENS.refresh_kid), "the same bytes each time"


def test_an_independent_library_verifies_our_tokens():
    token = jwt.decode(TOKEN, OctKey.import_key(ACCESS), algorithms=["HS256"])
    assert token.header == HEADER
    assert token.claims == PAYLOAD
    registry = jwt.JWTClaimsRegistry(
        now=NOW, iss={"essential": True, "value": "https://todo.example"}, aud={"essential": True, "value": "todo"}
    )
    registry.validate(token.claims)


def test_tokens_of_an_independent_library_with_our_key_are_read():
    token = jwt.encode({"typ": "at+jwt", "kid": KID, "alg": "HS256"}, PAYLOAD, OctKey.import_key(ACCESS))
    assert token.split(".")[0] != TOKEN.split(".")[0], "it writes its header in another order"
    assert TOKENS.read("access", token, NOW) == CLAIMS
    assert TOKENS.read("access", signed(), NOW) == CLAIMS


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, "HS384", "HS512", "RS256", "ES256", 256])
def test_another_algorithm_is_refused_signed_or_not(alg: object):
    header = HEADER | {"alg": alg}
    refused(signed(header))
    refused(signed(header).rpartition(".")[0] + ".")
    refused(signed(header, digest="sha512"))


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": {"kty": "oct", "k": encode(b"k" * 32)}},
        {"jku": "http://127.0.0.1:9/keys"},
        {"x5u": "http://127.0.0.1:9/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": "rt+jwt"},
        {"typ": None},
    ],
    ids=str,
)
def test_a_header_with_anything_else_in_it_is_refused(more: dict[str, Any]):
    refused(signed(HEADER | more))
    refused(signed(HEADER | more, key=b"k" * 32))


@pytest.mark.parametrize("missing", ["alg", "kid", "typ"])
def test_a_header_that_lacks_a_member_is_refused(missing: str):
    refused(signed({name: value for name, value in HEADER.items() if name != missing}))


@pytest.mark.parametrize(
    "kid",
    ["", "../../dev/null", "/dev/null", "' OR 1=1 --", "k" * 5_000, None, 0, 1.5, True, [KID], {"kid": KID}],
    ids=repr,
)
def test_a_strange_key_id_is_refused(kid: object):
    header = HEADER | {"kid": kid}
    refused(signed(header))
    refused(signed(header, key=b""))


@pytest.mark.parametrize("header", [b"", b"null", b"[]", b'"x"', b"1", b"{", b"\xff", b"[" * 3000, b"1" * 5000])
def test_a_header_that_is_no_object_is_refused(header: bytes):
    refused(signed(header))


def test_a_header_with_twin_members_is_refused():
    plain = json.dumps(HEADER)
    refused(signed(f'{plain[:-1]},"alg":"HS256"}}'.encode()))
    refused(signed(f'{{"alg":"none",{plain[1:]}'.encode()))


def test_a_refresh_token_is_no_access_token_and_the_reverse():
    refresh = TOKENS.sign_refresh(CLAIMS, TOKENS.refresh_kid)
    refused(refresh)
    with pytest.raises(TokenInvalid):
        TOKENS.read("refresh", TOKEN, NOW)


def test_nor_is_anything_else_the_refresh_key_signed():
    header = TOKENS.sign_refresh(CLAIMS, TOKENS.refresh_kid).split(".")[0]
    text = f"{header}.{encode(json.dumps(PAYLOAD).encode())}"
    refused(f"{text}.{encode(hmac.digest(REFRESH, text.encode(), 'sha256'))}")


def test_not_even_when_both_kinds_share_one_key():
    tokens = Tokens(KeyRing(ACCESS), KeyRing(ACCESS))
    with pytest.raises(TokenInvalid):
        tokens.read("refresh", tokens.sign_access(CLAIMS), NOW)
    with pytest.raises(TokenInvalid):
        tokens.read("access", tokens.sign_refresh(CLAIMS, tokens.refresh_kid), NOW)


def test_another_key_with_the_right_name_is_refused():
    refused(signed(key=REFRESH))
    refused(signed(key=b""))


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: None} for name in PAYLOAD),
        {"iss": "https://other.example"},
        {"iss": ["https://todo.example"]},
        {"aud": "todo/refresh"},
        {"aud": ["todo"]},
        {"aud": ["todo", "other"]},
        {"sub": 42},
        {"sub": ""},
        {"sid": ["session-1"]},
        {"sid": ""},
        {"jti": 1},
        {"gen": "3"},
        {"gen": 3.0},
        {"gen": True},
        {"gen": -1},
        {"iat": str(NOW)},
        {"iat": float(NOW)},
        {"exp": str(NOW + 900)},
        {"exp": NOW + 900.5},
        {"exp": True},
        {"scope": ["read"]},
        {"scope": None},
    ],
    ids=str,
)
def test_a_claim_of_another_value_or_type_is_refused(wrong: dict[str, Any]):
    refused(signed(payload=PAYLOAD | wrong))


@pytest.mark.parametrize("missing", list(PAYLOAD))
def test_a_missing_claim_is_refused(missing: str):
    refused(signed(payload={name: value for name, value in PAYLOAD.items() if name != missing}))


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 2000, b'{"exp":NaN}', b'{"exp":1e999}']
)
def test_a_payload_that_is_no_object_of_claims_is_refused(payload: bytes):
    refused(signed(payload=payload))


def test_of_twin_claims_the_last_counts_as_for_every_other_reader():
    """RFC 7519, 4. Only who has the key can write such a token."""
    twins = f'{json.dumps(PAYLOAD)[:-1]},"sub":"43"}}'.encode()
    assert TOKENS.read("access", signed(payload=twins), NOW).sub == "43"
    assert jwt.decode(signed(payload=twins), OctKey.import_key(ACCESS)).claims["sub"] == "43"


def test_a_token_ends_at_its_exp_to_the_second():
    assert TOKENS.read("access", TOKEN, NOW + 899) == CLAIMS
    with pytest.raises(TokenExpired):
        TOKENS.read("access", TOKEN, NOW + 900)
    with pytest.raises(TokenExpired):
        TOKENS.read("access", signed(payload=PAYLOAD | {"exp": -1}), NOW)


def test_a_token_may_be_made_a_minute_ahead_and_no_more():
    assert TOKENS.read("access", TOKEN, NOW - 60) == CLAIMS
    with pytest.raises(TokenInvalid):
        TOKENS.read("access", TOKEN, NOW - 61)


def test_a_forged_token_is_never_called_expired():
    forged = signed(payload=PAYLOAD | {"exp": 1}, key=REFRESH)
    refused(forged)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token + "=",
        lambda token: token.replace(".", "=.", 1),
        lambda token: token.replace(".", "==.", 2),
        lambda token: " " + token,
        lambda token: token + "\n",
        lambda token: token.replace(".", ". ", 1),
        lambda token: token[:50] + "\n" + token[50:],
        lambda token: token + ".",
        lambda token: "." + token,
        lambda token: token + "." + token,
        lambda token: token.rpartition(".")[0],
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.replace(".", "。"),
        lambda token: token + "é",
        lambda token: token + "\udcff",
        lambda token: token + "\0",
        lambda token: "".join(chr(ord(char) + 0xFEE0) for char in token),
    ],
)
def test_only_the_canonical_form_is_read(change: Callable[[str], str]):
    refused(change(TOKEN))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_stray_bits_at_the_end_of_a_part_are_refused(part: int):
    """The last character of a part holds bits that no byte uses: with another one it would decode alike."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for padding in range(3):
        header, payload, _ = (HEADER, PAYLOAD | {"jti": "j" * (padding + 1)}, None)
        parts = signed(header, payload).split(".")
        raw = base64.urlsafe_b64decode(parts[part] + "==")
        twins = [
            twin
            for char in alphabet
            if (twin := parts[part][:-1] + char) != parts[part] and base64.urlsafe_b64decode(twin + "==") == raw
        ]
        for twin in twins:
            parts[part] = twin
            if part < 2:  # signed as it stands, so that only the form is wrong
                parts[2] = encode(hmac.digest(ACCESS, f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256))
            refused(".".join(parts))


def test_the_standard_alphabet_is_refused():
    payload = PAYLOAD | {"jti": "?>?>?>~~~"}
    text = (
        f"{encode(json.dumps(HEADER).encode())}.{base64.b64encode(json.dumps(payload).encode()).decode().rstrip('=')}"
    )
    assert set("+/") & set(text)
    refused(f"{text}.{encode(hmac.digest(ACCESS, text.encode(), 'sha256'))}")


def test_a_token_of_more_than_8_kib_is_refused():
    def of_size(size: int) -> str:
        return signed(payload=PAYLOAD | {"jti": "j" * size})

    longest = max(size for size in range(5800, 6200) if len(of_size(size)) <= 8 * 1024)
    assert TOKENS.read("access", of_size(longest), NOW).jti == "j" * longest
    refused(of_size(longest + 2))
    refused("a." * 1_000_000)


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9_-]{0,60}){0,4}"))
@example("..")
@example("")
def test_any_text_is_a_token_or_a_clean_refusal(text: str):
    with pytest.raises(RevocableError):
        TOKENS.read("access", text, NOW)


@given(st.integers(0, len(TOKEN) - 1), st.characters() | st.sampled_from(string.ascii_letters), st.sampled_from("rid"))
def test_no_change_of_one_character_is_accepted(place: int, char: str, how: str):
    changed = TOKEN[:place] + {"r": char, "i": char + TOKEN[place], "d": ""}[how] + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(RevocableError):
            TOKENS.read("access", changed, NOW)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "jwk", "crit"]) | st.text(max_size=4), _json, max_size=5))
def test_a_signed_header_of_any_shape_is_read_or_cleanly_refused(header: dict[str, Any]):
    refused(signed(header))
    refused(signed(HEADER | {f"x-{name}": value for name, value in header.items()}) if header else "")


@given(st.dictionaries(st.sampled_from(list(PAYLOAD)), _json, max_size=4))
def test_a_signed_payload_of_any_shape_is_read_or_cleanly_refused(wrong: dict[str, Any]):
    try:
        claims = TOKENS.read("access", signed(payload=PAYLOAD | wrong), NOW)
    except RevocableError:
        return
    assert [type(value) for value in (claims.sub, claims.sid, claims.gen, claims.iat, claims.exp)] == [
        str,
        str,
        int,
        int,
        int,
    ]


@given(st.text(min_size=1, max_size=40), st.integers(0, 2**53))
def test_every_user_and_generation_survives_the_round_trip(sub: str, gen: int):
    claims = Claims(sub, "s", gen, "j", NOW, NOW + 1)
    token = TOKENS.sign_access(claims)
    assert TOKENS.read("access", token, NOW) == claims
    assert jwt.decode(token, OctKey.import_key(ACCESS)).claims["sub"] == sub


@pytest.mark.parametrize("bad", ['s"', "s\\", "s s", "é", "a:b"])
def test_ids_that_could_break_out_of_the_token_are_not_signed(bad: str):
    for claims in (Claims("42", bad, 0, "j", NOW, NOW), Claims("42", "s", 0, bad, NOW, NOW)):
        with pytest.raises(ValueError, match="ids are made of"):
            TOKENS.sign_access(claims)


def test_no_error_repeats_the_token():
    for token in (TOKEN + "x", signed(key=REFRESH), signed(HEADER | {"kid": "sekrit"})):
        with pytest.raises(RevocableError) as error:
            TOKENS.read("access", token, NOW)
        assert token.split(".")[1] not in str(error.value)
        assert "sekrit" not in str(error.value)
