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
    """What stands directly in a folder of a store: URL, whether it is a folder, and what changes with its content. Sorted.

    A URL of one document gives that document. Raises ParseError where there is nothing or the store does not answer.
    """
    store, path = _opened(location)
    try:
        if not store.isdir(path):
            return [(location, False, _stamp(store.info(path)))]
        entries = store.ls(path, detail=True)
    except FileNotFoundError as error:
        raise ParseError(f"{location}: no such file or folder") from error
    except Exception as error:  # every store has errors of its own
        raise ParseError(f"{location}: the store does not answer ({type(error).__name__}: {error})") from error
    base = location.rstrip("/")
    found = [(f"{base}/{PurePosixPath(e['name'].rstrip('/')).name}", e["type"] == "directory", _stamp(e)) for e in entries]
    return sorted(entry for entry in found if entry[0] != f"{base}/{PurePosixPath(path.rstrip('/')).name}")


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


def digest_of(data: bytes) -> str:
    """The hash of a content."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def at_hand(location: str, limits: Limits) -> Iterator[tuple[Path, bytes | None]]:
    """A location as a path of this machine, and the bytes of a remote file; a remote folder is brought here for as long as the block lasts.

    Raises ParseError where it cannot be brought, LimitError where it is too large.
    """
    if not is_url(location):
        yield Path(location), None
        return
    store, path = _opened(location)
    try:
        folder = store.isdir(path)
        size = store.du(path) if folder else store.size(path) or 0
        Budget(limits).check("unpacked_mb" if folder else "file_mb", size / 1e6, f"{location}: MB")
        if not folder:
            yield Path(PurePosixPath(path).name), read(location)
            return
        with tempfile.TemporaryDirectory(prefix="zhibiao-") as here:
            target = Path(here) / PurePosixPath(path.rstrip("/")).name
            store.get(path, str(target), recursive=True)
            yield target, None
    except (ParseError, LimitError):
        raise
    except OSError as error:
        raise ParseError(f"{location}: cannot be brought here ({type(error).__name__}: {error})") from error
