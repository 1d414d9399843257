"""What the README says works: its commands run, its places exist, its figures are the measured ones."""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.conftest import GOLD, RAW, ROOT

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.S))
COMMANDS = [line.split("#")[0].strip() for line in BLOCKS.splitlines() if line.startswith("zhibiao ")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(RAW, folder / "raw_docs")
    for name in ("gold", "golden"):
        shutil.copytree(ROOT / "tests" / name, folder / "tests" / name)
    return folder


def test_commands_run(folder):
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        done = subprocess.run([sys.executable, "-c", "from pipeline.cli import main; main()", *words], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr.decode()[-500:]}"


def test_every_command_and_target_is_named():
    from typer.main import get_command

    from pipeline.cli import app

    for name in get_command(app).commands:
        assert f"zhibiao {name}" in README
    for target in re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M):
        assert f"make {target}" in README, target


def test_places_exist():
    for place in re.findall(r"`((?:pipeline|extractors|schemas|tests|raw_docs)/[\w./]*)`", README):
        assert (ROOT / place).exists(), place
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).exists()


def test_accuracy_figures_are_above_the_floors():
    floors = json.loads((GOLD / "floors.json").read_text("utf-8"))
    stated = {row[0]: float(row[1]) for row in re.findall(r"^\| `(\w+)` \|.*\| ([\d.]+) \|$", README, re.M)}
    assert set(stated) == set(floors)
    assert all(stated[name] >= floor for name, floor in floors.items())
