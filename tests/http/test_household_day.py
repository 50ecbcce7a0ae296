"""A day of a household of three, two of them only by text, on both set-ups against the stand-in of Vonage.

Every callback of the day is delivered twice, and receipts come in a bad order, as Vonage says may happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from recado.messages import segments
from tests.http import stored
from tests.http.conftest import Texted
from tests.http.people import Device, Person, somebody, visitor, wait_for
from tests.http.test_texting import a_number, share, silence


@dataclass(frozen=True)
class Phone:
    """A phone without internet: all it can do is text."""

    texted: Texted
    number: str

    @property
    def count(self) -> int:
        return len(self.texted.sent(self.number))

    async def ask(self, text: str) -> str:
        """Text the service, and read what it answers."""
        answer = await self.texted.ask(self.number, text, times=2)
        assert segments.count(answer) == 1
        return answer

    async def say(self, text: str) -> None:
        """Text the service something that it does not answer."""
        await self.texted.text(self.number, text, times=2)

    async def read(self, before: int) -> str:
        """Wait for the text that comes after the first `before` ones."""
        text = await self.texted.next_text(self.number, before)
        assert segments.count(text) == 1
        return text


async def _moves_in(texted: Texted, name: str, locale: str) -> tuple[Person, Device, Phone]:
    """Somebody signs up, proves their number and chooses their language."""
    person = await somebody(texted.service, name)
    device, phone = await person.device(f"{name}'s browser"), Phone(texted, a_number())
    await texted.with_phone(device, phone.number)
    settings: dict[str, Any] = {"locale": locale, "time_zone": "Europe/Lisbon", "notify": {"created": False}}
    assert (await device.ask("PATCH", "/me", json=settings)).status_code == 200
    return person, device, phone


async def _message(device: Device, todo_id: str) -> dict[str, Any]:
    return (await device.ask("GET", f"/todo/{todo_id}")).json()["message"]


async def _its_time_comes(texted: Texted, title: str) -> None:
    """Make a to-do due now, as if the time until then had passed."""
    now = datetime.now(UTC)
    async with stored.database(texted.service) as db:
        ((id_, zone),) = await db.all("SELECT id, zone FROM todo WHERE title = $1 AND done_at IS NULL", title)
        due = f"{now.astimezone(ZoneInfo(zone or 'UTC')):%Y-%m-%dT%H:%M}"
        due_at = round(now.timestamp()) // 60 * 60_000_000
        await db.change("UPDATE todo SET due = $1, due_at = $2 WHERE id = $3 RETURNING id", due, due_at, id_)
        await db.change("UPDATE reminder SET at = 1, moment = $1 WHERE todo_id = $2 RETURNING at", due_at, id_)


async def test_a_day_of_a_household_of_three_two_of_them_only_by_text(texted: Texted) -> None:
    # In the morning they move in: Ana has a laptop, Maria and Rui have phones that can only text.
    ana, laptop, anas_phone = await _moves_in(texted, "ana", "en")
    maria, marias_device, marias = await _moves_in(texted, "maria", "pt-BR")
    rui, ruis_device, ruis = await _moves_in(texted, "rui", "pt-BR")
    casa = await share(laptop, marias_device, ruis_device)

    # Maria texts in what there is to do.
    assert await marias.ask("Comprar pão amanhã 9h") == "Anotado 1: Comprar pão (amanha 9:00)"
    assert await marias.ask("regar as plantas") == "Anotado 2: regar as plantas"
    assert await marias.ask("LISTA") == "1 Comprar pão (amanha 9:00)\n2 regar as plantas"

    # Ana leaves something for Rui on the web; receipts come twice and in a bad order.
    before = ruis.count
    todo = await laptop.create("fix the tap", list_id=casa, **{"for": rui.user_id})
    assert await ruis.read(before) == f"{ana.username} deixou: fix the tap. Responda FEITO 1 quando fizer."
    price = {"usage": {"price": "0.0333", "currency": "EUR"}}
    await texted.report(texted.sent(ruis.number)[before], "delivered", "submitted", times=2, **price)

    async def delivered() -> bool:
        return await _message(laptop, todo["id"]) == {
            "state": "delivered",
            "error": None,
            "price": "0.0333",
            "currency": "EUR",
        }

    await wait_for(delivered)

    # Maria leaves something for Rui by text.
    before = ruis.count
    assert await marias.ask(f"@{rui.username} levar o lixo") == f"Deixado para {rui.username} (3): levar o lixo"
    assert await ruis.read(before) == f"{maria.username} deixou: levar o lixo. Responda FEITO 2 quando fizer."

    # Rui has two now, so a bare FEITO asks which one.
    assert await ruis.ask("feito") == "Qual? FEITO e um numero: 1 fix the tap, 2 levar o lixo"
    before = marias.count
    assert await ruis.ask("FEITO 2") == "Feito: levar o lixo"
    assert await marias.read(before) == f"{rui.username} concluiu: levar o lixo"

    # At noon he puts the tap off, does it in the end, and Ana is told.
    assert await ruis.ask("adiar amanhã") == "Para amanha: fix the tap"
    before = anas_phone.count
    assert await ruis.ask("Feito!") == "Feito: fix the tap"
    assert await anas_phone.read(before) == f"{rui.username} did it: fix the tap"
    assert await ruis.ask("LISTA") == "Nada em aberto."

    # Maria ticks one, takes it back, and does the other.
    assert await marias.ask("feito 1") == "Feito: Comprar pão"
    assert await marias.ask("DESFAZER") == "Desfeito: Comprar pão"
    assert await marias.ask("Feito 2") == "Feito: regar as plantas"
    assert await marias.ask("lista") == "1 Comprar pão (amanha 9:00)"

    # In the afternoon Rui has enough of texts. What is left for him now does not reach him, and Ana sees why.
    assert await ruis.ask("PARAR") == "recado: nao enviaremos mais mensagens. Responda START para voltar."
    before = ruis.count
    unsent = await laptop.create("buy paint", list_id=casa, **{"for": rui.user_id})

    async def failed() -> bool:
        return (await _message(laptop, unsent["id"]))["state"] == "failed"

    await wait_for(failed)
    assert "STOP" in (await _message(laptop, unsent["id"]))["error"]
    await ruis.say("LISTA")
    await silence(texted, ruis.number, before)

    # In the evening he comes back.
    assert (await ruis.ask("START")).startswith("recado: voltamos a enviar mensagens.")
    assert (await ruis.ask("LISTA")).endswith("buy paint")

    # At night somebody signs in as Maria on a device that is not hers.
    before = marias.count
    thief = Device(visitor(texted.service, "127.98.7.6", headers={"User-Agent": "curl/8.5"}), {})
    thief.tokens = (await thief.client.post("/login", json=maria.credentials)).json()
    told = await marias.read(before)
    assert told.startswith(f"recado: novo acesso de {maria.username} em curl as ")
    assert await thief.status() == 200
    assert await marias.ask("Encerrar") == "Encerrado: curl. Se nao foi voce, troque a senha."
    assert [await device.status() for device in (thief, marias_device, laptop)] == [401, 200, 200]

    # The service is started anew overnight, and all is as it was.
    texted.service.restart()
    assert await marias.ask("LISTA") == "1 Comprar pão (amanha 9:00)"

    # The next morning she is reminded, puts it off, is reminded again, and answers that it is done.
    for answer, told in (("adiar 10 min", "Para "), ("Feito", "Feito: Comprar pão")):
        before = marias.count
        await _its_time_comes(texted, "Comprar pão")
        reminder = await marias.read(before)
        assert reminder.startswith("Lembrete: Comprar pão (")
        assert reminder.endswith("). Responda FEITO 1 quando fizer.")
        assert (await marias.ask(answer)).startswith(told)
    assert await marias.ask("lista") == "Nada em aberto."

    async def all_left() -> bool:
        """The last texts may still be on their way."""
        pages = [await device.ask("GET", "/message?limit=200") for device in (laptop, marias_device, ruis_device)]
        states = {message["state"] for page in pages for message in page.json()["items"]}
        return states <= {"sent", "delivered", "failed"}

    await wait_for(all_left)
