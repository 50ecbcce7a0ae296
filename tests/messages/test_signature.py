"""Our check of a callback's signature beside Vonage's own (`vonage_jwt`), with tokens that a JOSE library made."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vonage_jwt.verify_jwt import VonageVerifyJwtError, verify_signature

from recado.messages.signature import BadSignature, NotSigned, Signed
from tests.vonage import callbacks
from tests.vonage.callbacks import APPLICATION, SIGNATURE_SECRET, inbound_body
from tests.vonage.server import KEY

SIGNED = Signed([SIGNATURE_SECRET.encode()], KEY, APPLICATION)
BODY = inbound_body("+351912345678", "buy bread")
NOW = int(time.time())


def token(body: bytes, api_key: str, secret: str = SIGNATURE_SECRET, **claims: Any) -> str:
    """A token of the instant `NOW`."""
    return callbacks.token(body, api_key, secret, **{"iat": NOW, **claims})


def vonage_accepts(told: str, secret: str = SIGNATURE_SECRET) -> bool:
    try:
        return verify_signature(told, secret)
    except VonageVerifyJwtError:
        return False


def we_accept(told: str, signed: Signed = SIGNED, body: bytes = BODY) -> bool:
    try:
        signed.jti(f"Bearer {told}", body, NOW)
    except BadSignature:
        return False
    return True


def test_what_vonages_own_check_accepts_is_accepted() -> None:
    for body in (BODY, b"{}", "ção 🎉".encode()):
        told = token(body, KEY)
        assert vonage_accepts(told)
        assert we_accept(told, body=body)


@pytest.mark.parametrize(
    "secret", ["another-secret-of-somebody-else-0000", SIGNATURE_SECRET + "x", SIGNATURE_SECRET[:-1]]
)
def test_what_vonages_own_check_refuses_is_refused(secret: str) -> None:
    told = token(BODY, KEY, secret)
    assert not vonage_accepts(told)
    assert not we_accept(told)


@given(
    st.integers(min_value=0), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \né")
)
def test_one_letter_changed_is_never_accepted_where_vonage_refuses(place: int, letter: str) -> None:
    told = token(BODY, KEY, jti="7")
    place %= len(told)
    changed = told[:place] + letter + told[place + 1 :]
    assert vonage_accepts(changed) or not we_accept(changed)
    assert we_accept(changed) == (changed == told)


def test_the_id_is_that_of_the_token() -> None:
    jti = str(uuid.uuid4())
    assert SIGNED.jti(f"bearer  {token(BODY, KEY, jti=jti)}", BODY, NOW) == jti


def test_without_a_header_there_is_no_signature() -> None:
    for header in (None, ""):
        with pytest.raises(NotSigned):
            SIGNED.jti(header, BODY, NOW)


def test_without_an_application_of_ours_any_is_good_and_none() -> None:
    signed = Signed([SIGNATURE_SECRET.encode()], KEY)
    for application in (APPLICATION, str(uuid.uuid4()), None):
        assert we_accept(token(BODY, KEY, application_id=application), signed)


def test_the_times_are_exact() -> None:
    told: dict[int, bool] = {-90_001: False, -90_000: True, 0: True, 60: True, 61: False}
    for seconds, good in told.items():
        assert we_accept(token(BODY, KEY, iat=NOW + seconds)) == good, seconds


def test_neither_secret_nor_key_is_in_its_repr() -> None:
    shown: Any = repr(SIGNED)
    assert SIGNATURE_SECRET not in shown
    assert KEY not in shown
