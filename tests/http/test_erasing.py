"""Deleting an account while it is in use."""

from __future__ import annotations

import asyncio

from tests.http.people import PASSWORD, Device, somebody
from tests.http.stored import rows
from tests.running import Service


async def _write_until_out(device: Device) -> None:
    for n in range(500):
        if (await device.ask("POST", "/todo", json={"title": f"number {n}"})).status_code != 201:
            return
    raise AssertionError("the session did not end")


async def test_an_account_that_is_deleted_while_it_is_written_to_leaves_nothing_behind(embedded: Service) -> None:
    ana = await somebody(embedded)
    device = await ana.device()
    writers = [asyncio.create_task(_write_until_out(device)) for _ in range(12)]
    await asyncio.sleep(0.2)
    answer = await device.ask("DELETE", "/me", json={"password": PASSWORD})
    assert answer.status_code == 204
    await asyncio.gather(*writers)
    for table in ("todo", "message", "idempotency", "account"):
        assert await rows(embedded, f"SELECT user_id FROM {table} WHERE user_id = $1", ana.user_id) == [], table
