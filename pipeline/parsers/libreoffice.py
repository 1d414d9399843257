"""LibreOffice and other programs that convert old formats: started without network, macros or a profile of the user's, and within limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from schemas.errors import ParseError
from schemas.limits import Budget

_SECONDS = 300  # LibreOffice takes 2 to 6 seconds for a plan; what takes longer hangs
_SAVE_AS = "open the file in Word or WPS, save it as .docx and run again"
# the profile is new for every file: no macros, no links followed, and whatever still asks for an address meets a proxy that does not answer
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">%s</oor:items>"""
_ITEM = '<item oor:path="/org.openoffice.%s"><prop oor:name="%s" oor:op="fuse"><value>%s</value></prop></item>'
_VALUES = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
# memory (KB) and size of what is written (blocks of 512 bytes) are held down for the program that is started
_BOUNDED = 'ulimit -v "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; shift 2; exec "$@"'


def find_soffice() -> str:
    """The path of LibreOffice: the setting ZHIBIAO_SOFFICE, else from PATH. Raises ParseError where there is none."""
    named = os.environ.get("ZHIBIAO_SOFFICE")
    found = shutil.which(named) if named else shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        what = f"ZHIBIAO_SOFFICE names {named}, which is no program" if named else "LibreOffice is not installed"
        raise ParseError(f"DOC, WPS and RTF are read through LibreOffice, and {what}: run `make system` once, or {_SAVE_AS}")
    return found


def convert(source: Path, wanted: str, budget: Budget) -> bytes:
    """The file in another format, by LibreOffice. Raises ParseError where it gives none or takes too long."""
    program = find_soffice()
    profile, out = source.parent / "profile", source.parent / "out"
    (profile / "user").mkdir(parents=True)
    settings = _SETTINGS % "".join(_ITEM % item for item in _VALUES)
    (profile / "user" / "registrymodifications.xcu").write_text(settings, "utf-8")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck", "--convert-to", wanted]
    run([*command, "--outdir", str(out), str(source)], min(budget.limits.seconds, _SECONDS), budget, source.parent)
    budget.tick()
    made = out / f"{source.stem}.{wanted}"
    if not made.exists():
        raise ParseError(f"LibreOffice cannot convert the file: it is damaged, protected or of another kind; {_SAVE_AS}")
    budget.check("file_mb", made.stat().st_size / 1e6, "MB in the converted file")
    return made.read_bytes()


def run(command: Sequence[str], seconds: int, budget: Budget, folder: Path) -> bytes:
    """The standard output of a program in a process group of its own, without network where the system allows it. Raises ParseError."""
    limits = [str(budget.limits.memory_mb * 1024), str(budget.limits.unpacked_mb * 2048)]
    bounded = ["/bin/sh", "-c", _BOUNDED, "sh", *limits, *command]
    environment = os.environ | {"HOME": str(folder), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    with subprocess.Popen(
        [*_isolation(), *bounded],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired as error:
            name = Path(command[0]).name
            raise ParseError(f"{name} did not finish within {seconds} seconds (limit seconds={budget.limits.seconds}): {_SAVE_AS}") from error
        finally:
            _end_group(process.pid)


def _end_group(group: int) -> None:
    """End what is left of a process group that we started (LibreOffice starts programs of its own)."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of it has ended


@cache
def _isolation() -> tuple[str, ...]:
    """The command that runs another without any network, where the system has it and allows it."""
    command = ("unshare", "--map-root-user", "--net", "--")
    if shutil.which(command[0]) is None:
        return ()
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()
