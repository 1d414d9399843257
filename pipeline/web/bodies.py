"""Bodies of requests as they come in: no longer than allowed, no slower than a person's network; and the token that a form brings in its body."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from email.message import Message as Parameters
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

SMALL = 2**20  # bytes of a body that is no upload
FIRST_PART = 16 * 1024  # bytes within which the token of an upload form stands
DROPPED = 8 * 2**20  # bytes of a refused body that are taken in and forgotten
PAUSE, GRACE, SLOWEST = 30.0, 30.0, 1024.0  # seconds without a byte; seconds before the speed counts; bytes a second


@dataclass(slots=True)
class Body:
    """A body under limits: use it in place of the `receive` of ASGI. What was looked at before comes again."""

    receive: Receive
    limit: int
    began: float = field(default_factory=time.monotonic)
    done: bool = False
    _taken: int = 0
    _again: list[Message] = field(default_factory=list)

    async def __call__(self) -> Message:
        """The next message. Raises HTTPException 413 where the body is too long, 408 where it comes too slowly."""
        return self._again.pop(0) if self._again else await self._next()

    async def _next(self) -> Message:
        if self.done:
            return await self.receive()
        try:
            async with asyncio.timeout(PAUSE):
                message = await self.receive()
        except TimeoutError as error:
            raise HTTPException(408, "the request came too slowly") from error
        if message["type"] != "http.request":
            self.done = True
            return message
        self._taken += len(message.get("body", b""))
        self.done = not message.get("more_body", False)
        if self._taken > self.limit:
            raise HTTPException(413, f"the request is larger than the {self.limit // 2**20} MB that are taken here")
        spent = time.monotonic() - self.began
        if not self.done and spent > GRACE and self._taken < SLOWEST * spent:
            raise HTTPException(408, "the request came too slowly")
        return message

    async def drop(self, seconds: float) -> None:
        """Take in and forget what still comes, for a while: who is still sending then sees the answer rather than a broken connection."""
        if self.done:
            return
        try:
            async with asyncio.timeout(seconds):
                left = DROPPED
                while left > 0 and (message := await self.receive())["type"] == "http.request" and message.get("more_body", False):
                    left -= len(message.get("body", b""))
        except TimeoutError:
            pass

    async def csrf(self, kind: str) -> str:
        """The field `csrf` of a form; of an upload it must be the first field. Empty where there is none."""
        if kind.startswith("application/x-www-form-urlencoded"):
            return _field(await self._peek(self.limit, None))
        if kind.startswith("multipart/form-data"):
            mark = _boundary(kind)
            return _first(await self._peek(FIRST_PART, b"\r\n--" + mark), mark) if mark else ""
        return ""

    async def _peek(self, most: int, until: bytes | None) -> bytes:
        seen, messages = b"", []
        while not self.done and len(seen) < most and (until is None or until not in seen):
            messages.append(await self())
            seen += messages[-1].get("body", b"")
        self._again[:0] = messages
        return seen


def _field(body: bytes) -> str:
    try:
        return parse_qs(body.decode("latin-1"), max_num_fields=1000).get("csrf", [""])[0]
    except ValueError as error:
        raise HTTPException(400, "a form with too many fields") from error


def _boundary(kind: str) -> bytes:
    read = Parameters()
    read["content-type"] = kind[:300]
    found = read.get_param("boundary")
    return found.encode("latin-1", "replace") if isinstance(found, str) and 0 < len(found) <= 70 else b""


def _first(seen: bytes, mark: bytes) -> str:
    """The value of the first part, if that is the field `csrf`."""
    start, _, rest = seen.partition(b"--" + mark + b"\r\n")
    head, split, rest = rest.partition(b"\r\n\r\n")
    value, end, _ = rest.partition(b"\r\n--" + mark)
    names = head.lower().split(b"\r\n")
    ours = any(line.replace(b" ", b"") == b'content-disposition:form-data;name="csrf"' for line in names)
    return value.decode("latin-1") if not start and split and end and ours else ""
