"""The accounts: one JSON file that only its owner can read, never the database (which is shared with other tools).

accounts = Accounts(Path("output/accounts.json"))
accounts.change(lambda people: adding(people, "王芳", "reviewer", password))
accounts.read()["王芳"].role
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import regex

from pipeline.web.passwords import parts
from pipeline.web.people import ROLES, Role
from schemas.errors import ZhibiaoError

MOST, MOST_TOKENS = 1000, 50
NAME = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}")
_HASH = regex.compile(r"[0-9a-f]{64}")
SHOWN = regex.compile(r"[^\p{C}\p{Zl}\p{Zp}]{1,80}")


class AccountError(ZhibiaoError):
    """An account cannot be made, changed or read; its text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key of a tool. `digest`: SHA-256 of it; the key itself is shown once and stored nowhere. Days are ISO dates, `expires` included."""

    id: str
    name: str
    role: Role
    digest: str
    made: str
    used: str | None = None
    expires: str | None = None

    def stale(self, today: date) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires < today.isoformat()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may log in. `password`: what passwords.hashed made."""

    name: str
    role: Role
    password: str
    made: str
    disabled: bool = False
    tokens: tuple[Token, ...] = ()


People = dict[str, Account]


@dataclass(slots=True)
class Accounts:
    """The file of the accounts, read anew whenever it has changed."""

    path: Path
    _seen: tuple[int, ...] = ()
    _people: People = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def read(self) -> People:
        """The accounts by name; empty where there is no file. Raises AccountError where it is damaged or others can read it."""
        with self._lock:
            try:
                with open(self.path, "rb") as opened:
                    status = os.fstat(opened.fileno())
                    seen = (status.st_mtime_ns, status.st_ino, status.st_size, status.st_mode)
                    if seen != self._seen:
                        _private(self.path, status)
                        self._people, self._seen = _parsed(self.path, opened.read(16 * 2**20)), seen
            except FileNotFoundError:
                self._people, self._seen = {}, ()
            except OSError as error:
                raise AccountError(f"{self.path}: cannot be read ({error.strerror})") from error
            return dict(self._people)

    def change(self, change: Callable[[People], People]) -> People:
        """Write what `change` makes of the accounts, whole or not at all, one writer at a time. Raises AccountError."""
        with self._lock, _alone(self.path):
            made = change(self.read())
            if len(made) > MOST:
                raise AccountError(f"more than {MOST} accounts")
            if made and not any(one.role == "admin" and not one.disabled for one in made.values()):
                raise AccountError("the last admin cannot go while there are other accounts: make another one admin first")
            _write(self.path, json.dumps({"version": 1, "accounts": [asdict(one) for one in made.values()]}, ensure_ascii=False, indent=1))
            return self.read()


def _private(path: Path, status: os.stat_result) -> None:
    """Raise where others can read or change the file."""
    if os.name == "posix" and status.st_mode & 0o077:
        raise AccountError(f"{path}: other users of this machine can read it; first: chmod 600 {path}")
    if os.name == "posix" and status.st_uid not in (os.geteuid(), 0):
        raise AccountError(f"{path}: belongs to another user")


def _parsed(path: Path, data: bytes) -> People:
    try:
        read = json.loads(data)
        if read["version"] != 1:
            raise AccountError(f"{path}: made by a later version of zhibiao")
        people = [_account(one) for one in read["accounts"]]
    except AccountError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ZhibiaoError) as error:
        raise AccountError(f"{path}: damaged; put back a copy of it, or delete it and make the accounts anew with: zhibiao users add") from error
    found = {one.name: one for one in people}
    if len(found) != len(people):
        raise AccountError(f"{path}: damaged: a name stands in it twice")
    return found


def _account(read: dict[str, Any]) -> Account:
    tokens = tuple(_token(one) for one in read["tokens"])
    account = Account(**{**read, "tokens": tokens})
    parts(account.password)
    if not NAME.fullmatch(account.name) or account.role not in ROLES or type(account.disabled) is not bool:
        raise ValueError("account")
    date.fromisoformat(account.made)
    return account


def _token(read: dict[str, Any]) -> Token:
    token = Token(**read)
    if not _HASH.fullmatch(token.digest) or token.role not in ROLES or not SHOWN.fullmatch(token.name):
        raise ValueError("token")
    for day in (token.made, token.used, token.expires):
        if day is not None:
            date.fromisoformat(day)
    return token


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time, also of several processes (a server and the command)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # no such locks on this system: the last writer counts
        yield
        return
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(path: Path, text: str) -> None:
    target = path.resolve()  # a link stays one
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600 from the first byte
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise AccountError(f"{path}: cannot be written ({error.strerror})") from error
