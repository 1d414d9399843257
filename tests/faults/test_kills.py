"""A run that is killed at any moment, and run again, leaves what an undisturbed run leaves; runs at once lose and double nothing."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.faults.conftest import dump, small_plans, start


def children(pid: int) -> list[int]:
    """Processes that a process started, and theirs."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if Path(f"/proc/{pid}").exists() else ():
        found += [int(child), *children(int(child))]
    return found


def kill_something(run, chance: random.Random) -> None:
    """Kill the run, or one of its processes."""
    inside = children(run.pid)
    os.kill(chance.choice([run.pid, run.pid, *inside]), signal.SIGKILL)


def kill_and_run_again(folder: Path, documents: Path, kills: int, seed: int) -> str:
    chance = random.Random(seed)
    words = ["run", documents, "--db", f"sqlite:///{folder}/z.db", "--out", folder / "out", "--workers", 2]
    for turn in range(kills):
        run = start(*words, *(["--force"] if turn % 3 else []))
        until = time.monotonic() + chance.uniform(0.1, 6.0)
        while time.monotonic() < until and run.poll() is None:
            time.sleep(0.02)
        if run.poll() is None:
            try:
                kill_something(run, chance)
            except ProcessLookupError:
                continue  # it ended just now
        run.kill() if turn % 2 else run.wait()
        run.wait()
    assert start(*words, "--retry").wait() == 0
    return f"sqlite:///{folder}/z.db"


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=pytest.mark.soak)])
def test_killed_runs_end_as_an_undisturbed_one(documents, undisturbed, tmp_path, kills):
    url = kill_and_run_again(tmp_path, documents, kills, seed=kills)
    assert dump(url) == undisturbed
    out = tmp_path / "out"
    assert not list(out.glob(".publishing-*"))
    manifest = json.loads((out / "published.json").read_text("utf-8"))
    assert all((out / name).stat().st_size == size for name, size in manifest["files"].items())
    assert len((out / "documents.jsonl").read_text("utf-8").splitlines()) == len(undisturbed["document"])


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)])
def test_runs_at_once_lose_and_double_nothing(documents, undisturbed, tmp_path, seed):
    url = f"sqlite:///{tmp_path}/z.db"
    runs = [start("run", documents, "--db", url, "--out", tmp_path / "out", "--workers", 1) for _ in range(2 if seed == 1 else 4)]
    assert [run.wait() for run in runs] == [0] * len(runs)
    assert dump(url) == undisturbed


def test_runs_of_two_folders_with_the_same_names(tmp_path):
    first, second = small_plans(tmp_path / "a", 6), small_plans(tmp_path / "b", 6, value=60)
    url = f"sqlite:///{tmp_path}/z.db"
    runs = [start("run", docs, "--db", url, "--out", tmp_path / docs.name, "--workers", 0, cwd=tmp_path) for docs in (first, second)]
    assert [run.wait() for run in runs] == [0, 0]
    names = [row[1] for row in dump(url)["document"]]
    assert len(set(names)) == 12
    assert len(dump(url)["target"]) == 12
