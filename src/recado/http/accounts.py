"""Routes of accounts: sign up, one's own settings, password, phone, deletion."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec

from recado.accounts import accounts, audit, phones, resets
from recado.accounts.accounts import Account
from recado.db import Tx, idempotency
from recado.errors import NotFound
from recado.http.call import Answer, Call, json_answer
from recado.messages import outbox
from recado.todos import lists, todos

Short = Annotated[str, msgspec.Meta(max_length=100)]


class SignUp(msgspec.Struct):
    """The body of `POST /user`."""

    username: str
    password: str
    locale: Short = "en"
    time_zone: Short = "UTC"
    invite: Short | None = None


class Notify(msgspec.Struct):
    """What a person wants to be texted about; absent members stay."""

    created: bool | msgspec.UnsetType = msgspec.UNSET
    assigned: bool | msgspec.UnsetType = msgspec.UNSET
    reminders: bool | msgspec.UnsetType = msgspec.UNSET
    security: bool | msgspec.UnsetType = msgspec.UNSET


class QuietHours(msgspec.Struct, rename={"start": "from", "end": "to"}):
    """When no text may come, `HH:MM` in the person's time zone."""

    start: Short
    end: Short


class PatchMe(msgspec.Struct):
    """The body of `PATCH /me`: members that are absent stay as they are."""

    locale: Short | msgspec.UnsetType = msgspec.UNSET
    time_zone: Short | msgspec.UnsetType = msgspec.UNSET
    notify: Notify | msgspec.UnsetType = msgspec.UNSET
    quiet_hours: QuietHours | None | msgspec.UnsetType = msgspec.UNSET


class ChangePassword(msgspec.Struct):
    """The body of `PUT /me/password`."""

    current: str
    new: str


class DeleteMe(msgspec.Struct):
    """The body of `DELETE /me`."""

    password: str


class ResetPassword(msgspec.Struct):
    """The body of `POST /password/reset`."""

    code: str
    new: str


class SetPhone(msgspec.Struct):
    """The body of `POST /me/phone`."""

    phone: Short


class VerifyPhone(msgspec.Struct):
    """The body of `POST /me/phone/verify`."""

    code: Short
