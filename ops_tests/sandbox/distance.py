"""What lies between the suite and the sandbox's servers: nothing, or a way as long as the one to production."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial

from ops_tests.errors import SandboxFailed

PIECE = 65536
READY_SECONDS = 10.0
Pieces = asyncio.Queue[tuple[float, bytes]]


class Distance:
    """Forwards connections to ports of 127.0.0.1, so that every byte travels for half a round trip.

    Order and bandwidth stay as they are. The system accepts a connection at once, so the first bytes wait a whole round
    trip longer: what opening a connection costs.

    Args:
        round_trip_seconds: From a question to its answer; 0 puts nothing in between.
        parts: Ends the forwarding when it closes.
    """

    def __init__(self, round_trip_seconds: float, parts: ExitStack) -> None:
        self._seconds = round_trip_seconds
        self._opened: list[asyncio.Server] = []
        if round_trip_seconds:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="distance", daemon=True)
            self._thread.start()
            parts.callback(self._end)

    def port(self, near: int) -> int:
        """The port at which the server of port ``near`` is as far away as the distance is long.

        Raises:
            SandboxFailed: Nothing could be opened there.
        """
        if not self._seconds:
            return near
        try:
            opened = asyncio.run_coroutine_threadsafe(self._open(near), self._loop).result(READY_SECONDS)
        except (OSError, TimeoutError) as error:
            raise SandboxFailed(f"sandbox: no way to port {near} could be opened ({type(error).__name__})") from None
        self._opened.append(opened)
        return int(opened.sockets[0].getsockname()[1])

    def url(self, near: str) -> str:
        """The address of a server, as far away as the distance is long; its port must be named."""
        place, _, port = near.rpartition(":")
        return f"{place}:{self.port(int(port))}"

    def _end(self) -> None:
        asyncio.run_coroutine_threadsafe(_closed(self._opened), self._loop).result(READY_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(READY_SECONDS)
        self._loop.close()

    async def _open(self, near: int) -> asyncio.Server:
        return await asyncio.start_server(partial(self._forward, near), "127.0.0.1", 0, backlog=64)

    async def _forward(self, near: int, theirs: asyncio.StreamReader, to_them: asyncio.StreamWriter) -> None:
        try:
            ours, to_us = await asyncio.open_connection("127.0.0.1", near)
        except OSError:
            to_them.transport.abort()  # who is refused over there is cut off here: nearer to a refusal nobody comes
            return
        try:
            await asyncio.gather(
                self._carry(theirs, to_us, self._seconds * 1.5), self._carry(ours, to_them, self._seconds / 2)
            )
        except asyncio.CancelledError:
            for one in (to_us, to_them):
                one.transport.abort()
            raise

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, first: float) -> None:
        """One direction; ``first`` is the seconds the first piece takes."""
        under_way: Pieces = asyncio.Queue()
        arriving = asyncio.ensure_future(_arrive(under_way, sink))
        opened_at = self._loop.time()
        while True:
            try:
                piece = await source.read(PIECE)
            except OSError:
                piece = b""
            due = max(self._loop.time() + self._seconds / 2, opened_at + first)
            under_way.put_nowait((due, piece))
            if not piece:
                break
        await arriving


async def _closed(servers: Iterable[asyncio.Server]) -> None:
    """Take no more connections, and break off those there are."""
    for server in servers:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _arrive(under_way: Pieces, sink: asyncio.StreamWriter) -> None:
    """Hand over each piece when it is due; after the last one the connection is closed."""
    loop, piece = asyncio.get_running_loop(), b"?"
    while piece:
        due, piece = await under_way.get()
        await asyncio.sleep(due - loop.time())
        try:
            sink.write(piece)
            await sink.drain()
        except OSError:
            break
    sink.close()
