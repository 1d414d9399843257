"""Documents that are not on this machine: URLs of any store that fsspec knows (S3 and its like, HTTP, …), each brought here while it is read."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from schemas.errors import LimitError, ParseError
from schemas.limits import Budget, Limits

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)


def is_url(location: str) -> bool:
    """Whether a location is a URL: s3://bucket/plans."""
    return bool(_URL.match(location))


def _opened(location: str) -> tuple[Any, str]:
    """The store of a URL and the path in it. Raises ParseError where fsspec or the store's library is missing."""
    try:
        import fsspec

        return fsspec.core.url_to_fs(location)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise ParseError(f"{location}: cannot be reached ({error}); URLs need the extras `cluster` or `s3`: pip install 'zhibiao[s3]'") from error


def list_folder(location: str) -> list[tuple[str, bool, str]]:
    """What stands directly in a folder of a store: URL, whether it is a folder, and what changes with its content ("" where nothing does). Sorted.

    A URL of one document gives that document. Raises ParseError where there is nothing or the store does not answer.
    """
    store, path = _opened(location)
    try:
        store.invalidate_cache()
        if not _is_folder(store, path, location):
            return [(location, False, _stamp(store.info(path)))]
        entries = store.ls(path, detail=True)
    except FileNotFoundError as error:
        raise ParseError(f"{location}: no such file or folder") from error
    except Exception as error:  # every store has errors of its own
        raise ParseError(f"{location}: the store does not answer ({type(error).__name__}: {error})") from error
    base, own = location.rstrip("/"), PurePosixPath(path.rstrip("/")).name
    found = []
    for entry in entries:
        name, folder = PurePosixPath(entry["name"].rstrip("/")).name, entry["type"] == "directory" and not _is_web(location)
        if name != own or entry["name"].rstrip("/") != path.rstrip("/"):
            found.append((f"{base}/{name}", folder, "" if folder else _stamp(entry)))
    return sorted(found)


def _is_web(location: str) -> bool:
    return location.lower().startswith(("http://", "https://"))


def _is_folder(store: Any, path: str, location: str) -> bool:
    """Whether a location is a folder; on the web, where every page with links looks like one, only what ends with a stroke."""
    return location.endswith("/") if _is_web(location) else bool(store.isdir(path))


def _stamp(info: dict[str, Any]) -> str:
    """What a store says of a version of a file, beside its name; empty where it says nothing but the size, which proves nothing."""
    told = {k: str(v) for k, v in info.items() if k in ("ETag", "etag", "LastModified", "mtime", "created", "VersionId", "generation", "md5")}
    return hashlib.sha256(repr(sorted({**told, "size": str(info.get("size"))}.items())).encode()).hexdigest() if told else ""


def read(location: str) -> bytes:
    """The bytes at a URL. Raises ParseError."""
    store, path = _opened(location)
    try:
        return bytes(store.cat_file(path))
    except Exception as error:  # every store has errors of its own
        raise ParseError(f"{location}: cannot be read ({type(error).__name__}: {error})") from error


@contextmanager
def at_hand(location: str, limits: Limits) -> Iterator[tuple[Path, bytes | None]]:
    """A location as a path of this machine, and the bytes of a remote file; a remote folder is brought here for as long as the block lasts.

    Raises ParseError where it cannot be brought, LimitError where it is too large.
    """
    if not is_url(location):
        yield Path(location), None
        return
    store, path = _opened(location)
    with tempfile.TemporaryDirectory(prefix="zhibiao-") as here:
        try:
            target = Path(here) / PurePosixPath(path.rstrip("/")).name
            folder = _is_folder(store, path, location) and not _is_web(location)
            size = store.du(path) if folder else store.size(path) or 0
            Budget(limits).check("unpacked_mb" if folder else "file_mb", size / 1e6, f"{location}: MB")
            if folder:
                store.get(path.rstrip("/") + "/", f"{target}/", recursive=True)
            data = None if folder else read(location)
        except (ParseError, LimitError):
            raise
        except Exception as error:  # every store has errors of its own
            raise ParseError(f"{location}: cannot be brought here ({type(error).__name__}: {error})") from error
        yield target, data
