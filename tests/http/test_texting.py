"""Commands by text, from the phone to the to-do and back, on both set-ups."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from typing import Any

from recado.messages import segments
from tests.http.conftest import Texted
from tests.http.people import PASSWORD, Device, kind, somebody_on, wait_for
from tests.http.stored import rows
from tests.vonage.callbacks import problem

_numbers = itertools.count(100)


def a_number() -> str:
    """A number that nobody else has."""
    return f"+351912{next(_numbers):06}"


async def texter(texted: Texted, name: str = "ana", locale: str = "en", phone: str = "") -> tuple[Device, str]:
    """Somebody with a verified number, and it; they get no text about what they create themselves."""
    device, phone = await somebody_on(texted.service, name), phone or a_number()
    await texted.with_phone(device, phone)
    settings = {"locale": locale, "notify": {"created": False}, "time_zone": "Europe/Lisbon"}
    assert (await device.ask("PATCH", "/me", json=settings)).status_code == 200
    return device, phone


async def share(owner: Device, *others: Device, role: str = "editor") -> str:
    """Make a list that all of them are in; return its id."""
    list_id: str = (await owner.ask("POST", "/list", json={"name": "casa"})).json()["id"]
    for other in others:
        code = (await owner.ask("POST", f"/list/{list_id}/invite", json={"role": role})).json()["code"]
        assert (await other.ask("POST", f"/invite/{code}")).status_code == 200
    return list_id


async def name_of(device: Device) -> str:
    return (await device.ask("GET", "/me")).json()["username"]


async def titles(device: Device, query: str = "") -> list[str]:
    return [item["title"] for item in (await device.ask("GET", f"/todo{query}")).json()["items"]]


def hashed(phone: str) -> str:
    """How a number is kept that said STOP."""
    return hashlib.sha256(phone.encode()).hexdigest()


async def silence(texted: Texted, phone: str, before: int) -> None:
    """Nothing is sent to a number although there is time."""
    await asyncio.sleep(0.6)
    assert texted.texts(phone)[before:] == []


async def test_a_text_becomes_a_todo_is_listed_done_and_taken_back(texted: Texted) -> None:
    device, phone = await texter(texted)
    assert await texted.ask(phone, "buy bread") == "Added 1: buy bread"
    assert await texted.ask(phone, "LIST") == "1 buy bread"
    assert await texted.ask(phone, " done  1 ") == "Done: buy bread"
    assert await titles(device) == []
    assert await texted.ask(phone, "undo") == "Taken back: buy bread"
    assert await titles(device) == ["buy bread"]
    assert await texted.ask(phone, "UNDO") == "Taken back: buy bread"  # the one before: that it was added
    assert await titles(device) == []
    assert await titles(device, "?state=trash") == ["buy bread"]
    assert await texted.ask(phone, "UNDO") == "There is nothing of the last day to take back."


async def test_the_same_in_portuguese_with_and_without_accents(texted: Texted) -> None:
    device, phone = await texter(texted, "rui", "pt-BR")
    assert await texted.ask(phone, "comprar pão") == "Anotado 1: comprar pão"
    assert await texted.ask(phone, "  pagar aluguel  amanhã 9h !1 #casa") == "Anotado 2: pagar aluguel (amanha 9:00)"
    assert await texted.ask(phone, "lista") == "2 pagar aluguel (amanha 9:00)\n1 comprar pão"
    assert await texted.ask(phone, "ADIAR 1 AMANHA") == "Para amanha: comprar pão"
    assert await texted.ask(phone, "Feito 2.") == "Feito: pagar aluguel"
    assert await texted.ask(phone, "desfazer") == "Desfeito: pagar aluguel"
    assert await texted.ask(phone, "AJUDA") == (
        "LISTA, FEITO 3, DESFAZER, ADIAR 3 2h ou amanha, ENCERRAR (acesso novo), PARAR. O resto vira tarefa; "
        "@nome deixa para alguem."
    )
    assert await texted.ask(phone, "list") != ""  # English is understood all the same
    (todo, _) = (await device.ask("GET", "/todo?sort=priority")).json()["items"]
    assert (todo["title"], todo["priority"], todo["labels"]) == ("pagar aluguel", 1, ["casa"])


async def test_numbers_stay_the_same_while_the_list_changes(texted: Texted) -> None:
    device, phone = await texter(texted)
    for title in ("one", "two", "three"):
        await texted.ask(phone, title)
    assert await texted.ask(phone, "LIST") == "3 three\n2 two\n1 one"
    await texted.ask(phone, "DONE 2")
    await device.create("four", due="2020-01-01")
    assert await texted.ask(phone, "LIST") == "4 four (1 Jan 2020)\n3 three\n1 one"
    assert await texted.ask(phone, "DONE 2") == "Already done: two"
    assert await texted.ask(phone, "DONE 1 3 9") == "Done: 1, 3. There is no open 9. Text LIST to see the numbers."
    assert await titles(device) == ["four"]


async def test_a_long_list_comes_in_pages_of_one_sms(texted: Texted) -> None:
    device, phone = await texter(texted)
    for n in range(15):
        await device.create(f"a rather long title of a thing to do, number {n}")
    first = await texted.ask(phone, "LIST")
    second = await texted.ask(phone, "LIST 2")
    assert segments.count(first) == segments.count(second) == 1
    assert first.split("\n")[-1] == "+12: LIST 2"
    assert [line.split()[0] for line in f"{first}\n{second}".split("\n")] == [
        "1",
        "2",
        "3",
        "+12:",
        "4",
        "5",
        "6",
        "+9:",
    ]
    assert await texted.ask(phone, "LIST 99") == "That is all: there is no page 99."


async def test_nothing_to_list_and_no_such_number(texted: Texted) -> None:
    _, phone = await texter(texted)
    assert await texted.ask(phone, "LIST") == "Nothing is open."
    assert await texted.ask(phone, "DONE 7") == "There is no open 7. Text LIST to see the numbers."
    assert await texted.ask(phone, "DONE") == "Nothing is waiting for that. Text LIST to see your to-dos."


async def test_snooze_moves_the_date_or_asks_until_when(texted: Texted) -> None:
    device, phone = await texter(texted)
    todo = await device.create("call mum", due="2030-05-01T09:00")
    await texted.ask(phone, "LIST")
    assert await texted.ask(phone, "SNOOZE 1 2h") == "Until 1 May 2030 11:00: call mum"
    assert (await device.ask("GET", f"/todo/{todo['id']}")).json()["due"] == "2030-05-01T11:00"
    asked = await texted.ask(phone, "snooze 1")
    assert asked == "Until when? For example SNOOZE 1 2h, or SNOOZE 1 tomorrow."
    assert await texted.ask(phone, "snooze 1 whenever") == asked
    assert await texted.ask(phone, "Snooze the meeting") == "Added 2: Snooze the meeting"
    assert await texted.ask(phone, "SNOOZE 1 tomorrow") == "Until tomorrow 11:00: call mum"
    assert await texted.ask(phone, "UNDO") == "Taken back: call mum"
    assert (await device.ask("GET", f"/todo/{todo['id']}")).json()["due"] == "2030-05-01T11:00"


async def test_done_moves_a_repeating_todo_on_and_says_when_it_is_next_due(texted: Texted) -> None:
    _, phone = await texter(texted)
    added = await texted.ask(phone, "water plants every day")
    assert added.startswith("Added 1: water plants (")
    told = await texted.ask(phone, "DONE 1")
    assert told == "Done: water plants. Next: tomorrow"


async def test_what_somebody_else_changed_since_is_not_taken_back(texted: Texted) -> None:
    device, phone = await texter(texted)
    await texted.ask(phone, "buy bread")
    (todo,) = (await device.ask("GET", "/todo")).json()["items"]
    await device.ask("PATCH", f"/todo/{todo['id']}", json={"title": "buy rolls"})
    assert await texted.ask(phone, "UNDO") == "It was changed since, so nothing was taken back: buy rolls"
    assert await titles(device) == ["buy rolls"]


async def test_a_todo_left_by_text_reaches_the_other_who_answers_and_the_first_is_told(texted: Texted) -> None:
    (ana, anas), (maria, marias) = await texter(texted, "ana"), await texter(texted, "maria", "pt-BR")
    await share(ana, maria)
    a, m = await name_of(ana), await name_of(maria)
    shown_a, shown_m = a.replace(".", ". ") if a.split(".")[1].isalpha() else a, m
    before = len(texted.sent(marias))
    assert await texted.ask(anas, f"@{m} comprar pão") == f"Left for {shown_m} (1): comprar pão"
    assert await texted.next_text(marias, before) == f"{shown_a} deixou: comprar pão. Responda FEITO 1 quando fizer."
    told = len(texted.sent(anas))
    assert await texted.ask(marias, "feito!") == "Feito: comprar pão"
    assert await texted.next_text(anas, told) == f"{shown_m} did it: comprar pão"
    (todo,) = (await ana.ask("GET", "/todo?state=done")).json()["items"]
    assert (todo["for"], todo["done_by"], todo["message"]["state"]) == (todo["done_by"], todo["for"], "sent")


async def test_with_two_open_the_number_in_the_text_says_which(texted: Texted) -> None:
    (ana, _), (maria, phone) = await texter(texted, "ana"), await texter(texted, "maria")
    list_id = await share(ana, maria)
    marias_id = (await maria.ask("GET", "/me")).json()["user_id"]
    await texted.ask(phone, "something of her own")
    for n, title in enumerate(("buy bread", "buy milk"), 2):
        before = len(texted.sent(phone))
        await ana.create(title, list_id=list_id, **{"for": marias_id})
        assert (await texted.next_text(phone, before)).endswith(f": {title}. Reply DONE {n} when done.")
    assert await texted.ask(phone, "DONE") == "Which one? DONE and a number: 2 buy bread, 3 buy milk"
    assert await texted.ask(phone, "DONE 3") == "Done: buy milk"
    assert await texted.ask(phone, "Done") == "Done: buy bread"  # the only one left that a text asked about
    assert await titles(maria) == ["something of her own"]


async def test_whom_one_shares_no_list_with_cannot_be_left_anything(texted: Texted) -> None:
    (device, phone), (stranger, _) = await texter(texted), await texter(texted, "zoe")
    name = await name_of(stranger)
    added = await texted.ask(phone, f"@{name} buy bread")
    assert added == f"Added 1: @{name} buy bread (you share no list with {name})"
    assert (await device.ask("GET", "/todo")).json()["items"][0]["for"] is None


async def test_who_gets_no_texts_is_said_to_who_leaves_them_something(texted: Texted) -> None:
    (ana, phone), silent = await texter(texted), await somebody_on(texted.service, "bo")
    await share(ana, silent)
    name = await name_of(silent)
    assert await texted.ask(phone, f"@{name} buy bread") == f"Left for {name} (1): buy bread ({name} gets no texts)"


async def test_a_viewer_may_only_tick_what_was_left_for_them(texted: Texted) -> None:
    owner = await somebody_on(texted.service, "owner")
    viewer, phone = await texter(texted, "viewer")
    list_id = await share(owner, viewer, role="viewer")
    todo = await owner.create("look", list_id=list_id)
    assert await texted.ask(phone, "LIST") == "1 look"
    assert await texted.ask(phone, "DONE 1") == "You may look at that list, but not change it."
    assert (await owner.ask("GET", f"/todo/{todo['id']}")).json()["done"] is False
    viewers_id = (await viewer.ask("GET", "/me")).json()["user_id"]
    before = len(texted.sent(phone))
    await owner.ask("PATCH", f"/todo/{todo['id']}", json={"for": viewers_id})
    assert (await texted.next_text(phone, before)).endswith("left you: look. Reply DONE 1 when done.")
    assert await texted.ask(phone, "SNOOZE 1 2h") == "You may look at that list, but not change it."
    await texted.text(phone, "DONE 1")

    async def done() -> bool:
        return (await owner.ask("GET", f"/todo/{todo['id']}")).json()["done"]

    await wait_for(done)


async def test_unicode_and_texts_of_several_parts_are_kept_whole(texted: Texted) -> None:
    device, phone = await texter(texted, "rui", "pt-BR")
    for text in ("買い物 🎉 ção", "línea\nsegunda línea\tfim", "x" * 500):
        answer = await texted.ask(phone, text)
        assert segments.count(answer) == 1
    assert await titles(device) == ["x" * 500, "línea segunda línea fim", "買い物 🎉 ção"]
    long = "ler o livro de " + "história e geografia " * 60
    assert segments.count(await texted.ask(phone, long)) == 1
    todo = (await device.ask("GET", "/todo")).json()["items"][0]
    assert todo["title"].startswith("ler o livro de história")
    assert len(todo["title"]) <= 500
    assert todo["notes"] == " ".join(long.split())


async def test_hostile_text_is_neutral_in_every_answer(texted: Texted) -> None:
    _, phone = await texter(texted)
    for text in ("see http://evil.example/x", "a\u202eb\x1b[31m", "pay +351 900 000 000 at evil.example"):
        answer = await texted.ask(phone, text)
        assert "evil.example" not in answer
        assert all(char == "\n" or char.isprintable() for char in answer)


async def test_an_unknown_number_is_ignored_in_silence(texted: Texted) -> None:
    stranger = a_number()
    for text in ("LIST", "buy bread", "HELP", "START", "KILL", "STOP", "STOP"):
        await texted.text(stranger, text)
    for sender in ("Vodafone", "12345", "+0351912", "", "351912000000000000"):
        await texted.text(sender, "buy bread")
    await silence(texted, stranger, 0)
    assert await rows(texted.service, "SELECT id FROM todo WHERE title = 'buy bread' AND user_id = 0") == []


async def test_a_number_that_is_not_verified_or_whose_account_is_disabled_is_unknown(texted: Texted) -> None:
    device, phone = await texter(texted)
    name = await name_of(device)
    other = a_number()
    await device.ask("POST", "/me/phone", json={"phone": other})
    await texted.next_text(other, 0)
    await texted.text(other, "LIST")
    await silence(texted, other, 1)
    assert (await asyncio.to_thread(texted.service.run, "user", "disable", name)).returncode == 0
    await texted.text(phone, "LIST")
    await silence(texted, phone, 1)


async def test_stop_ends_everything_at_once_and_start_undoes_it(texted: Texted) -> None:
    (ana, anas), (maria, phone) = await texter(texted, "ana"), await texter(texted, "maria", "pt-BR")
    list_id = await share(ana, maria)
    marias_id = (await maria.ask("GET", "/me")).json()["user_id"]
    bye = await texted.ask(phone, "Parar!")
    assert bye == "recado: nao enviaremos mais mensagens. Responda START para voltar."
    before = len(texted.sent(phone))
    await texted.text(phone, "STOP")  # no second confirmation
    todo = await ana.create("buy bread", list_id=list_id, **{"for": marias_id})
    await texted.text(phone, "comprar leite")  # it acts, and is not answered
    assert kind(await maria.ask("POST", "/me/phone", json={"phone": phone})) == (422, "invalid-value")

    async def told() -> bool:
        return (await ana.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"] == "failed"

    await wait_for(told)
    message = (await ana.ask("GET", f"/todo/{todo['id']}")).json()["message"]
    assert message["error"] == "This number answered STOP. Text START from it to get texts again."
    await silence(texted, phone, before)
    assert "comprar leite" in await titles(maria)
    assert (
        await texted.ask(phone, "começar")
        == "recado: voltamos a enviar mensagens. PARAR encerra, AJUDA mostra os comandos."
    )
    await ana.create("buy milk", list_id=list_id, **{"for": marias_id})
    assert "buy milk" in await texted.next_text(phone, before + 1)
    assert anas != phone


async def test_stop_is_remembered_for_a_number_that_no_account_has_yet(texted: Texted) -> None:
    phone = a_number()
    await texted.text(phone, "STOP")
    device = await somebody_on(texted.service)

    async def remembered() -> bool:
        return bool(await rows(texted.service, "SELECT number FROM stopped_number WHERE number = $1", hashed(phone)))

    await wait_for(remembered)
    other = await device.ask("POST", "/me/phone", json={"phone": a_number()})
    answer = await device.ask("POST", "/me/phone", json={"phone": phone})
    assert (answer.status_code, answer.content) == (other.status_code, other.content) == (202, b"")
    await silence(texted, phone, 0)
    await texted.text(phone, "START")

    async def sent() -> bool:
        return bool(texted.sent(phone))

    await asyncio.sleep(0.5)
    assert (await device.ask("POST", "/me/phone", json={"phone": phone})).status_code in (202, 429)
    await wait_for(sent)


async def test_where_the_carrier_confirms_stop_we_do_not(texted: Texted) -> None:
    device, phone = await texter(texted, phone="+12025550143")
    before = len(texted.sent(phone))
    await texted.text(phone, "STOP")
    await texted.text(phone, "START")
    assert await texted.ask(phone, "LIST") == "Nothing is open."
    assert len(texted.sent(phone)) == before + 1
    assert (await device.ask("GET", "/me")).json()["phone_verified"]


async def test_two_machines_do_not_text_each_other_for_ever(texted: Texted) -> None:
    device, phone = await texter(texted)
    before = len(texted.sent(phone))
    for n in range(30):
        await texted.text(phone, f"I am driving and will answer later {n}")

    async def all_there() -> bool:
        return len(await titles(device, "?limit=200")) == 30  # what people text is kept; it is only not answered

    await wait_for(all_there)
    await asyncio.sleep(1.5)
    assert len(texted.sent(phone)) - before == 20


async def test_a_killed_service_acts_on_what_it_took_exactly_once(texted: Texted) -> None:
    device, phone = await texter(texted)
    for round_ in range(3):
        answers = [asyncio.to_thread(texted.caller.text, phone, f"round {round_} number {n}") for n in range(10)]
        taken = [answer for answer in await asyncio.gather(*answers, return_exceptions=True) if answer is None]
        texted.service.kill9()
        await asyncio.to_thread(texted.service.start)
        wanted = len(taken)

        async def all_there(round_: int = round_, wanted: int = wanted) -> bool:
            found = [title for title in await titles(device, "?limit=200") if title.startswith(f"round {round_}")]
            assert len(set(found)) == len(found)
            return len(found) >= wanted

        await wait_for(all_there)
        await asyncio.sleep(0.3)
        found = [title for title in await titles(device, "?limit=200") if title.startswith(f"round {round_}")]
        assert len(found) == len(set(found)) == 10


async def test_what_was_texted_is_gone_with_the_account(texted: Texted) -> None:
    device, phone = await texter(texted)
    await texted.ask(phone, "buy bread")
    user_id = (await device.ask("GET", "/me")).json()["user_id"]
    tables = ("short_number", "text_change", "message")
    for table in tables:
        assert await rows(texted.service, f"SELECT user_id FROM {table} WHERE user_id = $1", user_id), table
    assert (await device.ask("DELETE", "/me", json={"password": PASSWORD})).status_code == 204
    for table in tables:
        assert await rows(texted.service, f"SELECT user_id FROM {table} WHERE user_id = $1", user_id) == [], table
    assert await rows(texted.service, "SELECT jti FROM callback WHERE body <> ''") == []


def _told(message: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(message[name] for name in ("state", "error", "price", "currency"))


async def test_receipts_show_in_the_messages_and_on_the_todo(texted: Texted) -> None:
    device, phone = await texter(texted)
    await device.ask("PATCH", "/me", json={"notify": {"created": True}})
    for status, code, state, error in (
        ("delivered", None, "delivered", None),
        ("undeliverable", "1190", "failed", "This number is no longer in use."),
    ):
        before = len(texted.sent(phone))
        todo = await device.create()
        await texted.next_text(phone, before)
        request = texted.sent(phone)[before]
        more = {"usage": {"price": "0.0333", "currency": "EUR"}} | ({"error": problem(code)} if code else {})
        await texted.report(request, "submitted", status, "submitted", times=2, **more)

        async def arrived(todo: dict[str, Any] = todo, state: str = state) -> bool:
            return (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"] == state

        await wait_for(arrived)
        message = (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]
        assert message == {"state": state, "error": error, "price": "0.0333", "currency": "EUR"}
        (told,) = [one for one in (await device.ask("GET", "/message")).json()["items"] if one["todo_id"] == todo["id"]]
        assert _told(told) == (state, error, "0.0333", "EUR")
        assert (told["delivered_at"] is not None) == (state == "delivered")


async def test_a_receipt_may_come_before_the_answer_to_the_request(texted: Texted) -> None:
    device, phone = await texter(texted)
    await device.ask("PATCH", "/me", json={"notify": {"created": True}})
    texted.vonage.script(to={phone.removeprefix("+"): {"answer": "202", "delay": 1.5}})
    before = len(texted.sent(phone))
    todo = await device.create()
    await texted.next_text(phone, before)
    await texted.report(texted.sent(phone)[before], "delivered", "submitted")

    async def state() -> str:
        return (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"]

    async def delivered() -> bool:
        return await state() == "delivered"

    await wait_for(delivered, 1.3)
    await asyncio.sleep(2)
    assert await state() == "delivered"
    texted.vonage.script()


async def test_a_receipt_settles_a_text_whose_answer_was_lost(texted: Texted) -> None:
    device, phone = await texter(texted)
    await device.ask("PATCH", "/me", json={"notify": {"created": True}})
    texted.vonage.script(to={phone.removeprefix("+"): "hang_up"})
    before = len(texted.sent(phone))
    todo = await device.create()
    await texted.next_text(phone, before)
    await asyncio.sleep(0.3)
    assert (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"] == "queued"
    await texted.report(texted.sent(phone)[before], "delivered", delay=0.2)

    async def delivered() -> bool:
        return (await device.ask("GET", f"/todo/{todo['id']}")).json()["message"]["state"] == "delivered"

    await wait_for(delivered)
    texted.vonage.script()
    assert await rows(texted.service, "SELECT due_at FROM message WHERE id = $1", todo["id"]) == [(None,)]
