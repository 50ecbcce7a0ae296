"""A Redis cluster, through redis-py, which knows which node holds what."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import ResponseError

from revocable.address import Address
from revocable.pipeline import Argument, ErrorReply, NoAnswer


class Cluster:
    """A `Redis` over the nodes of a cluster; some of them are enough to find the others."""

    def __init__(self, addresses: Sequence[Address], timeout: float = 0.25) -> None:
        self._addresses = addresses
        self._timeout = timeout
        self._client: Any = None
        self._attempt: asyncio.Task[Any] | None = None

    async def __call__(self, *command: Argument) -> object:
        try:
            async with asyncio.timeout(self._timeout):
                client = self._client or await asyncio.shield(self._connecting())
                return await client.execute_command(*command)
        except ResponseError as error:
            raise ErrorReply(str(error)) from error
        except Exception as error:  # redis-py has errors of many families here
            raise NoAnswer(f"the Redis cluster does not answer ({error or type(error).__name__})") from error

    async def aclose(self) -> None:
        if self._attempt is not None:
            self._attempt.cancel()
        if self._client is not None:
            await self._client.aclose()

    def _connecting(self) -> asyncio.Task[Any]:
        if self._attempt is None:
            self._attempt = asyncio.get_running_loop().create_task(self._connect())
            self._attempt.add_done_callback(self._connected)
        return self._attempt

    def _connected(self, attempt: asyncio.Task[Any]) -> None:
        self._attempt = None
        if not attempt.cancelled() and attempt.exception() is None:
            self._client = attempt.result()

    async def _connect(self) -> Any:
        client = _client(self._addresses, self._timeout)
        try:
            return await client.initialize()
        except BaseException:
            await client.aclose()
            raise


def _client(addresses: Sequence[Address], timeout: float) -> Any:
    first = addresses[0]
    tls: dict[str, Any] = {}
    if first.tls is not None:
        verify = first.tls.verify
        tls = {"ssl": True, "ssl_ca_certs": first.tls.authorities, "ssl_cert_reqs": verify}
        tls["ssl_check_hostname"] = verify == "required"
    return RedisCluster(
        startup_nodes=[cast("Any", ClusterNode)(address.host, address.port) for address in addresses],
        username=first.username,
        password=first.password,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 1, supported_errors=(Disconnected,)),
        **tls,
    )
