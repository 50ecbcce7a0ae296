"""E-mail, pushes, their order, forgotten passwords and metrics: a service with a mail server, ntfy and Vonage."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from tests.conftest import SECRETS
from tests.http import stored
from tests.http.conftest import Carried
from tests.http.people import OTHER_PASSWORD, PASSWORD, Device, Person, code_of, kind, somebody, visitor, wait_for
from tests.http.test_texting import a_number, share
from tests.running import Service
from tests.servers import Postgres, Redis, free_port
from tests.vonage.callbacks import INBOUND, SIGNATURE_SECRET, Caller, inbound_body
from tests.vonage.server import KEY, SECRET, StandIn, stand_in
from tests.ways.mail import SENDER, MailServer, mail_server
from tests.ways.ntfy import NtfyServer, ntfy_server

PUBLIC = "https://todo.example"


@dataclass(frozen=True)
class World:
    """A service and what it sends by."""

    service: Service
    mail: MailServer
    ntfy: NtfyServer
    vonage: StandIn
    ops_port: int

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for recipients, mail in list(self.mail.took) if recipients == [address]]

    async def mail_to(self, address: str, number: int = 1) -> str:
        """Wait for so many e-mails to an address, and return what the last one says."""

        async def arrived() -> bool:
            return len(self.mails_to(address)) >= number

        await wait_for(arrived)
        assert len(self.mails_to(address)) == number
        return re.sub(r"\s+", " ", self.mails_to(address)[-1].get_content())


@pytest.fixture(scope="module", params=["embedded", "scaled"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("ways")
    settings: dict[str, str] = {}
    if request.param == "scaled":
        database: Postgres = request.getfixturevalue("postgres_server")
        cache: Redis = request.getfixturevalue("redis_server")
        settings = {
            "DATABASE_URL": asyncio.run(database.new_database()),
            "REDIS_DSN": cache.url,
            "RECADO_WORKERS": "2",
        }
    ops_port = free_port()
    with mail_server(folder) as mail, ntfy_server() as ntfy, stand_in() as vonage:
        settings |= {"SMTP_URL": mail.url(), "RECADO_MAIL_FROM": SENDER, "SSL_CERT_FILE": str(mail.authority)}
        settings |= {"NTFY_URL": ntfy.url.replace("//", "//:tk_secret@"), "RECADO_OPS_PORT": str(ops_port)}
        settings |= {"VONAGE_URL": vonage.url, "NEXMO_API_KEY": KEY, "NEXMO_API_SECRET": SECRET}
        settings |= {"VONAGE_FROM": "14155550100", "RECADO_PUBLIC_URL": PUBLIC, "RECADO_SIGNUP": "open"}
        settings |= {"VONAGE_SIGNATURE_SECRET": SIGNATURE_SECRET}
        service = Service(folder, {**SECRETS, **settings, "RECADO_SMS_COUNTRIES": "PT,BR"})
        try:
            # Clients of the tests ask for an address, which is answered beside the public one.
            yield World(service.start(), mail, ntfy, vonage, ops_port)
        finally:
            service.stop()


@pytest.fixture
async def ana(world: World) -> Person:
    return await somebody(world.service)


@pytest.fixture
async def device(ana: Person) -> Device:
    return await ana.device()


def address_of(person: Person) -> str:
    return f"{person.username}@example.org"


async def with_email(world: World, device: Device, address: str) -> None:
    assert (await device.ask("POST", "/me/email", json={"email": address, "password": PASSWORD})).status_code == 202
    code = code_of(await world.mail_to(address))
    assert (await device.ask("POST", "/me/email/verify", json={"code": code})).status_code == 204


async def me(device: Device) -> dict[str, Any]:
    return (await device.ask("GET", "/me")).json()


async def settle(device: Device, state: str = "sent") -> list[dict[str, Any]]:
    """Wait until the newest message is in a state, and return all."""

    async def there() -> bool:
        items = (await device.ask("GET", "/message")).json()["items"]
        return bool(items) and items[0]["state"] == state

    await wait_for(there, 15)
    return (await device.ask("GET", "/message")).json()["items"]


async def test_a_mailbox_is_proven_by_its_code(world: World, ana: Person, device: Device) -> None:
    address = address_of(ana)
    assert (
        await device.ask("POST", "/me/email", json={"email": f" {address} ", "password": PASSWORD})
    ).status_code == 202
    mail = await world.mail_to(address)
    assert ((await me(device))["email"], (await me(device))["email_verified"]) == (address, False)
    wrong = await device.ask("POST", "/me/email/verify", json={"code": "000000"})
    assert kind(wrong) == (422, "invalid-value")
    assert (await device.ask("POST", "/me/email/verify", json={"code": code_of(mail)})).status_code == 204
    assert ((await me(device))["email"], (await me(device))["email_verified"]) == (address, True)
    assert world.mails_to(address)[0]["Subject"] == "recado"
    (shown,) = await settle(device)
    assert (shown["channel"], shown["to"]) == ("email", f"{address[0]}***@example.org")
    assert str(code_of(mail)) not in str(shown)
    assert (await device.ask("DELETE", "/me/email")).status_code == 204
    assert ((await me(device))["email"], (await me(device))["email_verified"]) == (None, False)


@pytest.mark.parametrize(
    "address",
    [
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@example.org,eve@example.org",
        "ana@example.org\r\nBcc: eve@example.org",
        "ana@example.org\n",
        "Ana <ana@example.org>",
        '"ana eve"@example.org',
        "a na@example.org",
        "ana@exa_mple.org",
        "ana@-example.org",
        "ana..eve@example.org",
        "ana@example.org>",
        "=?utf-8?q?a=2C_eve=40example.org?=@example.org",
        f"{'a' * 65}@example.org",
        "anа@example.org",
        "",
    ],
)
async def test_what_is_not_exactly_one_address_is_422(device: Device, address: str) -> None:
    answer = await device.ask("POST", "/me/email", json={"email": address, "password": PASSWORD})
    if address.strip() == "ana@example.org":
        assert answer.status_code == 202
    else:
        assert kind(answer) == (422, "invalid-value")


async def test_a_session_alone_cannot_name_the_mailbox_that_resets_the_password(ana: Person, device: Device) -> None:
    body = {"email": address_of(ana), "password": OTHER_PASSWORD}
    assert kind(await device.ask("POST", "/me/email", json=body)) == (401, "bad-credentials")
    assert kind(await device.ask("POST", "/me/email", json={"email": address_of(ana)})) == (422, "invalid-value")
    assert (await device.ask("GET", "/me")).json()["email"] is None


async def test_five_codes_an_hour_are_sent_at_most(device: Device) -> None:
    statuses = [
        (
            await device.ask(
                "POST", "/me/email", json={"email": f"{number}.{id(device)}@example.org", "password": PASSWORD}
            )
        ).status_code
        for number in range(6)
    ]
    assert statuses == [202] * 5 + [429]


async def test_who_forgot_their_password_sets_a_new_one_by_a_link(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    stranger = visitor(world.service)
    asked = await stranger.post("/password/forgot", json={"username": ana.username.upper()})
    assert asked.status_code == 202
    mail = await world.mail_to(address_of(ana), 2)
    found = re.search(rf"{PUBLIC}/app/reset#(\S+)", mail)
    assert found, mail
    tables = await stored.dump(world.service)
    assert not stored.where(tables, found[1]), "a thief of the database could set the password"
    body = {"code": found[1], "new": OTHER_PASSWORD}
    assert (await stranger.post("/password/reset", json=body)).status_code == 204
    assert await device.status() == 401
    assert kind(await stranger.post("/password/reset", json=body)) == (422, "invalid-value")
    login = await stranger.post("/login", json={"username": ana.username, "password": OTHER_PASSWORD})
    assert login.status_code == 200


async def test_forgotten_answers_the_same_whoever_it_is(world: World, ana: Person, device: Device) -> None:
    unproven = await somebody(world.service)
    their_device = await unproven.device()
    await their_device.ask("POST", "/me/email", json={"email": address_of(unproven), "password": PASSWORD})
    await with_email(world, device, address_of(ana))
    stranger = visitor(world.service)
    names = (ana.username, unproven.username, "nobody.at.all", "\u202e", "x" * 200)
    answers = [await stranger.post("/password/forgot", json={"username": name}) for name in names]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    await world.mail_to(address_of(ana), 2)
    await asyncio.sleep(1)
    assert len(world.mails_to(address_of(unproven))) <= 1  # its code


async def test_a_mailbox_is_not_flooded_with_links(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    for _ in range(6):
        asked = await visitor(world.service).post("/password/forgot", json={"username": ana.username})
        assert asked.status_code == 202
    await world.mail_to(address_of(ana), 4)
    await asyncio.sleep(1.5)
    assert len(world.mails_to(address_of(ana))) == 4


async def test_an_ntfy_topic_is_made_here_shown_once_and_gets_what_is_due(world: World, device: Device) -> None:
    made = await device.ask("POST", "/me/ntfy")
    assert made.status_code == 201
    topic = made.json()["topic"]
    assert made.json()["address"] == f"{world.ntfy.url}/{topic}"
    assert len(topic) >= 32
    masked = (await me(device))["ntfy"]
    assert topic not in masked
    assert masked.startswith("recado-")
    await device.ask("PATCH", "/me", json={"notify": {"created": True}})
    await device.create("buy bread")
    (message,) = await settle(device)
    assert (message["channel"], message["to"]) == ("ntfy", "ntfy:***")
    assert [(path, login) for path, _, login in world.ntfy.took if path == topic] == [(topic, "Bearer tk_secret")]
    tables = await stored.dump(world.service)
    assert not stored.where(tables, topic), "a thief of the database could read along"
    assert topic not in world.service.log.read_text()
    again = (await device.ask("POST", "/me/ntfy")).json()["topic"]
    assert again != topic
    assert (await device.ask("DELETE", "/me/ntfy")).status_code == 204
    assert (await me(device))["ntfy"] is None


async def test_the_order_is_the_persons_and_the_next_one_takes_what_was_refused(
    world: World, ana: Person, device: Device
) -> None:
    await with_email(world, device, address_of(ana))
    topic = (await device.ask("POST", "/me/ntfy")).json()["topic"]
    changed = await device.ask("PATCH", "/me", json={"channels": ["email", "ntfy"], "notify": {"created": True}})
    assert changed.json()["channels"] == ["email", "ntfy"]
    await device.create("buy bread")
    assert (await settle(device))[0]["channel"] == "email"
    world.mail.script_rcpt("550 5.1.1 no such mailbox")
    await device.create("buy milk")
    (message, *_) = await settle(device)
    assert (message["channel"], message["error"]) == ("ntfy", None)
    assert [path for path, _, _ in world.ntfy.took].count(topic) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"channels": []},
        {"channels": ["sms", "sms"]},
        {"channels": ["pigeon"]},
        {"channels": None},
        {"digest": "8:00"},
        {"digest": "24:00"},
        {"digest": 8},
    ],
)
async def test_wrong_channels_and_hours_are_422(device: Device, change: dict[str, Any]) -> None:
    assert kind(await device.ask("PATCH", "/me", json=change)) == (422, "invalid-value")


async def test_the_digest_is_off_and_can_be_set_and_taken_back(device: Device) -> None:
    assert (await me(device))["digest"] is None
    assert (await device.ask("PATCH", "/me", json={"digest": "08:00"})).json()["digest"] == "08:00"
    assert (await device.ask("PATCH", "/me", json={"locale": "pt-BR"})).json()["digest"] == "08:00"
    assert (await device.ask("PATCH", "/me", json={"digest": None})).json()["digest"] is None


async def test_a_to_do_is_reminded_of_by_the_running_service(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    now = datetime.now(UTC)
    soon = f"{now + timedelta(minutes=2):%Y-%m-%dT%H:%M}"
    todo = await device.create("dentist", due=soon, remind=1)
    done = await device.create("done by then", due=soon, remind=1)
    await device.ask("PATCH", f"/todo/{done['id']}", json={"done": True})
    async with stored.database(world.service) as db:  # as if the two minutes had passed
        due_at = round(now.timestamp()) * 1_000_000
        values = (f"{now:%Y-%m-%dT%H:%M}", due_at, todo["id"], done["id"])
        await db.change("UPDATE todo SET due = $1, due_at = $2 WHERE id IN ($3, $4)", *values)
        await db.change("UPDATE reminder SET at = 1 WHERE todo_id IN ($1, $2)", todo["id"], done["id"])
    mail = await world.mail_to(address_of(ana), 2)
    assert f"Reminder: dentist ({now:%H:%M})" in mail
    await asyncio.sleep(6)
    assert len(world.mails_to(address_of(ana))) == 2
    items = (await device.ask("GET", "/message")).json()["items"]
    assert [(item["todo_id"], item["state"]) for item in items if item["text"].startswith("Reminder")] == [
        (todo["id"], "sent")
    ]


async def test_quiet_hours_hold_the_texts_of_the_running_service(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    now = datetime.now(UTC)
    quiet = {"from": f"{now - timedelta(hours=1):%H:%M}", "to": f"{now + timedelta(hours=2):%H:%M}"}
    await device.ask("PATCH", "/me", json={"quiet_hours": quiet, "notify": {"created": True}})
    await device.create("buy bread")
    await asyncio.sleep(2.5)
    assert (await settle(device, "queued"))[0]["error"] is None
    assert len(world.mails_to(address_of(ana))) == 1
    found = await stored.rows(world.service, "SELECT state, attempts FROM message WHERE kind = 'created'")
    assert ("queued", 0) in found


async def test_news_of_a_sign_in_comes_to_who_has_no_phone(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    await device.ask("PATCH", "/me", json={"time_zone": "Europe/Lisbon"})
    await elsewhere(world, ana)
    mail = await world.mail_to(address_of(ana), 2)
    assert f"new sign-in as {ana.username} on kitchen at " in mail
    assert mail.strip().endswith(f"Not you? End it at {PUBLIC}/app/devices and change your password.")
    assert [item["text"] for item in await settle(device) if "KILL" in item["text"]] == []


async def test_news_of_a_sign_in_goes_the_ways_that_were_chosen_in_their_order(
    world: World, ana: Person, device: Device
) -> None:
    phone = a_number()
    await Carried(world.service, world.vonage).verify(device, phone)
    await with_email(world, device, address_of(ana))
    topic = (await device.ask("POST", "/me/ntfy")).json()["topic"]
    await device.ask("PATCH", "/me", json={"channels": ["ntfy", "sms"]})
    await elsewhere(world, ana)
    assert (await settle(device))[0]["channel"] == "ntfy"
    (pushed,) = [text for path, text, _ in world.ntfy.took if path == topic]
    assert pushed.endswith(f"End it at {PUBLIC}/app/devices and change your password.")
    world.ntfy.script("403")
    await elsewhere(world, ana, "127.98.1.2", "garage")

    async def texted() -> bool:
        return any("garage" in request["body"]["text"] for request in list(world.vonage.requests))

    await wait_for(texted)
    assert world.vonage.requests[-1]["to"] == phone.removeprefix("+")
    assert world.vonage.requests[-1]["body"]["text"].endswith("Reply KILL 2 within an hour to end it.")
    assert len(world.mails_to(address_of(ana))) == 1  # its code


async def test_stop_ends_texts_and_says_that_the_other_ways_go_on_until_they_are_taken_out(
    world: World, ana: Person, device: Device
) -> None:
    phone = a_number()
    await Carried(world.service, world.vonage).verify(device, phone)
    await with_email(world, device, address_of(ana))
    stop = inbound_body(phone, "STOP")
    assert await asyncio.to_thread(Caller(world.service.base_url, KEY).post, INBOUND, stop) == 204

    async def confirmed() -> bool:
        return "e-mail or push instead" in str(world.vonage.requests[-1]["body"])

    await wait_for(confirmed)
    assert world.vonage.requests[-1]["to"] == phone.removeprefix("+")
    await device.create("buy bread")
    await world.mail_to(address_of(ana), 2)
    await device.ask("PATCH", "/me", json={"channels": ["sms"]})
    await device.create("buy milk")
    (message, *_) = await settle(device, "failed")
    assert message["error"] == "This number answered STOP. Text START from it to get texts again."
    assert len(world.mails_to(address_of(ana))) == 2


async def test_a_text_that_goes_by_e_mail_asks_for_no_reply(world: World, ana: Person, device: Device) -> None:
    phone = a_number()
    await Carried(world.service, world.vonage).verify(device, phone)
    await with_email(world, device, address_of(ana))
    owner = await (await somebody(world.service, "rui")).device()
    world.vonage.script(to={phone.removeprefix("+"): "422"})
    await leave_for(owner, device, "buy bread")
    assert (await world.mail_to(address_of(ana), 2)).strip().endswith("left you: buy bread")
    (text,) = [request["body"]["text"] for request in world.vonage.requests if "buy bread" in str(request["body"])]
    assert text.endswith("left you: buy bread. Reply DONE 1 when done.")
    assert (await settle(device))[0]["text"].endswith("left you: buy bread")
    world.vonage.script()


async def test_what_waited_for_the_morning_is_not_told_to_who_was_taken_out_of_the_list(
    world: World, ana: Person, device: Device
) -> None:
    await with_email(world, device, address_of(ana))
    owner = await (await somebody(world.service, "rui")).device()
    await device.ask("PATCH", "/me", json={"quiet_hours": {"from": "00:00", "to": "23:59"}})
    list_id = await leave_for(owner, device, "a secret plan")
    await settle(device, "queued")
    await asyncio.sleep(1.5)
    ana_id = (await me(device))["user_id"]
    assert (await owner.ask("DELETE", f"/list/{list_id}/member/{ana_id}")).status_code == 204
    await device.ask("PATCH", "/me", json={"quiet_hours": None})
    async with stored.database(world.service) as db:  # as if the night were over
        await db.change("UPDATE message SET due_at = 1 WHERE kind = 'assigned' AND user_id = $1", ana_id)
    (message, *_) = await settle(device, "failed")
    assert message["error"] == "The to-do was deleted, or is in a list that they can no longer see."
    assert len(world.mails_to(address_of(ana))) == 1  # its code


async def elsewhere(world: World, person: Person, address: str = "127.98.1.1", name: str = "kitchen") -> None:
    """Somebody signs in on a device that nobody knows."""
    client = visitor(world.service, address)
    assert (await client.post("/login", json={**person.credentials, "device": name})).status_code == 200


async def leave_for(owner: Device, other: Device, title: str) -> str:
    """Share a list and leave a to-do there for the other one; return the list's id."""
    list_id = await share(owner, other)
    other_id = (await other.ask("GET", "/me")).json()["user_id"]
    await owner.create(title, list_id=list_id, **{"for": other_id})
    return list_id


async def test_a_number_of_another_country_is_422_at_once(device: Device) -> None:
    answer = await device.ask("POST", "/me/phone", json={"phone": "+447400123456"})
    assert kind(answer) == (422, "invalid-value")
    assert "no texts to GB numbers" in answer.json()["detail"]


async def test_prometheus_finds_messages_channels_and_stores(world: World, ana: Person, device: Device) -> None:
    await with_email(world, device, address_of(ana))
    for secret, status in (("not-the-secret-" * 3, 401), (SIGNATURE_SECRET, 204)):
        caller = Caller(world.service.base_url, KEY, secret)
        assert await asyncio.to_thread(caller.post, INBOUND, inbound_body("+351912000001", "LIST")) == status
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{world.ops_port}", trust_env=False) as client:
        answers = [await client.get("/metrics") for _ in range(4)]
        assert (await client.get("/todo")).status_code == 404
        assert (await client.post("/metrics")).status_code == 405
    for answer in answers:  # whichever process answers
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        told = answer.text
        assert re.search(r'^recado_messages\{channel="email",state="sent"\} [1-9]', told, re.MULTILINE)
        assert re.search(r'^recado_message_attempts_total\{channel="email",outcome="sent"\} [1-9]', told, re.MULTILINE)
        assert 'recado_channel_stopped{channel="sms"} 0.0' in told
        assert 'recado_callbacks_total{outcome="forged"} 1.0' in told
        assert re.search(r'^recado_callbacks_total\{outcome="taken"\} [12]\.0$', told, re.MULTILINE)
        assert 'recado_store_up{store="sql"} 1.0' in told
        assert ana.username not in told
        assert "example.org" not in told


async def test_without_its_settings_a_service_says_that_it_sends_no_such_thing(service: Service) -> None:
    device = await (await somebody(service)).device()
    for answer in (
        await device.ask("POST", "/me/email", json={"email": "ana@example.org", "password": PASSWORD}),
        await device.ask("POST", "/me/ntfy"),
    ):
        assert kind(answer) == (403, "refused")
    asked = await visitor(service).post("/password/forgot", json={"username": "ana"})
    assert asked.status_code == 202
