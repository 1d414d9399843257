"""Accuracy on the gold documents: floors that only rise, and no value that its own quote contradicts."""

import json
import subprocess
import sys
from datetime import date

import pytest

from extractors.period import find_periods
from extractors.quantity import find_quantities
from pipeline import batch, store
from pipeline.exporters import frames, jsonl
from schemas.folded import fold
from tests.conftest import GOLD, RAW

# the floors of the issue that began the project: floors.json may rise above them and never fall below
FIRST_FLOORS = {
    "numeric": 0.98,
    "strict": 0.95,
    "qualitative": 0.80,
    "tasks": 0.99,
    "units": 0.99,
    "task_deadline": 0.99,
    "metadata": 0.95,
    "grounded": 1.0,
}
DOCUMENTS = sorted(p.parent.name for p in GOLD.glob("*/document.json"))


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold")
    engine = store.connect(f"sqlite:///{folder}/gold.db")
    batch.run([RAW], engine)
    jsonl.write(frames.read(engine), folder)
    engine.dispose()
    return folder


def lines(export, name):
    return [json.loads(line) for line in (export / f"{name}.jsonl").read_text("utf-8").splitlines()]


def test_gold_itself_is_sound():
    assert len(DOCUMENTS) == 5
    for name in DOCUMENTS:
        done = subprocess.run([sys.executable, "check_gold.py", name, RAW / f"{name}.txt"], cwd=GOLD, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_accuracy_floors(export):
    floors = json.loads((GOLD / "floors.json").read_text("utf-8"))
    assert set(floors) == set(FIRST_FLOORS)
    done = subprocess.run([sys.executable, GOLD / "score.py", GOLD, export, "--json"], capture_output=True, text=True, check=True)
    reached = json.loads(done.stdout)["all"]
    for figure, floor in floors.items():
        assert floor >= FIRST_FLOORS[figure], f"the floor of {figure} was lowered"
        assert reached[figure]["f1"] >= floor, f"{figure}: {reached[figure]['f1']:.4f} is below its floor {floor}"


def test_every_offset_gives_its_text(export):
    for target in lines(export, "targets"):
        source = (RAW / f"{target['document']}.txt").read_text("utf-8")
        assert source[target["value_start"] : target["value_end"]].replace(" ", "") != ""
        if target["end"] - target["start"] == len(target["quote"]):
            assert source[target["start"] : target["end"]] == target["quote"]


def test_no_silent_errors(export):
    """Value, unit and operator are read again from the quote alone, the deadline from its own words."""
    wrong = []
    for target in lines(export, "targets"):
        folded = fold(target["quote"], [(0, len(target["quote"]))]).text
        if target["value"] is not None:
            seen = {(q.value.quantity.operator, float(q.value.quantity.value), q.value.unit) for q in find_quantities(folded, bytearray(len(folded)))}
            operators = {o for o, v, u in seen if v == target["value"] and u == target["unit"]}
            shared = target["operator"] == "<=" and target["kind"] == "rank"
            if not operators or not (shared or target["operator"] in operators):
                wrong.append((target["document"], target["indicator"], target["operator"], target["value_text"], folded))
        deadline = target["deadline"]
        if deadline and deadline["end"]:
            again = find_periods(deadline["raw"].replace("—", "-"), date(2022, 6, 6))
            if deadline["end"] not in {m.value.end for m in again}:
                wrong.append((target["document"], target["indicator"], deadline))
    assert wrong == []


def test_given_values_stay_apart_from_read_ones(export):
    zaoyang = next(d for d in lines(export, "documents") if d["document"] == "zaoyang-2021-scheme")
    assert zaoyang["title"] is None
    assert zaoyang["given"]["title"]
    assert zaoyang["given"]["source"]
