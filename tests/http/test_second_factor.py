"""Signing in with an authenticator app and recovery codes."""

from __future__ import annotations

import asyncio

from pyotp.totp import TOTP

from tests.http import stored
from tests.http.factors import age, first_step, second_step, with_app, with_passkey
from tests.http.people import PASSWORD, SAME_ORIGIN, kind, somebody, told, visitor
from tests.running import Service


async def test_a_right_password_alone_lets_nobody_in_who_has_an_app(service: Service) -> None:
    ana = await with_app(service)
    answer = await first_step(ana.person)
    assert answer.json()["factors"] == ["totp", "recovery"]
    assert "passkey" not in answer.json()
    assert "access_token" not in answer.text
    assert not [name for name in answer.headers if name == "set-cookie"]
    assert len((await ana.device.ask("GET", "/session")).json()["items"]) == 1


async def test_a_code_of_the_app_lets_in_with_device_and_cookies(service: Service) -> None:
    ana = await with_app(service)
    challenge = (await first_step(ana.person)).json()["challenge"]
    client = visitor(service, headers=SAME_ORIGIN)
    body = {"challenge": challenge, "totp": ana.app.code(), "device": "Ana's tablet", "cookie": True}
    answer = await client.post("/login/factor", json=body)
    assert answer.status_code == 200
    assert set(answer.json()) == {"expires_in", "session_id"}
    newest = (await client.get("/session")).json()["items"][0]
    assert (newest["device"], newest["kind"], newest["current"]) == ("Ana's tablet", "browser", True)


async def test_cookies_are_given_to_pages_of_the_service_only(service: Service) -> None:
    ana = await with_app(service)
    challenge = (await first_step(ana.person)).json()["challenge"]
    body = {"challenge": challenge, "totp": ana.app.code(), "cookie": True}
    client = visitor(service, headers={"Sec-Fetch-Site": "cross-site"})
    assert kind(await client.post("/login/factor", json=body)) == (403, "cross-site")


async def test_a_code_is_good_once_even_for_many_at_the_same_moment(service: Service) -> None:
    ana = await with_app(service)
    code = ana.app.code()
    challenges = [(await first_step(ana.person)).json()["challenge"] for _ in range(4)]
    answers = await asyncio.gather(*(second_step(service, one, totp=code) for one in challenges))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    again = (await first_step(ana.person)).json()["challenge"]
    assert kind(await second_step(service, again, totp=code)) == (401, "second-factor-wrong")


async def test_a_code_that_was_used_to_turn_the_app_on_lets_nobody_in(service: Service) -> None:
    ana = await with_app(service)
    challenge = (await first_step(ana.person)).json()["challenge"]
    used = TOTP(ana.app.secret).generate_otp(ana.app.shown)
    assert kind(await second_step(service, challenge, totp=used)) == (401, "second-factor-wrong")


async def test_a_challenge_is_good_for_one_sign_in_and_five_answers(service: Service) -> None:
    ana = await with_app(service)
    used = (await first_step(ana.person)).json()["challenge"]
    assert (await second_step(service, used, totp=ana.app.code())).status_code == 200
    assert kind(await second_step(service, used, totp=ana.app.code())) == (401, "challenge-over")

    bia = await with_app(service, "bia")
    tried = (await first_step(bia.person)).json()["challenge"]
    for _ in range(4):
        assert kind(await second_step(service, tried, totp=bia.app.wrong())) == (401, "second-factor-wrong")
    assert (await second_step(service, tried, totp=bia.app.code())).status_code == 200

    carl = await with_app(service, "carl")
    worn_out = (await first_step(carl.person)).json()["challenge"]
    for _ in range(5):
        assert kind(await second_step(service, worn_out, totp=carl.app.wrong())) == (401, "second-factor-wrong")
    assert kind(await second_step(service, worn_out, totp=carl.app.code())) == (401, "challenge-over")


async def test_wrong_codes_count_for_the_account_and_a_right_password_does_not_forgive_them(service: Service) -> None:
    ana, thief = await with_app(service), "127.8.8.1"
    for _ in range(5):
        challenge = (await first_step(ana.person)).json()["challenge"]
        wrong = await second_step(service, challenge, totp=ana.app.wrong(), address=thief)
        assert kind(wrong) == (401, "second-factor-wrong")
    challenge = (await first_step(ana.person)).json()["challenge"]
    refused = await second_step(service, challenge, totp=ana.app.code(), address=thief)
    assert kind(refused) == (429, "too-many-attempts")
    assert int(refused.headers["retry-after"]) > 0
    assert (await stored.events(service, ana.person.user_id)).count("factor_failed") == 5
    assert (await second_step(service, challenge, totp=ana.app.code())).status_code == 200  # from where nobody guessed


async def test_from_many_addresses_twenty_wrong_codes_are_all(service: Service) -> None:
    ana = await with_app(service)
    statuses = list[int]()
    for _ in range(21):
        challenge = (await first_step(ana.person)).json()["challenge"]
        statuses.append((await second_step(service, challenge, totp=ana.app.wrong())).status_code)
    assert statuses == [401] * 20 + [429]


async def test_a_challenge_hangs_on_the_password_it_followed(service: Service) -> None:
    ana = await with_app(service)
    challenge = (await first_step(ana.person)).json()["challenge"]
    new = "another long walk along a river"
    changed = await ana.device.ask("PUT", "/me/password", json={"current": PASSWORD, "new": new})
    assert changed.status_code == 204
    assert kind(await second_step(service, challenge, totp=ana.app.code())) == (401, "challenge-over")


async def test_a_challenge_that_nobody_gave_out_is_over(service: Service) -> None:
    for made_up in ("", "x" * 43, "A" * 54, "é" * 20, "=" * 100):
        assert kind(await second_step(service, made_up, totp="000000")) == (401, "challenge-over")
    assert kind(await second_step(service, "x")) == (422, "invalid-value")
    assert kind(await second_step(service, "x", totp="1", recovery="2")) == (422, "invalid-value")


async def test_a_recovery_code_lets_in_once_however_it_is_written(service: Service) -> None:
    ana = await with_app(service)
    assert len(set(ana.codes)) == 10
    written = ana.codes[3].upper().replace("-", " ")
    challenge = (await first_step(ana.person)).json()["challenge"]
    assert (await second_step(service, challenge, recovery=written)).status_code == 200
    again = (await first_step(ana.person)).json()["challenge"]
    assert kind(await second_step(service, again, recovery=ana.codes[3])) == (401, "second-factor-wrong")
    assert (await ana.device.ask("GET", "/me/factor")).json()["recovery_codes"] == 9
    assert "recovery_code_used" in await stored.events(service, ana.person.user_id)


async def test_new_recovery_codes_make_the_old_ones_void(service: Service) -> None:
    ana = await with_app(service)
    new = (await ana.device.ask("POST", "/me/recovery-code")).json()["recovery_codes"]
    challenge = (await first_step(ana.person)).json()["challenge"]
    assert kind(await second_step(service, challenge, recovery=ana.codes[0])) == (401, "second-factor-wrong")
    assert (await second_step(service, challenge, recovery=new[0])).status_code == 200
    bare = await (await somebody(service)).device()
    assert kind(await bare.ask("POST", "/me/recovery-code")) == (409, "conflict")


async def test_without_the_app_the_password_is_enough_again_and_the_codes_are_gone(service: Service) -> None:
    ana = await with_app(service)
    assert (await ana.device.ask("DELETE", "/me/totp")).status_code == 204
    assert kind(await ana.device.ask("DELETE", "/me/totp")) == (404, "not-found")
    await ana.person.device()
    found = (await ana.device.ask("GET", "/me/factor")).json()
    assert (found["enabled"], found["totp"], found["recovery_codes"]) == (False, None, 0)
    assert await stored.rows(service, "SELECT slot FROM recovery_code WHERE user_id = $1", ana.person.user_id) == []


async def test_a_secret_whose_code_never_came_asks_nobody_for_codes(service: Service) -> None:
    person = await somebody(service)
    device = await person.device()
    first = (await device.ask("POST", "/me/totp")).json()
    second = (await device.ask("POST", "/me/totp")).json()
    assert first["secret"] != second["secret"]
    assert second["address"].startswith(f"otpauth://totp/recado:{person.username}?secret={second['secret']}")
    assert kind(await device.ask("POST", "/me/totp/verify", json={"code": "12345"})) == (422, "invalid-value")
    assert (await device.ask("GET", "/me/factor")).json()["enabled"] is False
    await person.device()


async def test_a_wrong_password_is_told_as_for_nobody_though_a_factor_is_on(service: Service) -> None:
    ana = await with_app(service)
    client = visitor(service)
    wrong = await client.post("/login", json={"username": ana.person.username, "password": "wrong"})
    nobody = await client.post("/login", json={"username": "nobody.at.all", "password": "wrong"})
    assert told(wrong) == told(nobody)


async def test_a_dump_of_the_database_holds_nothing_that_lets_in(service: Service) -> None:
    ana = await with_app(service)
    challenge = (await first_step(ana.person)).json()["challenge"]
    dumped = await stored.dump(service)
    for secret in (ana.app.secret, challenge, *ana.codes, *(code.replace("-", "") for code in ana.codes)):
        assert stored.where(dumped, secret) == set()
    assert stored.where(dumped, ana.person.username)  # the dump does hold what is there


async def test_a_sealed_secret_opens_for_its_own_user_only(service: Service) -> None:
    ana, bia = await with_app(service), await with_app(service, "bia")
    async with stored.database(service) as db:
        await db.change(
            "UPDATE totp SET secret = (SELECT secret FROM totp WHERE user_id = $1) WHERE user_id = $2",
            ana.person.user_id,
            bia.person.user_id,
        )
    challenge = (await first_step(bia.person)).json()["challenge"]
    assert kind(await second_step(service, challenge, totp=ana.app.code())) == (503, "unavailable")
    assert (await second_step(service, challenge, recovery=bia.codes[0])).status_code == 200


async def test_a_reset_password_still_takes_the_factor_until_the_operator_takes_it_away(service: Service) -> None:
    ana = await with_app(service)
    code = _code(service.run("user", "reset", ana.person.username).stdout)
    new = "a different road along the hills"
    assert (await visitor(service).post("/password/reset", json={"code": code, "new": new})).status_code == 204
    ana.person.password = new
    await first_step(ana.person)
    said = service.run("user", "reset", ana.person.username, "--factors")
    assert "second factors are removed" in said.stdout, said.stderr
    await ana.person.device()
    assert "factors_reset" in await stored.events(service, ana.person.user_id)


async def test_what_is_exported_says_what_is_set_up_and_nothing_secret(service: Service) -> None:
    ana = await with_app(service)
    exported = await ana.device.ask("GET", "/me/export")
    assert exported.json()["factors"]["totp"]["created_at"]
    assert ana.app.secret not in exported.text
    assert not [code for code in ana.codes if code in exported.text]


async def test_a_deleted_account_leaves_no_factor_behind(service: Service) -> None:
    for ana in (await with_app(service), await with_passkey(service)):
        await first_step(ana.person)
        assert (await ana.device.ask("DELETE", "/me", json={"password": PASSWORD})).status_code == 204
        for table in ("totp", "passkey", "recovery_code", "proof", "factor_challenge"):
            found = await stored.rows(service, f"SELECT user_id FROM {table} WHERE user_id = $1", ana.person.user_id)
            assert found == [], table


async def test_what_is_delicate_takes_a_recent_proof_with_the_factor(service: Service) -> None:
    ana = await with_app(service)
    await age(ana.person)
    new = "another long walk along a river"
    for method, path, body in (
        ("PUT", "/me/password", {"current": PASSWORD, "new": new}),
        ("POST", "/me/phone", {"phone": "+5511987650001"}),
        ("POST", "/me/email", {"email": "ana@example.org", "password": PASSWORD}),
        ("DELETE", "/me/email", None),
        ("DELETE", "/me", {"password": PASSWORD}),
        ("DELETE", "/me/totp", None),
        ("POST", "/me/recovery-code", None),
    ):
        refused = await ana.device.ask(method, path, **({"json": body} if body else {}))
        assert (path, kind(refused)) == (path, (403, "step-up-required"))
    asked = await ana.device.ask("POST", "/session/proof", json={"password": PASSWORD})
    assert kind(asked) == (401, "second-factor-required")
    wrong = {"challenge": asked.json()["challenge"], "totp": ana.app.wrong()}
    assert kind(await ana.device.ask("POST", "/session/proof", json=wrong)) == (401, "second-factor-wrong")
    assert kind(await ana.device.ask("DELETE", "/me/totp")) == (403, "step-up-required")
    right = {"challenge": asked.json()["challenge"], "totp": ana.app.code()}
    assert (await ana.device.ask("POST", "/session/proof", json=right)).status_code == 204
    assert (await ana.device.ask("DELETE", "/me/totp")).status_code == 204


async def test_without_a_factor_the_password_is_proof_enough(service: Service) -> None:
    person = await somebody(service)
    device = await person.device()
    await age(person)
    assert kind(await device.ask("POST", "/me/phone", json={"phone": "+5511987650002"})) == (403, "step-up-required")
    assert kind(await device.ask("POST", "/me/totp")) == (403, "step-up-required")
    assert kind(await device.ask("POST", "/session/proof", json={"password": "wrong"})) == (401, "bad-credentials")
    assert kind(await device.ask("POST", "/session/proof", json={})) == (422, "invalid-value")
    assert (await device.ask("POST", "/session/proof", json={"password": PASSWORD})).status_code == 204
    assert (await device.ask("POST", "/me/phone", json={"phone": "+5511987650002"})).status_code == 202
    await age(person)
    body = {"current": PASSWORD, "new": "another long walk along a river"}
    assert (await device.ask("PUT", "/me/password", json=body)).status_code == 204


async def test_a_challenge_serves_the_purpose_and_the_device_it_was_given_for(service: Service) -> None:
    ana = await with_app(service)
    to_sign_in = (await first_step(ana.person)).json()["challenge"]
    answer = {"challenge": to_sign_in, "totp": ana.app.code()}
    assert kind(await ana.device.ask("POST", "/session/proof", json=answer)) == (401, "challenge-over")
    asked = await ana.device.ask("POST", "/session/proof", json={"password": PASSWORD})
    to_prove = asked.json()["challenge"]
    assert kind(await second_step(service, to_prove, totp="000000")) == (401, "challenge-over")
    challenge = (await first_step(ana.person)).json()["challenge"]
    other = (await second_step(service, challenge, recovery=ana.codes[0])).json()["access_token"]
    elsewhere = await visitor(service).post(
        "/session/proof",
        json={"challenge": to_prove, "recovery": ana.codes[1]},
        headers={"Authorization": f"Bearer {other}"},
    )
    assert kind(elsewhere) == (401, "challenge-over")


def _code(printed: str) -> str:
    return printed.partition("/app/reset#")[2].split()[0]
