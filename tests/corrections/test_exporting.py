"""Decisions as gold annotations that the scorer reads, and as entries of the vocabularies that make the program read so."""

import json
import subprocess
import sys

import yaml

from pipeline import canonical, publish
from pipeline.corrections import agreement, conflicts, decide, progress, suggest
from pipeline.corrections.exporting import write_gold, write_lookups
from schemas import tables, vocab
from schemas.indicators import load_user
from tests.conftest import GOLD


def test_gold_of_reviewed_documents_is_scored_one_against_itself(all_five, tmp_path):
    rows = all_five.rows(tables.target)
    names = {d["id"]: d["name"] for d in all_five.rows(tables.document)}
    mine = [r for r in rows if names[r["document_id"]] == "longnan-2023-scheme"]
    for row in mine[2:]:
        decide(all_five.engine, "accept", author="李", target_id=row["id"])
    decide(all_five.engine, "reject", author="李", target_id=mine[0]["id"])
    decide(all_five.engine, "correct", author="李", target_id=mine[1]["id"], changes={"indicator": "某指标", "scope": "全市"})
    other = next(r for r in rows if names[r["document_id"]] == "zaoyang-2021-scheme")
    decide(all_five.engine, "accept", author="李", target_id=other["id"])
    all_five.ask(write_gold, tmp_path / "gold")
    told = json.loads((tmp_path / "gold" / "review.json").read_text("utf-8"))
    assert {name: one["complete"] for name, one in told.items()} == {"longnan-2023-scheme": True, "zaoyang-2021-scheme": False}
    lines = (tmp_path / "gold" / "longnan-2023-scheme" / "targets.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == len(mine) - 1
    command = [sys.executable, str(GOLD / "score.py"), str(tmp_path / "gold"), str(tmp_path / "gold"), "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {figures["all"][kind]["f1"] for kind in ("numeric", "strict", "qualitative", "tasks", "units", "metadata")} == {1.0}
    for name in told:
        source = all_five.docs / f"{name}.txt"
        done = subprocess.run(
            [sys.executable, str(GOLD / "check_gold.py"), str(tmp_path / "gold" / name), str(source)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]


def test_lookups_make_the_vocabulary_read_it_so(desk, tmp_path, monkeypatch):
    target = desk.target("自来水普及率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"indicator": "农村自来水普及率"}, reason="漏写农村")
    desk.ask(write_lookups, tmp_path)
    entries = [vocab.Lookup(**entry) for entry in yaml.safe_load((tmp_path / "lookups.yaml").read_text("utf-8"))]
    assert [(e.document, e.field, e.match, e.value) for e in entries] == [("plan", "indicator", "自来水普及率", "农村自来水普及率")]
    assert "漏写农村" in entries[0].reason and "李" in entries[0].reason
    assert canonical.looked_up("plan", "indicator", "自来水普及率") == "自来水普及率"
    monkeypatch.setattr(vocab, "lookups", lambda: tuple(entries))
    assert canonical.looked_up("plan", "indicator", "自来水普及率") == "农村自来水普及率"
    load_user(tmp_path / "aliases.yaml")


def test_a_name_read_as_a_known_indicator_is_proposed_as_its_alias(desk, tmp_path):
    decide(desk.engine, "correct", author="李", target_id=desk.target("森林覆盖率")["id"], changes={"indicator": "PM2.5浓度"})
    target = desk.target("细颗粒物浓度")
    desk.write("方案\n一、任务\n1.造林。森林覆盖之率达到41%。\n", "odd")
    desk.run()
    odd = next(r for r in desk.rows(tables.target) if r["value"] == 41)
    assert odd["indicator_id"] is None and target
    decide(desk.engine, "correct", author="李", target_id=odd["id"], changes={"indicator": "森林覆盖率"})
    assert desk.target("森林覆盖率")["indicator_id"] is not None
    desk.ask(write_lookups, tmp_path)
    found = yaml.safe_load((tmp_path / "aliases.yaml").read_text("utf-8"))
    assert [entry["aliases"] for entry in found] == [[odd["indicator"]]]
    known = {one.id: one for one in load_user(tmp_path / "aliases.yaml")}
    assert odd["indicator"] in known[found[0]["id"]].aliases


def test_agreement_on_a_worked_example(desk):
    """Five targets. 李: accept ×4, reject ×1. 王: accept ×3, reject ×2 (one of them the same).

    They agree on 4 of 5: 0.8. By chance: (4·3 + 1·2) / 25 = 0.56. Kappa = (0.8 - 0.56) / (1 - 0.56) = 0.5455.
    """
    some = [row["id"] for row in desk.rows(tables.target)][:5]
    for i, target in enumerate(some):
        decide(desk.engine, "reject" if i == 0 else "accept", author="李", target_id=target)
        decide(desk.engine, "reject" if i in (0, 1) else "accept", author="王", target_id=target)
    [found] = desk.ask(agreement)
    assert (found.one, found.other, found.common, found.agreeing, found.kappa) == ("李", "王", 5, 0.8, 0.5455)
    assert desk.ask(progress).disputed == 1
    assert [w.state.disputed for w in desk.ask(conflicts)] == [True]


def test_suggestions_begin_with_the_likest():
    assert suggest("森林覆盖")[0]["name"] == "森林覆盖率"
    assert suggest("森林覆盖率")[0]["likeness"] == 1.0
    assert suggest("") == [] and len(suggest("率", 3)) == 3


def test_what_is_published_is_published_anew_after_a_decision(desk, tmp_path):
    out = tmp_path / "out"
    assert publish.publish(desk.engine, out)
    assert not publish.publish(desk.engine, out)
    decide(desk.engine, "correct", author="李", target_id=desk.target("森林覆盖率")["id"], changes={"value": "12.50"})
    assert publish.publish(desk.engine, out)
    lines = [json.loads(line) for line in (out / "targets.jsonl").read_text("utf-8").splitlines()]
    assert [(x["value"], x["review"]) for x in lines if x["indicator"] == "森林覆盖率"] == [(12.5, "corrected")]
    assert {x["review"] for x in lines if x["indicator"] != "森林覆盖率"} == {None}
