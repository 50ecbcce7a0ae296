"""Routes of accounts: sign up, one's own settings, password, phone, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from recado import erasing
from recado.accounts import accounts, resets
from recado.accounts.accounts import Account, QuietHours, SettingsChange
from recado.db import Tx
from recado.errors import NotFound
from recado.http.call import Answer, Call, json_answer
from recado.http.step_up import require, step_up
from recado.messages.channel import ChannelKind
from recado.todos import lists

T = TypeVar("T")

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


class Quiet(msgspec.Struct, rename={"start": "from", "end": "to"}):
    """When no text may come, `HH:MM` in the person's time zone."""

    start: Short
    end: Short


class PostEmail(msgspec.Struct):
    """The body of `POST /me/email`. The password, since whoever reads that mailbox can set a new one."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: str


class VerifyEmail(msgspec.Struct):
    """The body of `POST /me/email/verify`."""

    code: Short


class Forgot(msgspec.Struct):
    """The body of `POST /password/forgot`."""

    username: Annotated[str, msgspec.Meta(max_length=200)]


class PatchMe(msgspec.Struct):
    """The body of `PATCH /me`: members that are absent stay as they are."""

    locale: Short | msgspec.UnsetType = msgspec.UNSET
    time_zone: Short | msgspec.UnsetType = msgspec.UNSET
    notify: Notify | msgspec.UnsetType = msgspec.UNSET
    quiet_hours: Quiet | msgspec.UnsetType | None = msgspec.UNSET
    channels: list[ChannelKind] | msgspec.UnsetType = msgspec.UNSET
    digest: Short | msgspec.UnsetType | None = msgspec.UNSET


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


async def sign_up(call: Call) -> Answer:
    """`POST /user`. The personal list comes into being with the account."""
    body: SignUp = call.body
    house, now = call.house, call.house.clock()

    async def furnish(tx: Tx, user_id: int) -> None:
        await lists.open_personal(tx, user_id, now)

    async with house.limits.sign_up(house.guard.client_address(call.scope)):
        account = await accounts.sign_up(
            house.db,
            house.passwords,
            username=body.username,
            password=body.password,
            locale=body.locale,
            time_zone=body.time_zone,
            policy=house.signup,
            invite=body.invite,
            now=now,
            then=furnish,
        )
    return json_answer(201, _show(call, account), [(b"location", b"/me")])


async def me(call: Call) -> Answer:
    """`GET /me`."""
    account = await accounts.profile(call.house.db, call.user_id)
    if account is None:
        raise NotFound("This account is gone.")
    return json_answer(200, _show(call, account))


async def change_me(call: Call) -> Answer:
    """`PATCH /me`."""
    body: PatchMe = call.body
    notify = Notify() if body.notify is msgspec.UNSET else body.notify
    change = SettingsChange(
        locale=_or_none(body.locale),
        time_zone=_or_none(body.time_zone),
        created=_or_none(notify.created),
        assigned=_or_none(notify.assigned),
        reminders=_or_none(notify.reminders),
        security=_or_none(notify.security),
        quiet_hours=_quiet(body.quiet_hours),
        channels=_or_none(body.channels),
        digest="keep" if body.digest is msgspec.UNSET else body.digest,
    )
    account = await accounts.update_settings(call.house.db, call.user_id, change, now=call.house.clock())
    return json_answer(200, _show(call, account))


async def change_password(call: Call) -> Answer:
    """`PUT /me/password`: ends all other sessions, in the same transaction."""
    body: ChangePassword = call.body
    house, here = call.house, call.session.sid if call.session else ""

    async def end_others(tx: Tx, user_id: int) -> Sequence[str]:
        await require(tx, user_id, here, password=True, now=house.clock())
        return await house.sessions.within(tx).end_others(str(user_id), here)

    ended = await accounts.change_password(
        house.db,
        house.passwords,
        house.limits,
        call.user_id,
        current=body.current,
        new=body.new,
        session_id=here,
        address=house.guard.client_address(call.scope),
        now=house.clock(),
        then=end_others,
    )
    await house.announce(str(call.user_id), ended, "password")
    return Answer(204)


async def reset_password(call: Call) -> Answer:
    """`POST /password/reset`: ends all sessions, in the same transaction."""
    body: ResetPassword = call.body
    house = call.house

    async def end_all(tx: Tx, user_id: int) -> tuple[int, Sequence[str]]:
        return user_id, await house.sessions.within(tx).end_all(str(user_id))

    user_id, ended = await resets.redeem_reset(
        house.db,
        house.passwords,
        body.code,
        body.new,
        address=house.guard.client_address(call.scope),
        now=house.clock(),
        then=end_all,
    )
    await house.announce(str(user_id), ended, "reset")
    return Answer(204)


async def set_phone(call: Call) -> Answer:
    """`POST /me/phone`: sends a code."""
    body: SetPhone = call.body
    await call.house.db.write(await step_up(call))
    await call.house.phones.start(call.house.db, call.user_id, body.phone, now=call.house.clock())
    call.house.wake()
    return Answer(202)


async def verify_phone(call: Call) -> Answer:
    """`POST /me/phone/verify`."""
    body: VerifyPhone = call.body
    await call.house.phones.verify(call.house.db, call.user_id, body.code, now=call.house.clock())
    call.house.wake()
    return Answer(204)


async def set_email(call: Call) -> Answer:
    """`POST /me/email`: sends a code."""
    body: PostEmail = call.body
    house, now = call.house, call.house.clock()
    await house.db.write(await step_up(call, body.password))
    await house.emails.start(house.db, call.user_id, body.email, now=now)
    house.wake()
    return Answer(202)


async def verify_email(call: Call) -> Answer:
    """`POST /me/email/verify`."""
    body: VerifyEmail = call.body
    await call.house.emails.verify(call.house.db, call.user_id, body.code, now=call.house.clock())
    call.house.wake()
    return Answer(204)


async def forget_email(call: Call) -> Answer:
    """`DELETE /me/email`."""
    await call.house.db.write(await step_up(call))
    await call.house.emails.forget(call.house.db, call.user_id, now=call.house.clock())
    return Answer(204)


async def renew_topic(call: Call) -> Answer:
    """`POST /me/ntfy`: a new topic, shown whole this once."""
    topic, address = await call.house.topics.renew(call.house.db, call.user_id)
    return json_answer(201, {"topic": topic, "address": address})


async def forget_topic(call: Call) -> Answer:
    """`DELETE /me/ntfy`."""
    await call.house.topics.forget(call.house.db, call.user_id)
    return Answer(204)


async def forgot_password(call: Call) -> Answer:
    """`POST /password/forgot`: the same answer, whoever that is."""
    body: Forgot = call.body
    house = call.house
    client = house.guard.client_address(call.scope)
    await house.forgotten.send(house.db, body.username, client=client, now=house.clock())
    house.wake()
    return Answer(202)


async def delete_me(call: Call) -> Answer:
    """`DELETE /me`: everything of this user in every room, in one transaction."""
    body: DeleteMe = call.body
    house = call.house

    async def erase(tx: Tx, user_id: int) -> Sequence[str]:
        await erasing.everywhere(tx, user_id, house.clock())
        return await house.sessions.within(tx).store.erase(str(user_id))

    user_id, here = call.user_id, call.session.sid if call.session else ""
    await require(house.db, user_id, here, password=True, now=house.clock())
    ended = await accounts.delete(
        house.db,
        house.passwords,
        house.limits,
        call.user_id,
        password=body.password,
        address=house.guard.client_address(call.scope),
        now=house.clock(),
        then=erase,
    )
    await house.announce(str(user_id), ended, "deleted")
    await house.db.write(erase, user_id)  # what requests that were let in before that have written meanwhile
    return Answer(204, headers=house.guard.clear_cookies(call.scope))


def _or_none(value: T | msgspec.UnsetType) -> T | None:
    return None if value is msgspec.UNSET else value


def _quiet(given: Quiet | msgspec.UnsetType | None) -> QuietHours | Literal["keep"] | None:
    if given is msgspec.UNSET:
        return "keep"
    return QuietHours(given.start, given.end) if given else None


def _show(call: Call, account: Account) -> dict[str, Any]:
    notify, quiet = account.notify, account.quiet_hours
    return {
        "user_id": account.user_id,
        "username": account.username,
        "phone": account.phone,
        "phone_verified": account.phone_verified,
        "locale": account.locale,
        "time_zone": account.time_zone,
        "notify": {
            "created": notify.created,
            "assigned": notify.assigned,
            "reminders": notify.reminders,
            "security": notify.security,
        },
        "quiet_hours": {"from": quiet.start, "to": quiet.end} if quiet else None,
        "email": account.email,
        "email_verified": account.email_verified,
        "ntfy": call.house.topics.masked(account.ntfy),
        "channels": account.channels,
        "digest": account.digest,
        "operator": account.operator,
    }
