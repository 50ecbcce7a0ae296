"""Reads request bodies: size while it streams, content type, and strict JSON into a struct."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import msgspec

from recado.errors import Invalid, RecadoError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

MAX_BODY = 64 * 1024
MAX_DEPTH = 64


class TooLarge(RecadoError):
    """The body is over the limit."""


class WrongContentType(RecadoError):
    """The body is not declared as JSON."""


class Malformed(RecadoError):
    """The body is not the strict JSON that the contract asks for."""


class WrongShape(Invalid):
    """The body is JSON, but a member is missing or has the wrong type."""


class Disconnected(Exception):
    """The client went away before its body was complete."""


async def read_body(scope: Scope, receive: Receive, most: int = MAX_BODY) -> bytes:
    """Return the whole body, at most so many bytes. Raises `TooLarge`, by Content-Length or while it streams."""
    _check_length(scope, most)
    chunks, size, more = list[bytes](), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise TooLarge(f"The body may have at most {most} bytes.")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_upload(scope: Scope, accepts: frozenset[str], most: int) -> None:
    """Judge a file before it is read. Raises `TooLarge`, or `WrongContentType` unless the query names a format."""
    _check_length(scope, most)
    declared = [value for name, value in _headers(scope) if name == b"content-type"]
    kind = (declared[0] if len(declared) == 1 else b"").partition(b";")[0].strip().lower().decode("latin-1")
    if kind not in accepts and b"format=" not in scope["query_string"]:
        raise WrongContentType(f"Send a file of one of these types, or say which ?format= it has: {sorted(accepts)}.")


def _check_length(scope: Scope, most: int) -> None:
    for name, length in _headers(scope):
        if name == b"content-length":
            if not length.isdigit() or int(length) > most:
                raise TooLarge(f"The body may have at most {most} bytes.")
            return


def require_json(scope: Scope) -> None:
    """Raise `WrongContentType` unless the body is declared as `application/json` (in UTF-8, if it says)."""
    declared = [value for name, value in _headers(scope) if name == b"content-type"]
    if declared == [b"application/json"]:
        return
    kind, _, parameters = (declared[0] if len(declared) == 1 else b"").lower().partition(b";")
    charset = parameters.replace(b" ", b"").replace(b'"', b"")
    if kind.strip() != b"application/json" or charset not in (b"", b"charset=utf-8", b"charset=utf8"):
        raise WrongContentType("Send the body as application/json in UTF-8.")


def require_form(scope: Scope) -> None:
    """Raise `WrongContentType` unless the body is declared as `application/x-www-form-urlencoded`."""
    declared = [value for name, value in _headers(scope) if name == b"content-type"]
    kind = (declared[0] if len(declared) == 1 else b"").partition(b";")[0].strip().lower()
    if kind != b"application/x-www-form-urlencoded":
        raise WrongContentType("Send the body as application/x-www-form-urlencoded.")


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    return scope["headers"]


def decode(raw: bytes, into: type[Any]) -> Any:
    """Return `raw` as the struct `into`. Raises `Malformed` for bad JSON, `WrongShape` for a wrong member.

    Twin members, NaN, depth over 64, invalid UTF-8, lone surrogates and NUL characters are refused.
    """
    value = _flat(raw)
    if value is None:
        value = _strict(raw)
    if not isinstance(value, dict):
        raise Malformed("Invalid json provided")
    return convert(cast("object", value), into)


def convert(value: object, into: type[Any]) -> Any:
    """Return decoded JSON as the struct `into`. Raises `WrongShape` for a wrong member."""
    try:
        return msgspec.convert(value, into)
    except msgspec.ValidationError as error:
        raise WrongShape(*_place(str(error))) from None


def _flat(raw: bytes) -> object:
    """Return the members of the plain object that most bodies are, ten times faster than `_strict`; else None.

    Nothing nested, no escapes, no floats; and no twins, which would leave fewer members than there are colons.
    """
    if raw.count(b"{") != 1 or b"[" in raw or b"\\" in raw or b"\0" in raw:
        return None
    try:
        members: object = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict) or raw.count(b":") != len(cast("dict[str, object]", members)):
        return None
    return None if float in map(type, cast("dict[str, object]", members).values()) else cast("object", members)


def _strict(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8")
        value: object = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise Malformed("Invalid json provided") from None
    if text.count("{") + text.count("[") > 1:
        _check_depth(value, 1)
    if "\\u" in text or "\0" in text:
        _check_characters(text, value)
    return value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("twin members")
    return members


def _no_constants(name: str) -> None:
    raise ValueError(name)


def _number(text: str) -> int | float:
    """Read `2.0` as the integer that it is to JSON Schema, as far as such numbers are exact."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


_decoder = json.JSONDecoder(object_pairs_hook=_without_twins, parse_constant=_no_constants, parse_float=_number)


def _check_depth(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Malformed("Invalid json provided")
    if isinstance(value, dict):
        for inner in cast("dict[str, object]", value).values():
            _check_depth(inner, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            _check_depth(inner, depth + 1)


def _check_characters(text: str, value: object) -> None:
    try:
        plain = json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("Invalid json provided") from None
    if "\0" in text or b"\\u0000" in plain.replace(b"\\\\", b""):
        raise Malformed("Invalid json provided")


def _place(message: str) -> tuple[str, str]:
    """Turn "Expected `str`, got `int` - at `$.title`" into a JSON Pointer and a sentence."""
    what, _, where = message.partition(" - at `$")
    pointer = where.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
    return pointer, f"{what}."
