from __future__ import annotations

import pytest

from recado.messages import texts

_GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def test_a_created_todo_is_told_in_the_words_of_the_seed() -> None:
    assert texts.todo_created("ana", "en") == "Dear ana, a todo was created from your account just now."


@pytest.mark.parametrize("locale", ["pt", "pt-BR", "pt-PT", "PT"])
def test_it_is_told_in_portuguese_to_who_reads_portuguese(locale: str) -> None:
    assert texts.todo_created("ana", locale) == "Oi, ana! Uma tarefa acabou de ser criada na sua conta."


@pytest.mark.parametrize("locale", ["de", "", "en-GB", "xx"])
def test_any_other_language_reads_english(locale: str) -> None:
    assert texts.todo_created("ana", locale).startswith("Dear ana")


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_a_text_with_the_longest_name_fits_one_sms(locale: str) -> None:
    created = texts.todo_created("n" * 40, locale)
    assert set(created) <= _GSM_7
    assert len(created) <= 160
    code = texts.phone_code(locale).replace("{code}", "123456")
    assert len(code) <= (160 if set(code) <= _GSM_7 else 70)


def test_a_phone_code_has_its_place_in_both_languages() -> None:
    assert all(texts.phone_code(locale).count("{code}") == 1 for locale in ("en", "pt"))


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("ana\r\nBcc: x", "ana Bcc: x"),
        ("a\x00\x1b[31mb\x07", "a [31mb"),
        ("\u202egro.live\u202c", "gro. live"),
        ("a\u200bb\u2060c\ufeffd", "abcd"),
        ("a\u2028b\u2029c", "a b c"),
        ("bad\ud800", "bad"),
        ("evil.example", "evil. example"),
        ("www.evil.co.uk/x?y", "www. evil. co. uk/x?y"),
        ("https://evil.example/x", "https: //evil. example/x"),
        ("evil。com", "evil。 com"),
        ("192.168.0.1/x", "192. 168. 0. 1/x"),
        ("mail me@evil.example", "mail me@evil. example"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd. xn--p1ai"),
    ],
)
def test_text_of_a_persons_making_is_neutralised(hostile: str, harmless: str) -> None:
    assert texts.neutral(hostile, 100) == harmless


@pytest.mark.parametrize("plain", ["ana", "comprar pão", "1.5 kg", "R$ 3,50", "às 9h.", "Müller-Lüdenscheidt", "日本"])
def test_ordinary_text_stays_as_it_is(plain: str) -> None:
    assert texts.neutral(plain, 100) == plain


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert texts.neutral("x" * 41, 40) == "x" * 39 + "…"
    assert texts.neutral("x" * 40, 40) == "x" * 40
    assert len(texts.todo_created("a." * 5000, "en")) < 110


def test_a_number_is_masked_but_for_its_ends() -> None:
    assert texts.masked("+5511987654321") == "+55*********21"
    assert texts.masked("+1415555") == "+14***55"


def test_a_stored_text_never_shows_a_code() -> None:
    assert texts.hidden("Your recado code is {code}.") == "Your recado code is ••••••."


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_every_change_of_a_factor_is_told_in_one_plain_sms(locale: str) -> None:
    kinds = ("totp_added", "totp_removed", "passkey_added", "passkey_removed")
    for kind in (*kinds, "recovery_codes_made", "recovery_code_used", "factors_reset"):
        told = texts.factor_changed("a" * 20, kind, locale)
        assert set(told) <= _GSM_7, told
        assert len(told) <= 160, told
