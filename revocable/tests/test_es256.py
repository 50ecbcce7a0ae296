"""ES256: signed here and verified by libraries nobody here wrote, and the reverse; and what must not pass."""

from __future__ import annotations

import base64
import hmac
import json
import warnings

import jwt as pyjwt
import pytest
from authlib.jose import JsonWebKey, JsonWebToken
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt as joserfc
from joserfc.jwk import KeySet

from revocable import Claims, Key, KeyRing, TokenInvalid, Tokens, UnknownKey, WeakKey
from revocable.es256 import PrivateKey, PublicKey, from_jwks

NOW = 1_800_000_000
SECRET, OTHER, REFRESH = b"a secret of these tests, 32 bytes", b"another secret of them, 32 bytes!", b"r" * 32
KEY = PrivateKey.from_secret(SECRET)
RING = KeyRing.of(KEY)
TOKENS = Tokens(RING, KeyRing(REFRESH), "https://todo.example", "todo")
CLAIMS = Claims("42", "session-1", 3, "jti-1", NOW, NOW + 900)
TOKEN = TOKENS.sign_access(CLAIMS)
PAYLOAD = {"iss": "https://todo.example", "aud": "todo", "sub": "42", "sid": "session-1", "gen": 3, "jti": "jti-1"}
PAYLOAD |= {"iat": NOW, "exp": NOW + 900}


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def offline(ring: KeyRing = RING) -> Tokens:
    """One who has the public keys only, as they come over the network."""
    return Tokens(from_jwks(json.loads(json.dumps(ring.jwks()))), KeyRing.verifying(), "https://todo.example", "todo")


def test_pyjwt_verifies_our_tokens():
    key = next(key for key in pyjwt.PyJWKSet.from_dict(RING.jwks()).keys if key.key_id == KEY.kid)
    options = {"verify_exp": False, "verify_iat": False}
    found = pyjwt.decode(TOKEN, key.key, ["ES256"], options=options, audience="todo", issuer="https://todo.example")
    assert found == PAYLOAD
    assert pyjwt.get_unverified_header(TOKEN) == {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}
    with pytest.raises(pyjwt.InvalidSignatureError):
        pyjwt.decode(altered(TOKEN), key.key, ["ES256"], options=options, audience="todo")


def test_authlib_verifies_our_tokens():
    keys = JsonWebKey.import_key_set(RING.jwks())
    assert JsonWebToken(["ES256"]).decode(TOKEN, keys) == PAYLOAD
    with pytest.raises(Exception, match="bad_signature"):
        JsonWebToken(["ES256"]).decode(altered(TOKEN), keys)


def test_joserfc_verifies_our_tokens():
    keys = KeySet.import_key_set(RING.jwks())  # type: ignore[arg-type]
    assert joserfc.decode(TOKEN, keys, algorithms=["ES256"]).claims == PAYLOAD


def test_tokens_of_other_libraries_with_our_key_are_read():
    header = {"kid": KEY.kid, "typ": "at+jwt"}
    for token in (
        pyjwt.encode(PAYLOAD, KEY._key, "ES256", header),
        JsonWebToken(["ES256"]).encode({"alg": "ES256", **header}, PAYLOAD, KEY._key).decode(),
    ):
        assert TOKENS.read("access", token, NOW) == CLAIMS
        assert offline().read("access", token, NOW) == CLAIMS


def test_the_name_of_a_key_is_its_thumbprint():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert JsonWebKey.import_key(RING.jwks()["keys"][0]).thumbprint() == KEY.kid


def test_who_has_the_public_keys_verifies_and_cannot_sign():
    assert offline().read("access", TOKEN, NOW) == CLAIMS
    assert "d" not in RING.jwks()["keys"][0]
    with pytest.raises(KeyError):
        offline().sign_access(CLAIMS)


def test_every_machine_makes_the_same_key_of_a_secret_and_another_of_another():
    assert PrivateKey.from_secret(SECRET).kid == KEY.kid
    assert PrivateKey.from_secret(OTHER).kid != KEY.kid
    assert Key.from_secret(SECRET).kid != KEY.kid
    with pytest.raises(WeakKey):
        PrivateKey.from_secret(SECRET[:31])
    assert "SECRET" not in repr(KEY)
    assert str(KEY._key.private_numbers().private_value) not in repr(KEY)


def test_hs256_with_the_public_key_is_refused():
    """The oldest trick (RFC 8725, 2.1): the verifier takes what is public for the secret of an HMAC."""
    public = KEY._key.public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        json.dumps(RING.jwks()["keys"][0]).encode(),
    ]
    for form in forms:
        for kid in (KEY.kid, Key.from_secret(form).kid):
            header = {"alg": "HS256", "kid": kid, "typ": "at+jwt"}
            signed = ".".join(encode(json.dumps(part).encode()) for part in (header, PAYLOAD))
            refused(f"{signed}.{encode(hmac.digest(form, signed.encode(), 'sha256'))}")


def test_signatures_in_another_form_are_refused():
    signed, _, signature = TOKEN.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = KEY._key.sign(signed.encode(), ec.ECDSA(pyjwt.algorithms.ECAlgorithm.SHA256()))
    for wrong in (b"", raw[:63], raw + b"\0", bytes(64), b"\xff" * 64, der, raw[32:] + raw[:32]):
        refused(f"{signed}.{encode(wrong)}")


@pytest.mark.parametrize("alg", ["none", "ES384", "ES256K", "HS256", "RS256", "EdDSA", None])
def test_another_algorithm_is_refused(alg: str | None):
    _header, payload, _ = TOKEN.split(".")
    wrong = encode(json.dumps({"alg": alg, "kid": KEY.kid, "typ": "at+jwt"}).encode())
    refused(f"{wrong}.{payload}.{encode(KEY.sign(f'{wrong}.{payload}'.encode()))}")
    refused(f"{wrong}.{payload}.")


def test_a_ring_may_hold_keys_of_both_algorithms():
    before = Tokens(KeyRing(SECRET), KeyRing(REFRESH), "https://todo.example", "todo").sign_access(CLAIMS)
    both = Tokens(KeyRing.of(KEY, [Key.from_secret(SECRET)]), KeyRing(REFRESH), "https://todo.example", "todo")
    assert both.read("access", before, NOW) == CLAIMS
    assert both.read("access", TOKEN, NOW) == CLAIMS
    assert len(both.access.jwks()["keys"]) == 1, "a secret is never published"


def test_a_key_that_is_gone_verifies_no_more_though_its_tokens_were_seen():
    tokens = Tokens(RING, KeyRing(REFRESH), "https://todo.example", "todo")
    token = tokens.sign_access(CLAIMS)
    assert tokens.read("access", token, NOW) == CLAIMS
    other = PrivateKey.from_secret(OTHER)
    tokens.replace(KeyRing.of(other, [KEY]), KeyRing(REFRESH))
    assert tokens.read("access", token, NOW) == CLAIMS
    assert pyjwt.get_unverified_header(tokens.sign_access(CLAIMS))["kid"] == other.kid
    tokens.replace(KeyRing.of(other), KeyRing(REFRESH))
    with pytest.raises(UnknownKey):
        tokens.read("access", token, NOW)


def test_keys_of_other_kinds_and_points_off_the_curve_are_left_out():
    good = RING.jwks()["keys"][0]
    others = [
        *[good | {"kty": "RSA"}, good | {"crv": "P-384"}, good | {"alg": "ES512"}, good | {"x": good["y"]}],
        *[good | {"x": "!"}, {"kty": "EC", "crv": "P-256"}, {}, None, 7, "key"],
    ]
    assert [PublicKey.from_jwk(jwk) for jwk in others] == [None] * len(others)
    assert [key.kid for key in from_jwks({"keys": [*others, good]})] == [KEY.kid]
    for wrong in ({}, {"keys": {}}, None, []):
        with pytest.raises(ValueError, match="JWK set"):
            from_jwks(wrong)


def altered(token: str) -> str:
    header, _payload, signature = token.split(".")
    return ".".join([header, encode(json.dumps(PAYLOAD | {"sub": "43"}).encode()), signature])


def refused(token: str) -> None:
    for reader in (TOKENS, offline()):
        with pytest.raises(TokenInvalid):
            reader.read("access", token, NOW)
