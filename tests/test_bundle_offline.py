"""The bundle on a machine that has nothing else: the network is cut off, the environment and the home are empty (`make soak`)."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docs.deploy import bundle
from tests.conftest import RAW, ROOT
from tests.test_bundle import BARE, PYTHON
from tests.test_layers import declared


def cut_off(*words: object, cwd: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """A command without network, in an empty environment."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    env = BARE | {"HOME": str(home), "PYTHON": PYTHON}
    return subprocess.run([*alone, *map(str, words)], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A folder with an unpacked bundle, and zhibiao installed from it in `opt`."""
    folder = tmp_path_factory.mktemp("machine")
    (home := folder / "home").mkdir()
    if not shutil.which("unshare") or cut_off("true", cwd=folder, home=home).returncode:
        pytest.skip("the network cannot be cut off here: unshare is missing or not permitted")
    assert cut_off(PYTHON, "-c", "import socket; socket.create_connection(('127.0.0.1', 9), 1)", cwd=folder, home=home).returncode
    tar = bundle.make(folder / "build", bundle.here_python(), platform.machine())
    shutil.unpack_archive(tar, folder, filter="data")
    unpacked = folder / tar.stem
    shutil.rmtree(folder / "build" / "bundle")
    begun = time.monotonic()
    done = cut_off("sh", unpacked / "install.sh", folder / "opt", cwd=folder, home=home)
    print(f"\nbundle {tar.stat().st_size / 1e6:.0f} MB, installed in {time.monotonic() - begun:.0f} s")
    assert done.returncode == 0, done.stderr
    assert not list(home.iterdir())
    return folder


def at_work(machine: Path, name: str, command: list[object]) -> Path:
    """A run over the plans in a folder of its own; the folder."""
    shutil.copytree(RAW, machine / name / "raw_docs")
    begun = time.monotonic()
    done = cut_off(*command, "run", cwd=machine / name, home=machine / "home")
    print(f"{name}: run in {time.monotonic() - begun:.1f} s")
    assert done.returncode == 0, done.stderr
    return machine / name / "output"


@pytest.mark.soak
def test_without_network_the_exports_are_those_of_the_source_tree(machine):
    there = at_work(machine, "there", [machine / "opt" / "bin" / "zhibiao"])
    call = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pipeline.cli import main; main()"
    here = at_work(machine, "here", [sys.executable, "-c", call])
    names = {p.relative_to(here).as_posix() for p in here.rglob("*") if p.is_file()}
    assert names == {p.relative_to(there).as_posix() for p in there.rglob("*") if p.is_file()}
    texts = {name for name in names if name.endswith((".jsonl", ".csv", ".html"))}
    assert len(texts) > 20
    assert [name for name in sorted(texts) if (here / name).read_bytes() != (there / name).read_bytes()] == []
    targets = [json.loads(line) for line in (there / "targets.jsonl").read_text("utf-8").splitlines()]
    assert {t["readers"] for t in targets} >= {"both"}  # the trained reader is in the wheel


@pytest.mark.soak
def test_without_network_a_scan_is_read(machine):
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    from tests.documents import scan

    text = ["新河市绿色发展行动方案", "一、主要目标", "到2026年，全市森林覆盖率达到30%以上，城镇污水处理率达到98%。"]
    (leaf,) = scan.typeset(text)
    scan.scan(scan.draw(leaf)).save(machine / "scan.png", dpi=(200, 200))
    done = cut_off(machine / "opt" / "bin" / "zhibiao", "extract", "scan.png", cwd=machine, home=machine / "home")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    targets = {(r["indicator"], r["operator"], float(r["value"])) for r in rows if r["row"] == "target"}
    assert targets == {("森林覆盖率", ">=", 30.0), ("城镇污水处理率", "=", 98.0)}
    assert not list((machine / "home").iterdir())  # no library leaves anything there, such as what it would send to its maker


@pytest.mark.soak
@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_without_network_the_extras_work(machine, form):
    opt = machine / "opt" / "bin"
    at = machine / f"extra-{form}"
    at.mkdir()
    first = cut_off(opt / "zhibiao", "run", RAW / "longnan-2023-scheme.txt", cwd=at, home=machine / "home")
    assert first.returncode == 0, first.stderr
    assert cut_off(opt / "zhibiao", "export", "--format", form, "--out", "out", cwd=at, home=machine / "home").returncode == 0
    names = [one for extra in bundle.project()["optional-dependencies"].values() for one in declared(extra)]
    check = f"from importlib.metadata import version; print([version(n) for n in {sorted(names)!r}])"
    assert cut_off(opt / "python", "-c", check, cwd=at, home=machine / "home").returncode == 0
