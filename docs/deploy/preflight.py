"""Says whether a bundle is whole and fits this machine: `python preflight.py FOLDER`; install.sh calls it before it writes anything.

It runs with the Python of the machine (3.11 or newer) and needs nothing but its standard library.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path

SUMS = "SHA256SUMS"


def damage(folder: Path) -> list[str]:
    """One sentence for each file that is missing, not as it was packed, or not part of the bundle."""
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
    except OSError:
        return [f"{SUMS} is missing"]
    listed = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    found = []
    for name, value in listed.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != value:
            found.append(f"{name} is damaged: its SHA-256 sum is not the one in {SUMS}")
    strangers = {p.relative_to(folder).as_posix() for p in folder.glob("wheels/*")} - set(listed)
    return found + [f"{name} is not part of the bundle" for name in sorted(strangers)]


def described(folder: Path) -> dict[str, str]:
    """What the bundle is for: the lines name=value of PLATFORM."""
    lines = (folder / "PLATFORM").read_text("utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def misfit(wanted: dict[str, str], here: dict[str, str]) -> str | None:
    """A sentence that says for what the bundle is and what is here, where the two differ; None where it fits."""
    same = all(not wanted[name] or wanted[name] == here[name] for name in ("python", "system", "machine"))
    if same and (not wanted["glibc"] or (here["implementation"] == "CPython" and number(here["glibc"]) >= number(wanted["glibc"]))):
        return None
    return f"this bundle is for {shown({'implementation': 'CPython', **wanted}, ' or newer')}; here is {shown(here, '')}"


def shown(values: dict[str, str], after: str) -> str:
    """CPython 3.11 on Linux x86_64 with glibc 2.28 or newer."""
    libc = f" with glibc {values['glibc']}{after}" if values["glibc"] else ""
    return f"{values['implementation']} {values['python'] or '3.11 or newer'} on {values['system']} {values['machine']}{libc}"


def number(version: str) -> tuple[int, ...]:
    """A version as numbers; of what is not known, none."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def this_machine() -> dict[str, str]:
    """Implementation and version of this Python, system, kind of machine and version of glibc (empty where there is none)."""
    libc, version = platform.libc_ver()
    return {
        "implementation": platform.python_implementation(),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "system": platform.system(),
        "machine": platform.machine(),
        "glibc": version if libc == "glibc" else "",
    }


def main() -> None:
    """Status 1 with what is wrong on standard error, each on a line."""
    folder = Path(sys.argv[1])
    wrong = damage(folder)
    advice = "copy the bundle again"
    if not wrong:
        wrong = [sentence] if (sentence := misfit(described(folder), this_machine())) else []
        advice = "name another interpreter (PYTHON=… sh install.sh FOLDER), or bring a bundle made for this one (`make bundle FOR=… MACHINE=…`)"
    for sentence in wrong:
        print(f"install.sh: {sentence}", file=sys.stderr)
    if wrong:
        sys.exit(f"install.sh: nothing was installed; {advice}")


if __name__ == "__main__":
    main()
