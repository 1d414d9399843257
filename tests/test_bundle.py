"""Installation without network: what is in the bundle, what install.sh refuses, what the texts for administrators say."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import pytest

from docs.deploy import bundle, preflight
from tests.conftest import ROOT
from tests.test_layers import declared, imported

DEPLOY = ROOT / "docs" / "deploy"
PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{bundle.here_python()}")
BARE = {"PATH": "/usr/bin:/bin"}
TOOLS = {"pytest", "mypy", "ruff", "frictionless", "hypothesis", "pdfplumber", "reportlab", "python-docx", "pandas-stubs", "pint", "pdfminer-six"}


def needed() -> set[str]:
    return bundle.closure(bundle.requirements(), {k: str(v) for k, v in bundle.default_environment().items()})


def test_the_wheels_are_what_runs_and_no_test_tool():
    names = needed()
    assert {bundle.canonicalize_name(n) for n in imported(("schemas", "extractors", "pipeline"))} <= names
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for extra, asked in extras.items():
        assert {bundle.canonicalize_name(n) for n in declared(asked)} <= names, extra
    assert not names & TOOLS
    assert set(bundle.locked()) >= TOOLS  # none of them is absent only because it is called otherwise


def test_versions_are_those_of_the_lock():
    pins = dict(pin.split("==") for pin in bundle.pins(needed()))
    assert pins == {name: version(name) for name in needed()}
    with pytest.raises(SystemExit, match=r"requirements\.lock lacks nowhere: run `make lock`"):
        bundle.pins(["numpy", "nowhere"])
    with pytest.raises(SystemExit, match="nowhere is needed and not installed here"):
        bundle.closure(["nowhere>=1"], {})


def test_markers_are_those_of_the_machine_it_is_for(monkeypatch):
    asks = {"a": ['b; python_version < "3.12"', 'c[x]; platform_machine == "aarch64"', 'd; extra == "y"'], "c": ['e; extra == "x"']}
    monkeypatch.setattr(bundle, "distribution", lambda name: type("D", (), {"requires": asks.get(name)}))
    assert bundle.closure(["a"], bundle.target("3.11", "aarch64")[0]) == {"a", "b", "c", "e"}
    assert bundle.closure(["a"], bundle.target("3.12", "x86_64")[0]) == {"a"}
    options = bundle.target("3.99", "aarch64")[1]
    assert "manylinux_2_28_aarch64" in options and "manylinux_2_29_aarch64" not in options
    assert bundle.target(bundle.here_python(), platform.machine())[1] == []


def test_what_a_bundle_is_for_follows_from_its_wheels():
    old, new, free = (
        "a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "b-1-cp39-abi3-manylinux_2_28_x86_64.whl",
        "c-1-py3-none-any.whl",
    )
    about = bundle.description(map(Path, (old, new, free)), "3.11", "x86_64")
    assert (about["python"], about["system"], about["machine"], about["glibc"]) == ("3.11", "Linux", "x86_64", "2.28")
    assert bundle.description(map(Path, (new, free)), "3.11", "x86_64")["python"] == ""  # a wheel of the stable ABI runs on later ones
    assert bundle.description([Path(old)], "3.11", "x86_64")["glibc"] == "2.17"


def test_the_own_wheel_has_rules_vocabularies_templates_models_and_migrations(tmp_path):
    with zipfile.ZipFile(bundle.own_wheel(tmp_path)) as wheel:
        inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = {p.relative_to(ROOT).as_posix() for package in bundle.PACKAGES for p in (ROOT / package).rglob("*") if p.is_file()}
    files = {name for name in files if not name.endswith((".pyc", ".md"))}
    assert inside == files
    for name in (
        "pipeline/templates/",
        "pipeline/report/",
        "extractors/rules/",
        "extractors/model/spans/",
        "schemas/vocab/",
        "schemas/migrations/versions/",
    ):
        assert any(one.startswith(name) for one in inside), name


def test_the_same_files_give_the_same_tar(tmp_path):
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "a.whl").write_bytes(b"a")
    tars = []
    for name in ("one", "two"):
        os.utime(folder / "wheels" / "a.whl", (0, len(tars)))
        bundle.pack(folder, tmp_path / name, "zhibiao")
        tars.append((tmp_path / name).read_bytes())
    assert tars[0] == tars[1]


# --- install.sh, with a small bundle ----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A bundle with one wheel that is called zhibiao and prints its arguments, and the pip that Python brings."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    meta = "zhibiao-9.9.dist-info"
    with zipfile.ZipFile(folder / "wheels" / "zhibiao-9.9-py3-none-any.whl", "w") as wheel:
        wheel.writestr("fake_zhibiao.py", "import sys\ndef main():\n    print(*sys.argv[1:])\n")
        wheel.writestr(f"{meta}/METADATA", "Metadata-Version: 2.1\nName: zhibiao\nVersion: 9.9\n")
        wheel.writestr(f"{meta}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{meta}/entry_points.txt", "[console_scripts]\nzhibiao = fake_zhibiao:main\n")
        wheel.writestr(f"{meta}/RECORD", "")
    for pip in (p for p in resources.files("ensurepip").joinpath("_bundled").iterdir() if p.name.startswith("pip-")):
        (folder / "wheels" / pip.name).write_bytes(pip.read_bytes())
    about = preflight.this_machine() | {"requirement": "zhibiao==9.9"}
    write(folder, about)
    return folder


def write(folder: Path, about: dict[str, str]) -> None:
    if (folder / "deploy").exists():
        shutil.rmtree(folder / "deploy")
        shutil.rmtree(folder / "examples")
    bundle.finish(folder, {name: about[name] for name in ("requirement", "python", "system", "machine", "glibc")})


def install(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = BARE | {"PYTHON": PYTHON, "HOME": str(folder / "nohome")} | environment
    return subprocess.run(["/bin/sh", str(folder / "install.sh"), *words], env=env, capture_output=True, text=True, check=False, cwd=folder.parent)


def test_scripts_are_scripts():
    subprocess.run(["/bin/sh", "-n", DEPLOY / "install.sh"], check=True)
    assert DEPLOY.joinpath("install.sh").read_text().startswith("#!/bin/sh\n")


def test_install_and_next_commands(small):
    done = install(small, "opt dir", PIP_INDEX_URL="http://127.0.0.1:9/", PIP_REQUIRE_VIRTUALENV="x")
    if not list(small.glob("wheels/pip-*.whl")):
        pytest.skip("this Python brings no pip")
    assert done.returncode == 0, done.stderr
    command = small.parent / "opt dir" / "bin" / "zhibiao"
    assert subprocess.run([command, "run", "x"], env=BARE, capture_output=True, text=True, check=True).stdout == "run x\n"
    assert f"{command} run {small}/examples" in done.stdout
    again = install(small, "opt dir")
    assert again.returncode == 1
    assert "opt dir is there and not empty: give a new folder for each version" in again.stderr
    assert command.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"python": "3.99"}, r"this bundle is for CPython 3\.99 on .*; here is CPython 3\.\d+ on"),
        ({"machine": "loongarch64"}, r"this bundle is for CPython .* loongarch64.*; here is .* on \w+ \w+"),
        ({"system": "Plan9"}, "for CPython .* on Plan9 .*; here is"),
        ({"glibc": "9.99"}, r"with glibc 9\.99 or newer; here is .* with"),
    ],
)
def test_a_bundle_for_another_machine_is_refused(small, change, says):
    write(small, preflight.this_machine() | {"requirement": "zhibiao==9.9"} | change)
    refused(small, says)


def refused(folder: Path, says: str, **environment: str) -> None:
    done = install(folder, "opt", **environment)
    assert done.returncode == 1
    assert re.search(says, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder.parent / "opt").exists()


def test_damaged_missing_and_foreign_wheels_are_refused(small):
    wheel = small / "wheels" / "zhibiao-9.9-py3-none-any.whl"
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1] + b"x")
    refused(small, "wheels/zhibiao-9.9-py3-none-any.whl is damaged: its SHA-256 sum is not the one in SHA256SUMS\n.*copy the bundle again")
    wheel.unlink()
    refused(small, "wheels/zhibiao-9.9-py3-none-any.whl is missing")
    wheel.write_bytes(whole)
    (small / "wheels" / "numpy-99-py3-none-any.whl").write_bytes(whole)
    refused(small, "wheels/numpy-99-py3-none-any.whl is not part of the bundle")
    (small / "SHA256SUMS").unlink()
    refused(small, "SHA256SUMS is missing")


def test_an_old_python_or_none_is_refused(small, tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 || exit 1\n')
    old.chmod(0o755)
    refused(small, r"python3 is Python 3\.9\.2: zhibiao needs Python 3\.11 or newer; name another: PYTHON=", PYTHON=str(old))
    refused(small, r"needs Python 3\.11 or newer", PYTHON="/nowhere/python3")
    assert "usage: sh install.sh FOLDER" in (done := install(small)).stderr
    assert done.returncode == 2


def test_what_cannot_be_finished_is_taken_away(small):
    write(small, preflight.this_machine() | {"requirement": "zhibiao==10"})
    refused(small, "No matching distribution found for zhibiao==10")
    (small.parent / "opt").mkdir()
    assert install(small, "opt").returncode == 1


# --- the texts ---------------------------------------------------------------------------------------------------------


def test_the_service_is_one_that_systemd_takes(tmp_path):
    text = (DEPLOY / "zhibiao-watch.service").read_text("utf-8")
    for line in ("ProtectSystem=strict", "PrivateNetwork=yes", "NoNewPrivileges=yes", "KillSignal=SIGTERM", "Restart=on-failure"):
        assert f"\n{line}\n" in text
    assert re.search(r"^ExecStart=/opt/zhibiao/bin/zhibiao watch /srv/plans/inbox --db \S+ --out \S+", text, re.M)
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine")
    unit = tmp_path / "zhibiao-watch.service"
    unit.write_text(text.replace("/opt/zhibiao/bin/zhibiao", "/bin/true"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_nightly_run_waits_for_no_other(tmp_path):
    (line,) = [one for one in (DEPLOY / "zhibiao.cron").read_text("utf-8").splitlines() if "zhibiao run" in one and not one.startswith("#")]
    minute, hour, *rest, user, command = line.split(maxsplit=6)
    assert (int(minute) < 60, int(hour) < 24, rest, user) == (True, True, ["*", "*", "*"], "zhibiao")
    assert "%" not in command  # cron makes a line break of it
    fake = tmp_path / "zhibiao"
    fake.write_text('#!/bin/sh\necho "$@" >> ran\nsleep 2\nexit 1\n')
    fake.chmod(0o755)
    if not shutil.which("flock") or not shutil.which("ionice"):
        pytest.skip("flock or ionice is not on this machine")
    command = command.replace("/opt/zhibiao/bin/zhibiao", str(fake)).replace("/var/lib/zhibiao", str(tmp_path)).replace("$(hostname)", "here")
    first = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 10
    while not (tmp_path / "ran").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert "zhibiao: status 75 on here" in second.stdout
    assert "zhibiao: status 1 on here" in first.communicate()[0]
    assert len((tmp_path / "ran").read_text().splitlines()) == 1


def test_the_container_is_built_from_what_the_bundle_holds():
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    words = [line.split()[0] for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert set(words) <= {"FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert words.index("USER") < words.index("ENTRYPOINT")
    for name in re.findall(r"/bundle/(\S+)", text):
        assert name in bundle.SCRIPTS


def test_the_texts_name_commands_and_files_that_there_are():
    for name in (*bundle.TEXTS, "BUNDLE.md", *bundle.SCRIPTS):
        assert (DEPLOY / name).is_file(), name
    text = (DEPLOY / "README.md").read_text("utf-8")
    for name in bundle.TEXTS[1:]:
        assert name in text


def test_commands_and_options_of_the_texts_are_those_of_the_program():
    from typer.main import get_command

    from pipeline.cli import app

    known = get_command(app).commands
    texts = "\n".join((DEPLOY / name).read_text("utf-8") for name in (*bundle.TEXTS, "BUNDLE.md"))
    named = re.findall(r"(?:^|[ `/])zhibiao ((?:db )?[a-z]+)((?: [^\n`|;#&]*)?)", re.sub(r"`zhibiao …`", "", texts), re.M)
    commands = [(known["db"].commands[c[3:]] if c.startswith("db ") else known[c], rest) for c, rest in named if c in known or c.startswith("db ")]
    assert len(commands) >= 12
    for command, rest in commands:
        options = {name for param in command.params for name in param.opts} | {"--help"}
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", rest)) <= options, (command.name, rest)
    for name in ("run", "watch", "runs", "check", "compare", "review", "diff"):
        assert any(command.name == name for command, _ in commands), name
