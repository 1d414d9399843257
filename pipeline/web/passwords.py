"""Passwords: what is kept of them, and which are too weak."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata

from schemas.errors import ZhibiaoError

SHORTEST, LONGEST = 12, 256  # characters
# cost of one hash: 32 MB of memory and about 0.2 s, so that a stolen file is dear to guess
_N, _R, _P = 2**15, 8, 3
_MOST_MEMORY = 256 * 2**20


def weakness(password: str, name: str) -> str | None:
    """Why a password is not taken (`short`, `long`, `simple`, `name`); None where it is."""
    folded = _bytes(password).decode().casefold()
    if len(folded) < SHORTEST:
        return "short"
    if len(folded) > LONGEST:
        return "long"
    if len(set(folded)) < 5 or folded in "abcdefghijklmnopqrstuvwxyz01234567890123456789qwertyuiopasdfghjkl":
        return "simple"
    if len(name) > 2 and len(folded.replace(name.casefold(), "")) < SHORTEST // 2:
        return "name"
    return None


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def hashed(password: str) -> str:
    """What is stored of a password: `scrypt$n$r$p$salt$hash`, a salt of its own in each."""
    salt = os.urandom(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_scrypt(password, salt, _N, _R, _P))}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(_bytes(password), salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=32)


def parts(stored: str) -> tuple[int, int, int, bytes, bytes]:
    """Parameters, salt and hash of a stored password. Raises ZhibiaoError where it is not one that this program makes."""
    try:
        kind, n, r, p, salt, digest = stored.split("$")
        found = int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
    except ValueError as error:
        raise ZhibiaoError("a stored password is damaged") from error
    cost, block, lanes = found[:3]
    usual = 2**14 <= cost <= 2**17 and cost & (cost - 1) == 0 and block == 8 and 1 <= lanes <= 16
    if kind != "scrypt" or not usual or len(found[3]) < 16 or len(found[4]) != 32:
        raise ZhibiaoError("a stored password is damaged")
    return found


def agrees(password: str, stored: str | None) -> bool:
    """Whether a password is the stored one. For None (no such account) it takes as long, and says no."""
    n, r, p, salt, digest = parts(stored) if stored else (_N, _R, _P, b"\0" * 16, b"\0" * 32)
    made = _scrypt(password[: LONGEST * 4], salt, n, r, p)
    return hmac.compare_digest(made, digest) and stored is not None
