"""Changes of accounts: each takes the accounts and gives them back changed, for `Accounts.change`. All raise AccountError."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.web.accounts import MOST_TOKENS, NAME, SHOWN, Account, AccountError, People, Token
from pipeline.web.passwords import LONGEST, SHORTEST, hashed, weakness
from pipeline.web.people import ROLES, Role, lower

WEAK = {
    "short": f"a password has at least {SHORTEST} characters",
    "long": f"a password has at most {LONGEST} characters",
    "simple": "this password is too simple: too few different characters, or a row of keys",
    "name": "the password is little more than the name",
}
PREFIX = "zb_"


def today() -> date:
    """The day in UTC, by which tokens expire."""
    return datetime.now(UTC).date()


def called(people: People, name: str) -> Account:
    """The account of a name."""
    found = people.get(unicodedata.normalize("NFC", name))
    if found is None:
        raise AccountError(f"there is no account “{name[:64]}”")
    return found


def checked(role: str) -> Role:
    """A role by its word."""
    for one in ROLES:
        if one == role:
            return one
    raise AccountError(f"there is no role “{role[:20]}”; there are: {', '.join(ROLES)}")


def strong(password: str, name: str) -> str:
    """What is stored of a password that is strong enough."""
    weak = weakness(password, name)
    if weak:
        raise AccountError(WEAK[weak])
    return hashed(password)


def adding(people: People, name: str, role: str, password: str) -> People:
    """A new account."""
    name = unicodedata.normalize("NFC", name)
    if not NAME.fullmatch(name):
        raise AccountError("a name has 1 to 64 letters or digits, and . _ @ - after the first")
    folded = unicodedata.normalize("NFKC", name).casefold()
    if any(unicodedata.normalize("NFKC", other).casefold() == folded for other in people):
        raise AccountError(f"there is an account “{name}” already, or one that looks like it")
    return {**people, name: Account(name, checked(role), strong(password, name), today().isoformat())}


def removing(people: People, name: str) -> People:
    """Without an account; what the person decided keeps the name."""
    gone = called(people, name)
    return {other: account for other, account in people.items() if other != gone.name}


def altering(people: People, name: str, **changes: Any) -> People:
    """An account with another `role`, `disabled` or not."""
    account = called(people, name)
    return {**people, account.name: replace(account, **changes)}


def renewing(people: People, name: str, password: str) -> People:
    """An account with another password; sessions of the old one end by that."""
    account = called(people, name)
    return altering(people, account.name, password=strong(password, account.name))


def issuing(people: People, name: str, label: str, role: str, days: int | None = None) -> tuple[People, str]:
    """An account with one more token; the token is given back once and not kept. `days` it lasts, for ever where None."""
    account, label = called(people, name), label.strip()
    if not SHOWN.fullmatch(label):
        raise AccountError("a token needs a name of 1 to 80 characters that says what uses it")
    if any(one.name == label for one in account.tokens):
        raise AccountError(f"there is a token “{label}” already")
    if len(account.tokens) >= MOST_TOKENS:
        raise AccountError(f"an account has at most {MOST_TOKENS} tokens: revoke some first")
    if days is not None and not 1 <= days <= 3660:
        raise AccountError("a token lasts 1 to 3660 days")
    if lower(checked(role), account.role) != role:
        raise AccountError(f"a token may not do more than its account, which is “{account.role}”")
    key = PREFIX + secrets.token_urlsafe(32)
    expires = (today() + timedelta(days)).isoformat() if days is not None else None
    token = Token(secrets.token_hex(4), label, checked(role), digest(key), today().isoformat(), None, expires)
    return altering(people, account.name, tokens=(*account.tokens, token)), key


def revoking(people: People, name: str, token: str) -> People:
    """An account without a token, given by its id or name."""
    account = called(people, name)
    left = tuple(one for one in account.tokens if token not in (one.id, one.name))
    if len(left) == len(account.tokens):
        raise AccountError(f"there is no token “{token[:80]}”")
    return altering(people, account.name, tokens=left)


def using(people: People, name: str, token: str, day: str) -> People:
    """An account whose token was used on a day."""
    account = called(people, name)
    return altering(people, account.name, tokens=tuple(replace(one, used=day) if one.id == token else one for one in account.tokens))


def digest(key: str) -> str:
    """What is stored of a token; it has 256 random bits, so that one pass of SHA-256 is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
