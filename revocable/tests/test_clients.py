"""How services prove who they are, and what is told them about tokens."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from revocable import InvalidClient, InvalidRequest, Sessions, SessionStore
from revocable.clients import Clients, read_form
from revocable.introspection import INACTIVE, introspect, session_of, token_of
from revocable.testing import FakeClock

SECRET, SECOND_SECRET = "s3cret-of-a-service-0123456789abcdef", "An0ther-secret-of-it-0123456789abcdef"
CLIENTS = Clients([("billing", SECRET), ("billing", SECOND_SECRET), ("mail", SECRET)])


def basic(text: str) -> list[bytes]:
    return [b"Basic " + base64.b64encode(text.encode())]


@pytest.mark.parametrize("secret", [SECRET, SECOND_SECRET])
def test_a_client_is_known_by_header_or_form(secret: str):
    assert CLIENTS.authenticate(basic(f"billing:{secret}"), {}) == "billing"
    assert CLIENTS.authenticate(basic(f"billing:{secret}"), {"client_id": "billing"}) == "billing"
    assert CLIENTS.authenticate([], {"client_id": "billing", "client_secret": secret}) == "billing"
    assert CLIENTS.authenticate(basic(f"billing:{secret.replace('-', '%2D')}"), {}) == "billing", "RFC 6749, 2.3.1"


@pytest.mark.parametrize(
    ("authorization", "form", "claimed"),
    [
        ([], {}, ""),
        ([], {"client_id": "billing"}, "billing"),
        ([], {"client_id": "billing", "client_secret": SECRET[:-1]}, "billing"),
        ([], {"client_id": "nobody", "client_secret": SECRET}, ""),
        (basic("billing:"), {}, "billing"),
        (basic("billing"), {}, ""),
        (basic(f"mail:{SECOND_SECRET}"), {}, "mail"),
        (basic(f"Billing:{SECRET}"), {}, ""),
        ([b"Basic !"], {}, ""),
        ([b"Basic /w=="], {}, ""),
        ([b"Bearer " + SECRET.encode()], {}, ""),
        ([b""], {}, ""),
    ],
)
def test_who_proves_nothing_is_unknown(authorization: list[bytes], form: dict[str, str], claimed: str):
    with pytest.raises(InvalidClient) as refused:
        CLIENTS.authenticate(authorization, form)
    assert refused.value.claimed == claimed
    assert SECRET not in str(refused.value)


def test_two_ways_at_once_are_a_wrong_request():
    for authorization, form in (
        (basic(f"billing:{SECRET}"), {"client_id": "billing", "client_secret": SECRET}),
        (basic(f"billing:{SECRET}"), {"client_id": "mail"}),
        (basic(f"billing:{SECRET}") * 2, {}),
    ):
        with pytest.raises(InvalidRequest):
            CLIENTS.authenticate(authorization, form)


def test_secrets_that_can_be_guessed_or_that_encoding_changes_are_refused():
    for pair in (("a", "x" * 31), ("a b", "x" * 32), ("a", "x" * 31 + "+"), ("", "x" * 32), ("ã", "x" * 32)):
        with pytest.raises(ValueError, match="32"):
            Clients([pair])
    assert not Clients([])


def test_a_form_is_read_strictly():
    assert read_form(b"token=a.b-c&token_type_hint=&x=%C3%A3") == {"token": "a.b-c", "x": "ã"}
    assert token_of({"token": "t"}) == "t"
    for wrong in (b"token=a&token=b", b"token=%ff", b"token=\xc3\xa3", b"&".join(b"a%d=1" % n for n in range(30))):
        with pytest.raises(InvalidRequest):
            read_form(wrong)
    for empty in (b"", b"token="):
        with pytest.raises(InvalidRequest):
            token_of(read_form(empty))


async def test_what_a_token_is_worth_follows_its_session(store: SessionStore, sessions: Sessions, clock: FakeClock):
    pair = await sessions.open("42", scopes="read write")
    access = await introspect(sessions, pair.access_token)
    claims = sessions.claims(pair.access_token)
    assert access == {
        **{"active": True, "iss": "revocable", "aud": "app", "sub": "42", "sid": pair.session_id, "jti": claims.jti},
        **{"iat": claims.iat, "exp": claims.exp, "scope": "read write", "token_type": "Bearer"},
    }
    refresh = await introspect(sessions, pair.refresh_token)
    assert refresh["active"]
    assert "token_type" not in refresh
    assert refresh["aud"] == "app/refresh"
    await sessions.settle()
    later = await sessions.refresh(pair.refresh_token)
    assert (await introspect(sessions, pair.refresh_token))["active"], "the direct predecessor would get its successor"
    clock.advance(11)
    assert await introspect(sessions, pair.access_token) == INACTIVE, "a newer one was given out"
    assert (await introspect(sessions, later.access_token))["active"]
    await sessions.settle()
    assert await introspect(sessions, pair.refresh_token) == INACTIVE, "spent, and its successor was used"
    assert (await introspect(sessions, later.access_token))["active"], "to ask about a spent token ends nothing"
    clock.advance(900)
    assert await introspect(sessions, later.access_token) == INACTIVE
    assert (await introspect(sessions, later.refresh_token))["active"]
    await sessions.end("42", pair.session_id)
    assert await introspect(sessions, later.refresh_token) == INACTIVE
    assert await introspect(sessions, "a.b.c") == INACTIVE
    assert session_of(sessions, later.refresh_token) == ("42", pair.session_id)
    assert session_of(sessions, later.access_token) is None, "it has expired"
    assert session_of(sessions, "nothing") is None


async def test_a_generation_after_the_last_is_spent(sessions: Sessions, sessions_of: Callable[..., Sessions]):
    pair = await sessions.open("42")
    second = await sessions.refresh(pair.refresh_token)
    await sessions.refresh(second.refresh_token)
    assert await introspect(sessions, pair.refresh_token) == INACTIVE
    assert (await introspect(sessions, second.refresh_token))["active"]
