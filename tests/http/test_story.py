"""The first story, from sign-up to restart, over HTTP on both set-ups."""

from __future__ import annotations

import asyncio

from tests.http.people import Device, code_from_log, somebody
from tests.running import Service


async def test_a_person_keeps_one_device_ends_the_other_and_finds_everything_after_a_restart(service: Service) -> None:
    ana = await somebody(service)
    phone, laptop = await ana.device("phone"), await ana.device("laptop")

    before = len(service.log.read_text())
    assert (await phone.ask("POST", "/me/phone", json={"phone": "+351 912 345 678"})).status_code == 202
    code = await code_from_log(service, before)
    assert (await phone.ask("POST", "/me/phone/verify", json={"code": code})).status_code == 204

    created = await phone.ask("POST", "/todo", json={"title": "buy bread"})
    assert created.status_code == 201
    todo = created.json()
    assert (todo["user_id"], todo["title"]) == (ana.user_id, "buy bread")
    assert todo["message"]["state"] == "queued"
    await _texted(phone, todo["id"])
    assert f"Dear {ana.username}, a todo was created from your account just now." in service.log.read_text()

    old_access = phone.tokens["access_token"]
    assert (await phone.refresh()).status_code == 201
    assert phone.tokens["access_token"] != old_access
    assert (await phone.ask("GET", "/todo")).json()["items"][0]["id"] == todo["id"]

    assert (await phone.ask("DELETE", f"/session/{laptop.session_id}")).status_code == 204
    dead = await laptop.ask("GET", "/todo")
    assert (dead.status_code, dead.json()["type"].split("#")[1]) == (401, "session-ended")
    assert (await laptop.refresh()).status_code == 401
    assert [row["id"] for row in (await phone.ask("GET", "/session")).json()["items"]] == [phone.session_id]

    await asyncio.to_thread(service.restart)
    kept = await phone.ask("GET", "/todo")
    assert [item["title"] for item in kept.json()["items"]] == ["buy bread"]
    assert kept.json()["items"][0]["message"]["state"] == "sent"
    assert (await laptop.ask("GET", "/todo")).status_code == 401
    assert (await phone.refresh()).status_code == 201


async def _texted(device: Device, todo_id: str) -> None:
    for _ in range(100):
        if (await device.ask("GET", f"/todo/{todo_id}")).json()["message"]["state"] == "sent":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the text message was not sent")
