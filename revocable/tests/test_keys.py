"""Keys and the ring they hang on."""

from __future__ import annotations

import pytest

from revocable import Key, KeyRing, WeakKey


@pytest.mark.parametrize("secret", [b"", b"x" * 31, b"jdnfksdmfksd", b"mcmvmkmsdnfsdmfdsjf"])
def test_a_short_secret_is_refused(secret: bytes):
    with pytest.raises(WeakKey):
        KeyRing(secret)
    with pytest.raises(WeakKey):
        KeyRing(b"x" * 32, [secret])


def test_every_machine_gives_a_key_the_same_name_and_other_keys_others():
    assert Key.from_secret(b"x" * 32).kid == Key.from_secret(b"x" * 32).kid == KeyRing(b"x" * 32).current.kid
    assert Key.from_secret(b"x" * 32).kid != Key.from_secret(b"y" * 32).kid


def test_the_name_of_a_key_tells_nothing_of_it_and_its_secret_is_not_printed():
    key = Key.from_secret(b"a very secret secret, 32 bytes !")
    assert "secret" not in f"{key} {key.kid}"


def test_earlier_keys_are_found_and_the_current_one_signs():
    ring = KeyRing(b"x" * 32, [b"y" * 32, b"x" * 32])
    assert ring.current == Key.from_secret(b"x" * 32)
    assert ring.find(Key.from_secret(b"y" * 32).kid) == Key.from_secret(b"y" * 32)
    assert ring.find("z") is None
    assert len(list(ring)) == 2
