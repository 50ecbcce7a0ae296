"""Holds every answer that a test gets to `openapi.yaml`: status, headers, content type and body."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import yaml

CONTRACT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text("utf-8"))
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_PATHS = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), path) for path in CONTRACT["paths"]]
_PATHS.sort(key=lambda pair: "{" in pair[1])


async def conforms(answer: httpx2.Response) -> None:
    """Fail unless the contract foresees this answer; the event hook of every client that `people` makes."""
    await answer.aread()
    check(answer)


def check(answer: httpx2.Response) -> None:
    """Fail unless the contract foresees this answer."""
    told = f"{answer.request.method} {answer.request.url.raw_path!r} → {answer.status_code} {answer.text[:500]}"
    for name, value in EVERYWHERE.items():
        assert answer.headers.get(name) == value, f"{name}: {told}"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], told
    assert "access-control-allow-origin" not in answer.headers, told
    operation = _operation(answer.request.method, answer.request.url.path)
    if operation is None or answer.status_code == 405:
        assert answer.status_code in (404, 405, 421), told
        expected: dict[str, Any] = {"content": {"application/problem+json": _ref("schemas/Problem")}, "headers": {}}
    else:
        assert str(answer.status_code) in operation["responses"], f"not in the contract: {told}"
        expected = _pointed(operation["responses"][str(answer.status_code)])
    _check_headers(answer, expected, told)
    _check_content(answer, expected, told)


def _check_headers(answer: httpx2.Response, expected: dict[str, Any], told: str) -> None:
    written_down = {"X-Request-Id": _ref("headers/X-Request-Id"), **expected.get("headers", {})}
    for name, written in written_down.items():
        header = _pointed(written)
        value = answer.headers.get(name)
        assert value is not None or not header.get("required"), f"{name} is missing: {told}"
        if value is not None:
            typed: Any = int(value) if header["schema"].get("type") == "integer" else value
            _validator(json.dumps(header["schema"])).validate(typed)


def _check_content(answer: httpx2.Response, expected: dict[str, Any], told: str) -> None:
    kinds = expected.get("content")
    if not kinds:
        assert not answer.content, told
        assert "content-type" not in answer.headers, told
        return
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in kinds, f"{kind}: {told}"
    if answer.request.method != "HEAD" and kind.endswith("json"):
        schema = kinds[kind].get("schema", kinds[kind])
        try:
            _validator(json.dumps(schema)).validate(answer.json())
        except jsonschema_rs.ValidationError as error:
            raise AssertionError(f"{error.message} at {error.instance_path}: {told}") from None
        if kind == "application/problem+json":
            assert answer.json()["request_id"] == answer.headers["x-request-id"], told


def _operation(method: str, path: str) -> dict[str, Any] | None:
    """Return the operation of the contract, with HEAD as GET's twin; None for what it does not know."""
    name = "get" if method == "HEAD" else method.lower()
    return next((CONTRACT["paths"][known].get(name) for pattern, known in _PATHS if pattern.match(path)), None)


def _ref(place: str) -> dict[str, str]:
    return {"$ref": f"#/components/{place}"}


def _pointed(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = CONTRACT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    whole = {"components": CONTRACT["components"], **json.loads(schema)}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
