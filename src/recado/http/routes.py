"""Every route on one screen."""

from __future__ import annotations

from recado.http import (
    accounts,
    events,
    exchange,
    feeds,
    lists,
    messages,
    operation,
    sessions,
    static,
    todo_batch,
    todos,
    webhooks,
)
from recado.http.endpoint import Route

ROUTES = (
    # tokens and sessions
    Route("POST", "/login", sessions.login, body=sessions.Login, guarded=False),
    Route("POST", "/token/refresh", sessions.refresh, body=sessions.Refresh, guarded=False, body_optional=True),
    Route("POST", "/logout", sessions.logout, body=sessions.Logout, guarded=False, body_optional=True),
    Route("GET", "/session", sessions.listing),
    Route("DELETE", "/session", sessions.end_others),
    Route("DELETE", "/session/{id}", sessions.end),
    # accounts
    Route("POST", "/user", accounts.sign_up, body=accounts.SignUp, guarded=False),
    Route("GET", "/me", accounts.me),
    Route("PATCH", "/me", accounts.change_me, body=accounts.PatchMe),
    Route("DELETE", "/me", accounts.delete_me, body=accounts.DeleteMe),
    Route("GET", "/me/export", exchange.everything),
    Route("PUT", "/me/password", accounts.change_password, body=accounts.ChangePassword),
    Route("POST", "/password/reset", accounts.reset_password, body=accounts.ResetPassword, guarded=False),
    Route("POST", "/me/phone", accounts.set_phone, body=accounts.SetPhone),
    Route("POST", "/me/phone/verify", accounts.verify_phone, body=accounts.VerifyPhone),
    # to-dos
    Route("POST", "/todo", todos.create, body=todos.PostTodo, asks_late=True),
    Route("GET", "/todo", todos.listed),
    Route("POST", "/todo/batch", todo_batch.batch, body=todo_batch.Batch),
    Route("POST", "/todo/parse", todos.parse, body=todos.Parse),
    Route("GET", "/todo/events", events.events),
    Route("GET", "/todo/{id}", todos.read),
    Route("PATCH", "/todo/{id}", todos.change, body=todos.PatchTodo, asks_late=True),
    Route("DELETE", "/todo/{id}", todos.delete),
    Route("POST", "/todo/{id}/restore", todos.restore),
    Route("POST", "/todo/{id}/undo", todos.undo),
    Route("GET", "/todo/{id}/history", todos.history),
    Route("GET", "/label", todos.labels),
    # lists
    Route("GET", "/list", lists.listing),
    Route("POST", "/list", lists.create, body=lists.NewList),
    Route("GET", "/list/{id}", lists.read),
    Route("PATCH", "/list/{id}", lists.change, body=lists.PatchList),
    Route("DELETE", "/list/{id}", lists.delete),
    Route("POST", "/list/{id}/restore", lists.restore),
    Route("POST", "/list/{id}/invite", lists.invite, body=lists.NewInvite, body_optional=True),
    Route("DELETE", "/list/{id}/invite", lists.take_invites_back),
    Route("PATCH", "/list/{id}/member/{user_id}", lists.set_role, body=lists.PatchMember),
    Route("DELETE", "/list/{id}/member/{user_id}", lists.remove),
    Route("POST", "/invite/{code}", lists.accept),
    # import and export
    Route("POST", "/import", exchange.bring_in, body=bytes, accepts=exchange.TYPES, most=exchange.MOST),
    Route("GET", "/export", exchange.export),
    Route("GET", "/feed", feeds.listing),
    Route("POST", "/feed", feeds.create, body=feeds.NewFeed, body_optional=True),
    Route("GET", "/feed/{token}.ics", feeds.calendar, guarded=False),
    Route("DELETE", "/feed/{id}", feeds.delete),
    # messages
    Route("GET", "/message", messages.listing),
    Route("POST", "/message/{id}/retry", messages.retry),
    Route("POST", "/webhook/vonage/status", webhooks.status, body=bytes, guarded=False),
    Route("POST", "/webhook/vonage/inbound", webhooks.inbound, body=bytes, guarded=False),
    # operation
    Route("GET", "/", operation.welcome, guarded=False),
    Route("GET", "/app/", static.page, guarded=False),
    Route("GET", "/app/{path:path}", static.file, guarded=False),
    Route("GET", "/problems", operation.problems, guarded=False),
    Route("GET", "/docs", static.docs, guarded=False),
    Route("GET", "/openapi.json", operation.contract, guarded=False),
    Route("GET", "/healthz", operation.healthz, guarded=False),
    Route("GET", "/readyz", operation.readyz, guarded=False),
)
