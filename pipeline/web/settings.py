"""What the workbench is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: its URL. `out`: the folder of the results; uploads and accounts stand in it too, unless `accounts` names another file.

    `hosts`: names and addresses by which browsers may reach the server, besides those of this machine. `upload_mb`: the largest file that is taken.
    `webhooks`: addresses that are told when the reading of uploads is done.
    """

    database: str
    out: Path
    host: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = ()
    accounts: Path | None = None
    upload_mb: int = 50
    webhooks: tuple[str, ...] = ()
    secure: bool = False  # behind a proxy that speaks HTTPS: cookies only over it
    readers: str = "both"
    limits: tuple[str, ...] = field(default=())

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host in LOOPBACK

    @property
    def accounts_file(self) -> Path:
        """The file of the accounts."""
        return self.accounts or self.out / "accounts.json"

    @property
    def uploads(self) -> Path:
        """The folder of what was uploaded."""
        return self.out / "uploads"
