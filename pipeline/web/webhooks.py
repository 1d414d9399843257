"""Telling other systems that uploads have been read: a signed POST to each address, a few tries, no redirects."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit

SECRET = "ZHIBIAO_WEBHOOK_SECRET"
TIMEOUT = 5.0  # seconds of one try
PAUSES = (1.0, 4.0)  # seconds before the second and the third try


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: an address of ours must not be led to another."""

    def redirect_request(self, *_: Any) -> None:
        return None


def signature(body: bytes, secret: str) -> str:
    """What stands in `X-Zhibiao-Signature`: sha256= and the HMAC of the body in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def tell(addresses: Sequence[str], event: Mapping[str, Any], wait: Callable[[float], Any]) -> list[dict[str, Any]]:
    """Send an event to each address; what became of it: {address, tries, error}, `error` null where it arrived. `wait`: pauses between two tries."""
    body = json.dumps(event, ensure_ascii=False).encode()
    return [_send(address, body, wait) for address in addresses]


def _send(address: str, body: bytes, wait: Callable[[float], Any]) -> dict[str, Any]:
    shown = _shown(address)
    if urlsplit(address).scheme not in ("http", "https"):
        return {"address": shown, "tries": 0, "error": "only http and https addresses are told"}
    error: str | None = None
    for number, pause in enumerate((0.0, *PAUSES), 1):
        if pause:
            wait(pause)
        error = _try(address, body)
        if error is None:
            return {"address": shown, "tries": number, "error": None}
    return {"address": shown, "tries": 1 + len(PAUSES), "error": error}


def _try(address: str, body: bytes) -> str | None:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "zhibiao"}
    if secret := os.environ.get(SECRET):
        headers["X-Zhibiao-Signature"] = signature(body, secret)
    parts = urlsplit(address)
    who, _, host = parts.netloc.rpartition("@")
    if who:  # urllib takes it for a part of the host's name
        headers["Authorization"] = "Basic " + b64encode(unquote(who).encode()).decode()
    try:
        asked = urllib.request.Request(parts._replace(netloc=host).geturl(), body, headers, method="POST")
        with urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay).open(asked, timeout=TIMEOUT):
            return None
    except urllib.error.HTTPError as error:
        return f"answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return str(getattr(error, "reason", error))[:200]


def _shown(address: str) -> str:
    """An address without user, password and query, which may hold secrets."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
