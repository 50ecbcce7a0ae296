"""Who may do what: every route that touches a list or a to-do, for every role in its list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from recado.http.routes import ROUTES
from tests.http.people import Device, somebody_on, visitor
from tests.http.test_lists import make, me, shared
from tests.running import Service

ROLES = ("owner", "editor", "viewer", "stranger", "removed", "nobody")
OUT = (404, 404, 401)


@dataclass(frozen=True)
class Case:
    """What a route answers to owner, editor, viewer; then to a stranger, one who was removed, and without a token."""

    method: str
    route: str
    statuses: tuple[int, int, int]
    body: dict[str, Any] | None = None
    path: str = ""
    out: tuple[int, int, int] = OUT


CASES = (
    Case("GET", "/list/{id}", (200, 200, 200)),
    Case("PATCH", "/list/{id}", (200, 200, 403), {"name": "new"}),
    Case("POST", "/list/{id}/invite", (201, 403, 403), {}),
    Case("DELETE", "/list/{id}/invite", (204, 403, 403)),
    Case("PATCH", "/list/{id}/member/{user_id}", (200, 403, 403), {"role": "viewer"}),
    Case("DELETE", "/list/{id}/member/{user_id}", (204, 204, 403), path="/list/{list}/member/{editor}"),
    Case("DELETE", "/list/{id}", (204, 403, 403)),
    Case("POST", "/list/{id}/restore", (200, 200, 200)),
    Case("POST", "/todo", (201, 201, 403), {"title": "x", "list_id": "{list}"}),
    Case("GET", "/todo", (200, 200, 200), path="/todo?list={list}"),
    Case("GET", "/todo/{id}", (200, 200, 200)),
    Case("PATCH", "/todo/{id}", (200, 200, 403), {"title": "new"}),
    Case("DELETE", "/todo/{id}", (204, 204, 403)),
    Case("POST", "/todo/{id}/restore", (200, 200, 403)),
    Case("POST", "/todo/{id}/undo", (200, 200, 403)),
    Case("GET", "/todo/{id}/history", (200, 200, 200)),
    Case("GET", "/list", (200, 200, 200), out=(200, 200, 401)),
    Case("POST", "/list", (201, 201, 201), {"name": "x"}, out=(201, 201, 401)),
    Case("POST", "/invite/{code}", (404, 404, 404), path="/invite/nothing"),
    Case("POST", "/todo/parse", (200, 200, 200), {"quick": "x"}, out=(200, 200, 401)),
    Case("POST", "/todo/batch", (200, 200, 200), {"items": [{"op": "delete", "id": "{todo}"}]}, out=(200, 200, 401)),
    Case("GET", "/label", (200, 200, 200), out=(200, 200, 401)),
    Case("POST", "/import", (200, 200, 403), {"todos": []}, path="/import?list={list}"),
    Case("GET", "/export", (200, 200, 200), path="/export?list={list}"),
    Case("POST", "/feed", (201, 201, 201), {"list_id": "{list}"}),
    Case("GET", "/feed", (200, 200, 200), out=(200, 200, 401)),
    Case("DELETE", "/feed/{id}", (404, 404, 404), path="/feed/{todo}"),
    Case("GET", "/feed/{token}.ics", (404, 404, 404), path="/feed/{todo}.ics", out=(404, 404, 404)),
)


def test_every_route_of_lists_and_todos_is_in_the_table() -> None:
    ours = {
        (route.method, route.path)
        for route in ROUTES
        if route.path.split("/")[1] in ("todo", "list", "label", "invite", "import", "export", "feed")
    }
    endless = {("GET", "/todo/events")}  # who sees what there is in test_events.py
    assert ours - endless == {(case.method, case.route) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method} {case.path or case.route}")
async def test_a_role_may_do_what_the_table_says(service: Service, case: Case) -> None:
    for role, expected in zip(ROLES, (*case.statuses, *case.out), strict=True):
        assert (role, await _status(service, case, role)) == (role, expected)


async def test_a_viewer_ticks_what_was_left_for_them_and_nothing_else(service: Service) -> None:
    owner, viewer = await somebody_on(service), await somebody_on(service)
    made = await shared(owner, viewer, role="viewer")
    hers = await owner.create("hers", list_id=made["id"], **{"for": await me(viewer)})
    other = await owner.create("other", list_id=made["id"])
    ticked = await viewer.ask("PATCH", f"/todo/{hers['id']}", json={"done": True})
    assert (ticked.status_code, ticked.json()["done_by"]) == (200, await me(viewer))
    for todo, change in ((other, {"done": True}), (hers, {"done": False, "title": "mine"})):
        assert (await viewer.ask("PATCH", f"/todo/{todo['id']}", json=change)).status_code == 403


async def test_a_batch_keeps_to_the_role(service: Service) -> None:
    owner, viewer = await somebody_on(service), await somebody_on(service)
    made = await shared(owner, viewer, role="viewer")
    todo = await owner.create("x", list_id=made["id"])
    asked = {
        "items": [{"op": "delete", "id": todo["id"]}, {"op": "create", "todo": {"title": "y", "list_id": made["id"]}}]
    }
    assert [one["status"] for one in (await viewer.ask("POST", "/todo/batch", json=asked)).json()["items"]] == [
        403,
        403,
    ]
    stranger = await somebody_on(service)
    assert [one["status"] for one in (await stranger.ask("POST", "/todo/batch", json=asked)).json()["items"]] == [
        404,
        404,
    ]


async def _status(service: Service, case: Case, role: str) -> int:
    owner, editor = await somebody_on(service), await somebody_on(service)
    viewer, removed = await somebody_on(service), await somebody_on(service)
    made = await make(owner)
    for other, invited_as in ((editor, "editor"), (viewer, "viewer"), (removed, "editor")):
        code = (await owner.ask("POST", f"/list/{made['id']}/invite", json={"role": invited_as})).json()["code"]
        await other.ask("POST", f"/invite/{code}")
    await owner.ask("DELETE", f"/list/{made['id']}/member/{await me(removed)}")
    todo = await owner.create("x", list_id=made["id"])
    await owner.ask("PATCH", f"/todo/{todo['id']}", json={"title": "y"})
    names = {"list": made["id"], "todo": todo["id"], "editor": str(await me(editor))}
    path = case.path or case.route.replace("{id}", "{todo}" if "/todo" in case.route else "{list}")
    path = path.replace("{user_id}", "{editor}").format_map(names)
    ask = await _asker(service, role, {"owner": owner, "editor": editor, "viewer": viewer, "removed": removed})
    return await ask(case.method, path, _filled(case.body, names))


async def _asker(
    service: Service, role: str, people: dict[str, Device]
) -> Callable[[str, str, object], Awaitable[int]]:
    if role == "nobody":
        client = visitor(service)

        async def ask_nobody(method: str, path: str, body: object) -> int:
            return (await client.request(method, path, json=body)).status_code

        return ask_nobody
    device = people.get(role) or await somebody_on(service)

    async def ask(method: str, path: str, body: object) -> int:
        return (await device.ask(method, path, json=body)).status_code

    return ask


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return names[value.strip("{}")]
    if isinstance(value, dict):
        return {name: _filled(inner, names) for name, inner in value.items()}
    return [_filled(inner, names) for inner in value] if isinstance(value, list) else value
