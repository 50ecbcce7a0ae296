"""Builds the service from its settings: the only place that chooses parts and wires them."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog

from recado import keyfile, logs, signing
from recado import settings as reading
from recado.accounts import consent, derived
from recado.accounts import factors as second_factors
from recado.accounts.addresses import AddressCount
from recado.accounts.emails import Emails
from recado.accounts.factors import Factors
from recado.accounts.forgotten import Forgotten
from recado.accounts.housekeeping import housekeep
from recado.accounts.limits import Limits
from recado.accounts.passwords import Passwords
from recado.accounts.phones import Phones
from recado.accounts.topics import Topics
from recado.accounts.turns import Turns
from recado.db import Database, idempotency, keys, migrate, open_database
from recado.db.ids import Clock, uuid7
from recado.db.migrate import is_current
from recado.errors import Unavailable
from recado.housekeeping import Chore, keep_house
from recado.http import access_tokens, exchange, feeds
from recado.http.endpoint import Endpoints
from recado.http.events import Live
from recado.http.house import House
from recado.http.routes import ROUTES
from recado.http.services import FAILURE_SECONDS, FAILURES, Services
from recado.http.webhooks import Webhooks
from recado.messages import inbox, replies
from recado.messages.caps import Caps
from recado.messages.channel import Channel, ChannelKind
from recado.messages.closed import Closed
from recado.messages.consent import Consent
from recado.messages.console import Console
from recado.messages.countries import Countries
from recado.messages.delivery import Delivery
from recado.messages.dispatch import Dispatch, Observe
from recado.messages.lanes import Lanes
from recado.messages.ntfy import Ntfy
from recado.messages.outbox import Pending
from recado.messages.policy import Timing
from recado.messages.signature import Signed
from recado.messages.smtp import Server, Smtp
from recado.messages.vonage import Vonage
from recado.metrics.counts import Callback, Counts
from recado.settings import Settings
from recado.texting import changes
from recado.texting.worker import Inbox
from recado.todos import leaving, reminders, search, sharing, todos
from recado.todos.events import Hub
from recado.todos.reminding import remind
from revocable import Lifetimes, Sessions, Tokens
from revocable.clients import Clients
from revocable.ended import EndedLog
from revocable.feed import Feed
from revocable.guard import Guard
from revocable.sessions import microseconds
from revocable.sql import SqlSessionStore
from revocable.store import SessionStore

_log = structlog.get_logger()

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from recado.metrics.metrics import Metrics, Store

COUNTS = "RECADO_COUNTS_FOLDER"
"""Where `recado serve` tells its processes in which folder to count together. No setting: nobody else sets it."""
_PROBE_SECONDS = 3.0


_TOMBSTONES = 15 * 60
"""How many seconds an ended session is remembered in Redis at least: access tokens of scripts live for long."""
LONGEST_ACCESS = access_tokens.LONGEST
"""The life of the longest access token that is given out beside those of `RECADO_ACCESS_TTL`, in seconds."""


class Service:
    """The ASGI app. Everything is opened when the server starts it, and closed in the reverse order when it stops."""

    def __init__(self, settings: Settings, clock: Clock = microseconds) -> None:
        self._settings = settings
        self._clock = clock
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and self._app is not None:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                house = await stack.enter_async_context(opened(self._settings, self._clock))
                tell = house.counts.answered if self._settings.ops_port is not None else None
                self._app = Endpoints(house, ROUTES, tell, logged=self._settings.log_level == "debug")
                _log.info("started", process=os.getpid())
            except Exception as error:
                print(f"recado: {error}", file=sys.stderr, flush=True)
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                raise
            await send({"type": "lifespan.startup.complete"})
            await receive()
            _log.info("stopping", process=os.getpid())
        await send({"type": "lifespan.shutdown.complete"})


def from_environment() -> Service:
    """Return the app that the environment asks for. Raises `SettingsError`."""
    settings = keyfile.with_keys(reading.load())
    logs.configure(settings.log_level, settings.log_form, settings.secrets)
    return Service(settings)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = microseconds) -> AsyncGenerator[House, None]:
    """Open every part, run what works in the background, and close it all on the way out.

    Raises `Unavailable` when the database cannot be reached, `DatabaseNewer` when a newer program has migrated it.
    """
    async with AsyncExitStack() as stack:
        db = await open_database(settings.database_url)
        stack.push_async_callback(db.close)
        await migrate(db)
        store, index_trouble = _store(settings, db, stack)
        tokens = await _signing(settings, db)
        await stack.enter_async_context(_background(signing.watch(settings, tokens)))
        sessions = Sessions(store, tokens, _lifetimes(settings), clock=clock, new_id=partial(uuid7, clock))
        stack.push_async_callback(sessions.settle)
        passwords = Passwords(settings.password_min)
        stack.callback(passwords.close)
        secrets = phone_keys(settings)
        folder = os.environ.get(COUNTS)
        counts = Counts([(route.method, route.path) for route in ROUTES], Path(folder) if folder else None)
        delivery = deliverer(settings, db, clock, counts.attempt)
        if settings.ops_port is not None:
            await stack.enter_async_context(_operations(settings, _metrics(db, clock, counts, store, delivery)))
            await stack.enter_async_context(_background(_note_waiting(counts, db)))
        await stack.enter_async_context(_working(delivery))
        by_text = partial(counts.ended, "text")
        callbacks = Inbox(db, sessions, clock, partial(uuid7, clock), delivery.wake, ended=by_text)
        webhooks = await _webhooks(settings, db, callbacks, stack, counts.callback)
        await stack.enter_async_context(_background(remind(db, clock, partial(uuid7, clock), delivery.wake)))
        limits = Limits(_limit_storage(settings))
        factors = Factors(secrets, passwords, limits)
        chores = [*_chores(db, sessions), partial(second_factors.reseal, db, factors), _ended(settings, db).purge]
        await stack.enter_async_context(_background(keep_house(chores, clock)))
        await stack.enter_async_context(_background(_index(db)))
        live = Live(Hub(db), sessions.store, clock)
        stack.push_async_callback(live.hub.close)
        await stack.enter_async_context(_background(live.watch()))
        yield House(
            db=db,
            sessions=sessions,
            guard=_guard(settings, sessions),
            passwords=passwords,
            phones=Phones(secrets, countries=Countries(settings.sms_countries)),
            emails=Emails(secrets, sends=settings.mail_server is not None),
            topics=Topics(secrets, _shown(settings.ntfy_url)),
            forgotten=Forgotten(secrets, settings.public_url, sends=settings.mail_server is not None),
            limits=limits,
            factors=factors,
            public_url=settings.public_url,
            clock=clock,
            new_id=partial(uuid7, clock),
            wake=delivery.wake,
            trouble=lambda: [
                *(text for text in (index_trouble(), _of_limits(limits), _of_factors(factors)) if text),
                *delivery.trouble,
            ],
            ready=partial(is_current, db),
            signup=settings.signup,
            live=live,
            uploads=Turns(1, exchange.OF_ONE_PERSON),
            exchanges=Turns(exchange.AT_ONCE, exchange.WAITING),
            feed_counts=AddressCount(feeds.TIMES, feeds.SECONDS),
            counts=counts,
            caps=caps(settings),
            webhooks=webhooks,
            services=_services(settings, db, sessions, clock),
        )


def deliverer(settings: Settings, db: Database, clock: Clock = microseconds, observe: Observe | None = None) -> Lanes:
    """Return the delivery workers, one for each kind of channel. `observe` is told of each attempt."""
    return Lanes(
        [
            Delivery(
                db,
                channel,
                clock,
                reveal(settings),
                partial(_consult, db, open_kinds(settings), clock),
                caps=caps(settings),
                countries=Countries(settings.sms_countries),
                observe=observe or (lambda _kind, _outcome: None),
            )
            for channel in channels(settings)
        ]
    )


@asynccontextmanager
async def delivering(settings: Settings, db: Database, clock: Clock = microseconds) -> AsyncGenerator[Lanes, None]:
    """Yield the delivery workers for a process of their own, which answers on the operations port too.

    A port that cannot be listened on, since a server beside it has it, costs the metrics of this process, not its work.
    """
    if settings.ops_port is None:
        yield deliverer(settings, db, clock)
        return
    from recado.server.listening import CannotListen  # noqa: PLC0415 - only with the port

    counts = Counts()
    delivery = deliverer(settings, db, clock, counts.attempt)
    metrics = _metrics(db, clock, counts, None, delivery)
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(_operations(replace(settings, workers=1), metrics))
        except CannotListen as error:
            print(f"recado: {error}. Until then nobody sees what this process counts.", file=sys.stderr, flush=True)
        yield delivery


def _metrics(db: Database, clock: Clock, counts: Counts, store: SessionStore | None, delivery: Lanes) -> Metrics:
    from recado.metrics.metrics import Metrics  # noqa: PLC0415 - a service without the port never pays for it

    ping: Callable[[], Awaitable[str | None]] | None = getattr(store, "probe", None)  # only an index has one

    async def stores() -> dict[str, Store]:
        found = {"sql": await _timed(is_current(db))}
        return found if ping is None else {**found, "redis": await _timed(_no_trouble(ping))}

    return Metrics(db, clock, counts, stores=stores, stopped=lambda: delivery.stopped)


async def _timed(asked: Awaitable[bool]) -> Store:
    """Ask a store; one that does not answer in time is down."""
    from recado.metrics.metrics import Store  # noqa: PLC0415 - the same

    begun = perf_counter()
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            up = await asked
    except TimeoutError:
        up = False
    return Store(up, perf_counter() - begun)


async def _no_trouble(ping: Callable[[], Awaitable[str | None]]) -> bool:
    return await ping() is None


async def _note_waiting(counts: Counts, db: Database) -> None:
    """Note each second how many wait for the database, so that whichever process is asked can tell of all."""
    while True:
        counts.waiting(db.waiting)
        await asyncio.sleep(1)


@asynccontextmanager
async def _operations(settings: Settings, metrics: Metrics) -> AsyncGenerator[None, None]:
    from recado.server.ops import listening  # noqa: PLC0415 - the same

    port = settings.ops_port or 0
    async with listening(settings.host, port, metrics.read, shared=settings.workers > 1) as taken:
        if not port:
            print(f"recado: metrics are at port {taken}", file=sys.stderr, flush=True)
        yield


@asynccontextmanager
async def trial(settings: Settings, db: Database, clock: Clock = microseconds) -> AsyncGenerator[Dispatch, None]:
    """Yield what sends single texts as the service would, for a command that tries that."""
    sms = channels(settings)[0]
    try:
        yield Dispatch(
            db,
            sms,
            clock,
            reveal(settings),
            consult=partial(_consult, db, open_kinds(settings), clock),
            caps=caps(settings),
            countries=Countries(settings.sms_countries),
            timing=Timing(),
            jitter=random.random,
            sleep=asyncio.sleep,
        )
    finally:
        await sms.close()


def channels(settings: Settings) -> list[Channel]:
    """Return a channel of each kind: texts over Vonage with credentials, else over the console."""
    sms: Channel = Console()
    if settings.nexmo_api_key and settings.nexmo_api_secret and settings.vonage_from:
        sms = Vonage(settings.vonage_url, settings.nexmo_api_key, settings.nexmo_api_secret, settings.vonage_from)
    email: Channel = Closed("email")
    if settings.mail_server and settings.mail_from:
        email = Smtp(Server(*settings.mail_server), settings.mail_from)
    return [sms, email, Ntfy(settings.ntfy_url) if settings.ntfy_url else Closed("ntfy")]


def open_kinds(settings: Settings) -> frozenset[ChannelKind]:
    """Return the kinds of channel that the operator has set up."""
    return frozenset(channel.kind for channel in channels(settings) if not isinstance(channel, Closed))


def caps(settings: Settings) -> Caps:
    """Return how many messages may go out in a day."""
    return Caps(total=settings.sms_per_day)


def reveal(settings: Settings) -> Callable[[str], str]:
    """Return what makes codes, links and topics of what the database holds."""
    secrets = phone_keys(settings)
    return derived.revealing(secrets, Phones(secrets).reveal)


async def _signing(settings: Settings, db: Database) -> Tokens:
    """Return what signs and reads tokens. Raises `KeyMissing` when a machine beside this one has keys it has not."""
    signing.follow_algorithm(settings, LONGEST_ACCESS)
    if not settings.embedded:  # else there is no other machine
        now = int(time.time())
        await db.write(keys.agree, signing.names(settings, now, LONGEST_ACCESS), now)
    return signing.tokens(settings)


def _ended(settings: Settings, db: Database) -> EndedLog:
    return EndedLog(db, db.engine, settings.access_ttl)


def _services(settings: Settings, db: Database, sessions: Sessions, clock: Clock) -> Services:
    feed = Feed(_ended(settings, db), sessions.tokens, clock)
    return Services(Clients(settings.clients), feed, AddressCount(FAILURES, FAILURE_SECONDS, name="client"))


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(settings.access_ttl, settings.refresh_ttl, settings.session_ttl, settings.refresh_grace)


def phone_keys(settings: Settings) -> list[bytes]:
    """Phone codes hang on a secret that no database holds: the refresh key, or the generated one of the first days."""
    return _given(settings.refresh_secret, settings.refresh_secret_previous)


def _given(*secrets: bytes | None) -> list[bytes]:
    return [secret for secret in secrets if secret]


def _guard(settings: Settings, sessions: Sessions) -> Guard:
    return Guard(
        sessions,
        public_url=settings.public_url,
        trusted_proxies=map(str, settings.trusted_proxies),
        cookie_prefix="recado",
    )


def _store(settings: Settings, db: Database, stack: AsyncExitStack) -> tuple[SessionStore, Callable[[], str | None]]:
    """Return the session store, with its index in front when there is Redis, and what tells of its trouble."""
    truth = SqlSessionStore(db)
    if not settings.redis_urls:
        return truth, lambda: None
    from revocable.redis import open_index  # noqa: PLC0415 - the embedded set-up never pays for redis-py

    index = open_index(",".join(settings.redis_urls), truth, max(settings.access_ttl, _TOMBSTONES))
    stack.push_async_callback(index.aclose)
    return index, lambda: index.trouble


def _limit_storage(settings: Settings) -> Any:
    """Return the shared storage for counts per address, None for memory."""
    if not settings.redis_urls:
        return None
    from limits.storage import storage_from_string  # noqa: PLC0415 - only with Redis

    first, *more = settings.redis_urls
    nodes = ",".join([first.partition("://")[2], *(url.rpartition("@")[2].partition("://")[2] or url for url in more)])
    address = f"async+redis+cluster://{nodes}" if more else f"async+{first}"
    return storage_from_string(address, implementation="redispy", socket_timeout=1, socket_connect_timeout=1)


def _of_limits(limits: Limits) -> str | None:
    return "Redis does not count failed logins: each process counts for itself" if limits.storage_failing else None


def _of_factors(factors: Factors) -> str | None:
    apps = factors.unreadable
    return f"{apps} authenticator apps are sealed under a REFRESH_SECRET that is not here" if apps else None


def _chores(db: Database, sessions: Sessions) -> list[Chore]:
    async def forget_sessions(now: int) -> None:
        await sessions.store.purge(now - 30 * 24 * 3600 * 1_000_000)

    async def empty_trash(now: int) -> None:
        await db.write(todos.purge, now)
        await db.write(sharing.purge, now)
        await db.write(reminders.purge, now)

    return [
        forget_sessions,
        empty_trash,
        partial(idempotency.purge, db),
        partial(housekeep, db),
        *_chores_of_texting(db),
    ]


async def _index(db: Database) -> None:
    """Keep the search up to date in the background, a slice a second, so that no search has much to do first."""
    while True:
        await asyncio.sleep(1)
        with suppress(Unavailable):
            await search.catch_up(db, slices=1)


async def _consult(db: Database, open_kinds: frozenset[ChannelKind], clock: Clock, message: Pending) -> Consent:
    """Ask whether somebody wants a message, and how; of one about a to-do also whether it still is for them."""
    if refusal := await leaving.refusal(db, message):
        return Consent((), refusal=refusal)
    return await consent.consent(db, message, open_kinds=open_kinds, now=clock())


def _shown(url: str | None) -> str | None:
    """Return an address without what signs in there."""
    if url is None:
        return None
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


async def _webhooks(
    settings: Settings, db: Database, worker: Inbox, stack: AsyncExitStack, count: Callable[[Callback], None]
) -> Webhooks | None:
    """Return what takes callbacks, and let a worker act on them; None without a secret to judge them by."""
    secrets, key = settings.vonage_signature_secrets, settings.nexmo_api_key
    await db.write(replies.announce, bool(secrets) and str(settings.vonage_from).isdigit())
    if not secrets or key is None:
        return None
    await stack.enter_async_context(_background(worker.run()))
    return Webhooks(Signed(secrets, key, settings.vonage_application_id), worker.wake, count)


def _chores_of_texting(db: Database) -> list[Chore]:
    return [partial(inbox.purge, db), partial(changes.purge, db)]


@asynccontextmanager
async def _working(delivery: Lanes) -> AsyncGenerator[None, None]:
    """Run the delivery worker; on the way out let it finish what is on its way."""
    task = asyncio.get_running_loop().create_task(delivery.run())
    try:
        yield
    finally:
        await delivery.stop()
        await task


@asynccontextmanager
async def _background(work: Awaitable[None]) -> AsyncGenerator[None, None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
