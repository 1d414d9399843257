"""Gathers what a machine without network needs to install zhibiao, in a folder and in one tar file: `make bundle`.

The wheels are those of the runtime closure (the project with all its extras) at the versions of requirements.lock, for one version of Python on
one kind of machine, so that nothing is compiled at the installation. What checks and installs them there are install.sh and preflight.py.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
PIP = "26.3"  # installs there: the one that Python brings may be missing (Debian) or older than the wheels
GLIBC = (2, 28)  # of the oldest systems for which a bundle for another machine is made: Kylin V10, openEuler 20.03, Debian 10
PACKAGES = ("schemas", "extractors", "pipeline")
SCRIPTS = ("install.sh", "preflight.py")
TEXTS = ("README.md", "zhibiao-watch.service", "zhibiao.cron", "Containerfile", "postgres.sql")


def project() -> dict[str, Any]:
    """The table [project] of pyproject.toml."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])


def requirements() -> list[str]:
    """What the project and all its extras ask for."""
    found = project()
    return [*found["dependencies"], *(one for extra in found["optional-dependencies"].values() for one in extra)]


def closure(asked: Iterable[str], environment: Mapping[str, str]) -> set[str]:
    """Canonical names of all distributions that requirements need, directly or not, in an environment (names of PEP 508).

    It is read from the metadata of what is installed here. Exits with a message where one is not installed.
    """
    todo = [Requirement(one) for one in asked]
    seen: set[tuple[str, str]] = set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        for extra in {"", *one.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            try:
                needed = [Requirement(text) for text in distribution(name).requires or ()]
            except PackageNotFoundError:
                raise SystemExit(f"bundle: {name} is needed and not installed here: run `make setup`") from None
            todo += [r for r in needed if r.marker is None or r.marker.evaluate({**environment, "extra": extra})]
    return {name for name, _ in seen}


def locked() -> dict[str, str]:
    """Canonical name and version of all lines of requirements.lock."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def pins(names: Iterable[str]) -> list[str]:
    """Names with their versions in the lock, sorted. Exits with a message where the lock lacks one."""
    versions = locked()
    if missing := sorted(set(names) - set(versions)):
        raise SystemExit(f"bundle: requirements.lock lacks {', '.join(missing)}: run `make lock`")
    return [f"{name}=={versions[name]}" for name in sorted(names)]


def pip(*words: str) -> None:
    """Runs pip quietly. Exits with its status where it fails."""
    command = [sys.executable, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check", *words[1:]]
    if code := subprocess.run(command, check=False).returncode:
        raise SystemExit(f"bundle: `pip {' '.join(words[:1])}` failed with status {code}")


def own_wheel(folder: Path) -> Path:
    """The project's own wheel, built from a copy, so that nothing that an earlier build left gets into it."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for package in PACKAGES:
            shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        for file in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / file, copy)
        pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(copy))
    (wheel,) = folder.glob(f"zhibiao-{project()['version']}-*.whl")
    return wheel


def target(python: str, machine: str) -> tuple[dict[str, str], list[str]]:
    """The environment (names of PEP 508) of a Python version (3.12) on a kind of machine (aarch64), and pip's options that ask for its wheels."""
    environment: dict[str, str] = {k: str(v) for k, v in default_environment().items()}
    if (python, machine) == (here_python(), platform.machine()):
        return environment, []
    environment |= {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
    environment |= {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    names = [f"manylinux_{GLIBC[0]}_{minor}_{machine}" for minor in range(GLIBC[1], 4, -1)] + [f"manylinux2014_{machine}", f"linux_{machine}"]
    options = ["--python-version", python, "--implementation", "cp", *(word for name in names for word in ("--platform", name))]
    return environment, options


def here_python() -> str:
    """The version of this Python without its last part: 3.11."""
    return ".".join(platform.python_version_tuple()[:2])


def description(wheels: Iterable[Path], python: str, machine: str) -> dict[str, str]:
    """What preflight.py compares with the machine there: Python (exactly, where a wheel is bound to one), system, machine, oldest glibc."""
    tags = [parse_wheel_filename(wheel.name)[3] for wheel in wheels]
    bound = any(all(t.interpreter == t.abi == f"cp{python.replace('.', '')}" for t in found) for found in tags)
    needed = [min(found) for found in (_glibc(t.platform for t in wheel) for wheel in tags) if found]
    system = "Linux" if needed else platform.system()
    extras = ",".join(sorted(project()["optional-dependencies"]))
    return {
        "requirement": f"zhibiao[{extras}]=={project()['version']}",
        "python": python if bound else "",
        "system": system,
        "machine": machine,
        "glibc": ".".join(map(str, max(needed))) if needed else "",
    }


def _glibc(platforms: Iterable[str]) -> list[tuple[int, int]]:
    """The versions of glibc that names of platforms stand for; none where a wheel runs anywhere."""
    old = {"manylinux2014": (2, 17), "manylinux2010": (2, 12), "manylinux1": (2, 5)}
    found = []
    for name in platforms:
        if hit := re.match(r"manylinux_(\d+)_(\d+)_", name):
            found.append((int(hit[1]), int(hit[2])))
        elif name.partition("_")[0] in old:
            found.append(old[name.partition("_")[0]])
    return found


def sums(folder: Path) -> str:
    """The text of SHA256SUMS, as sha256sum writes and reads it, over all files of a folder but itself."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files)


def finish(folder: Path, about: Mapping[str, str]) -> None:
    """Adds scripts, texts, examples, the lock, what the bundle is for, and the sums to a folder with wheels."""
    for name in SCRIPTS:
        shutil.copy(HERE / name, folder)
    shutil.copy(HERE / "BUNDLE.md", folder / "README.md")
    shutil.copy(ROOT / "requirements.lock", folder)
    (folder / "deploy").mkdir()
    for name in TEXTS:
        shutil.copy(HERE / name, folder / "deploy")
    shutil.copytree(ROOT / "raw_docs", folder / "examples")
    (folder / "PLATFORM").write_text("".join(f"{key}={value}\n" for key, value in about.items()), "utf-8")
    (folder / "SHA256SUMS").write_text(sums(folder), "utf-8")


def pack(folder: Path, tar: Path, top: str) -> None:
    """A tar file of a folder under a name; the same files give the same bytes. Wheels are compressed already, so it is not."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        info.mode = 0o755 if info.isdir() or info.name.endswith(".sh") else 0o644
        return info

    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(folder, top, recursive=False, filter=plain)
        for path in sorted(folder.rglob("*")):
            archive.add(path, f"{top}/{path.relative_to(folder).as_posix()}", recursive=False, filter=plain)


def make(out: Path, python: str, machine: str) -> Path:
    """Fills out/bundle and writes the tar file beside it; returns its path."""
    folder = out / "bundle"
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    environment, options = target(python, machine)
    wanted = [*pins(closure(requirements(), environment)), f"pip=={PIP}"]
    own_wheel(wheels)
    pip("download", "--no-deps", "--only-binary", ":all:", *options, "--dest", str(wheels), *wanted)
    about = description(wheels.glob("*.whl"), python, machine)
    finish(folder, about)
    tag = f"cp{python.replace('.', '')}" if about["python"] else "py3"
    top = f"zhibiao-{project()['version']}-{tag}-{about['system'].lower()}_{machine}"
    pack(folder, out / f"{top}.tar", top)
    return out / f"{top}.tar"


def main() -> None:
    """Makes the bundle and says how large it is."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("out", type=Path, help="folder for the bundle")
    words.add_argument("--python", default=here_python(), help="version of Python there, such as 3.12 (default: this one)")
    words.add_argument("--machine", default=platform.machine(), help="kind of machine there, such as aarch64 (default: this one)")
    said = words.parse_args()
    tar = make(said.out, said.python, said.machine)
    count = len(list((said.out / "bundle" / "wheels").iterdir()))
    print(f"{tar}: {count} wheels, {tar.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
