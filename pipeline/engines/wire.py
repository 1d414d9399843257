"""Messages over a pipe: each behind its length, so that a reader never waits for the rest of one."""

from __future__ import annotations

import os
import struct

_LENGTH = struct.Struct("!Q")
HEAD = _LENGTH.size  # bytes before each message
_READ = 1 << 20


def send(pipe: int, message: bytes) -> None:
    """Write a message whole, waiting where the pipe is full. Raises OSError where nobody reads any more."""
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def receive(pipe: int) -> bytes | None:
    """The next message, waiting for it; None at the end."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, _LENGTH.unpack(head)[0])


def _exactly(pipe: int, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(pipe, min(size - len(parts), _READ))
        if not part:
            return None
        parts += part
    return bytes(parts)


class Inbox:
    """The messages that come through a pipe, read without waiting."""

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self.pipe = pipe
        self.ended = False
        self._parts = bytearray()

    def messages(self) -> list[bytes]:
        """What has come in whole since the last call; `ended` is set at the end of the pipe."""
        while True:
            try:
                part = os.read(self.pipe, _READ)
            except BlockingIOError:
                break
            if not part:
                self.ended = True
                break
            self._parts += part
        found, at = [], 0
        while len(self._parts) >= at + _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._parts, at)
            end = at + _LENGTH.size + size
            if len(self._parts) < end:
                break
            found.append(bytes(self._parts[at + _LENGTH.size : end]))
            at = end
        del self._parts[:at]
        return found
