"""Names of units of many places and years: functions, kind, level; what a name does not say stays None."""

import json
from datetime import date
from pathlib import Path

import pytest
import regex
import yaml

from pipeline.canonical import normalise_body
from pipeline.canonical.bodies import describe_body, may_show
from schemas import functions as vocab
from schemas.vocab import read
from tests.conftest import GOLD


def table(name):
    """Rows of a table of `body_names.yaml`; "-" is None."""
    lines = yaml.safe_load(Path(__file__).with_name("body_names.yaml").read_text("utf-8"))[name].strip().splitlines()
    return [tuple(None if cell.strip() == "-" else cell.strip() for cell in line.split(" | ")) for line in lines]


NAMES, SETS, EARLIER = table("names"), table("sets"), table("earlier")


def ids(body):
    return ",".join(held.id for held in body.functions) or None


@pytest.mark.parametrize(("name", "region", "functions", "kind", "level"), NAMES)
def test_names(name, region, functions, kind, level):
    body = describe_body(name, region)
    assert (ids(body), body.kind, body.level, body.members) == (functions, kind, level, None)
    assert bool(body.reason) == (functions is None or level is None)


@pytest.mark.parametrize(("name", "region", "functions", "kind", "members"), SETS)
def test_sets(name, region, functions, kind, members):
    body = describe_body(name, region)
    assert (ids(body), body.kind, body.members, body.level) == (functions, kind, members, "group")


@pytest.mark.parametrize(("name", "functions", "reform", "canonical"), EARLIER)
def test_earlier_names_lead_to_the_function_of_today(name, functions, reform, canonical):
    body = describe_body(name)
    assert body.functions, name
    assert (ids(body), body.functions[0].reorganisation, "、".join(body.canonical)) == (functions, reform, canonical)


def test_what_is_known_of_a_name_hides_no_function():
    """Asked with what the name shows of all functions at once, each finds what it finds alone."""
    asked = [*vocab.functions(), *vocab.reorganisations()]
    for name in {row[0] for row in (*NAMES, *SETS, *EARLIER)}:
        known = vocab.seen(name)
        for one in asked:
            assert list(one.named.find(name, known)) == list(one.named.find(name)), (name, one.id)


@pytest.mark.parametrize(
    "name",
    ["市委智慧办", "市重点项目办", "市某某局", "加强组织领导", "市新能源汽车产业促进局", "局", "", "市民之家", "县志愿者队伍", "科技"],
)
def test_a_name_that_says_no_function_is_refused(name):
    body = describe_body(name, "411700")
    assert (body.functions, body.canonical, body.members) == ((), (), None)
    assert body.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("市科协", "市科技局"),
        ("市金融工作局", "市财政局"),
        ("市委办公室", "市政府办公室"),
        ("市编办", "市委组织部"),
        ("市水务集团", "市水务局"),
        ("市环境卫生中心", "市生态环境局"),
        ("市住房公积金管理中心", "市住建局"),
        ("市国家安全局", "市应急管理局"),
        ("市统计局", "市审计局"),
        ("市邮政公司", "市邮政管理局"),
        ("市农业科学院", "市农业农村局"),
        ("团市委", "市委"),
    ],
)
def test_names_alike_of_different_functions(one, other):
    assert not set(describe_body(one).canonical) & set(describe_body(other).canonical)


@pytest.mark.parametrize(
    "names",
    ["市发改委 发改局 发展和改革委员会 市发展改革委 省发展和改革委", "市生态环境局 县环保局 生态环境部 市生态环境分局", "乡村振兴局 市农业农村局"],
)
def test_spellings_levels_and_years_compare_as_one(names):
    assert len({describe_body(name).canonical for name in names.split()}) == 1


def test_every_unit_of_the_raw_documents_has_a_function_or_is_a_set():
    seen = {}
    for folder in sorted(path.parent for path in GOLD.glob("*/tasks.jsonl")):
        for line in (folder / "tasks.jsonl").read_text("utf-8").splitlines():
            names = [name for role in ("lead", "cooperate", "responsible", "implement", "data_source") for name in json.loads(line)[role]]
            seen |= {name: describe_body(name) for name in names}
    assert len(seen) > 80
    assert [name for name, body in seen.items() if not body.functions and not body.members] == []
    assert all(body.kind for body in seen.values())


def test_places():
    branch = describe_body("襄阳市生态环境局枣阳分局", "420683")
    assert (branch.region_code, branch.seat_code) == ("420600", "420683")
    assert describe_body("市生态环境分局", "420683") != describe_body("市生态环境分局", "411700")
    assert (describe_body("泌阳分局", "411700").seat_code, describe_body("泌阳分局", "411700").region_code) == ("411726", None)
    assert describe_body("汝南县政府").region_code == "411727"
    assert describe_body("省财政厅", "411726").region_code == "410000"
    assert describe_body("市财政局", "411726").region_code == "411700"
    assert describe_body("鼓楼区教育局").region_code is None  # four cities have one
    assert describe_body("鼓楼区教育局").level == "county"
    assert describe_body("鼓楼区教育局", "320100").region_code == "320106"


def test_every_function_says_where_it_was_found():
    whole = {form.form for form in vocab.forms()}
    for row in NAMES:
        for held in describe_body(*row[:2]).functions:
            shown = any(regex.search(held.pattern, row[0][at:]) for at in range(len(row[0])))
            assert held.part in whole or (held.part in row[0] and shown), row
    assert [held.part for held in describe_body("市科技经信局").functions] == ["科技", "经信"]


def test_rows():
    row = normalise_body("市科技经信局", "420683")
    assert (row["function"], row["function_ids"], row["level"]) == ("科学技术、工业和信息化", "science_technology,industry_it", "county")
    assert row["id"] != normalise_body("市科技经信局", "420600")["id"]  # another city's
    assert row["id"] == normalise_body("市科技 经信局", "420683")["id"]
    assert normalise_body("泌阳县人民政府", "411700")["id"] == normalise_body("泌阳县人民政府", "411726")["id"]


def test_the_vocabulary_holds_its_examples():
    data = read("bodies")
    for form, entry in zip(vocab.forms(), data["forms"], strict=True):
        assert all(form.pattern.search(e) for e in entry["examples"]), form.form
        assert not any(form.pattern.search(e) for e in entry["counter"]), form.form
    for level in data["levels"]:
        found = next(entry for entry in vocab.levels() if entry.word == level["word"])
        assert all(found.pattern.match(e) for e in level["examples"]), level["word"]
    cue = vocab.shapes().cue
    assert all(cue.search(e) for e in data["groups"]["examples"])
    assert not any(cue.search(e) for e in data["groups"]["counter"])
    for entry in data["groups"]["members"]:
        for example in entry["examples"]:
            assert next(m for m in vocab.members() if m.pattern.search(example)).members == entry["members"], example


def test_functions_and_reforms():
    stems = [stem for e in read("bodies")["functions"] for stem in e["stems"]]
    assert len(stems) == len(set(stems))
    assert all("、" not in f.function for f in vocab.functions())  # names are joined by it
    assert all(r.new and (r.valid_from is None or date(2008, 1, 1) < r.valid_from < date(2024, 1, 1)) for r in vocab.reorganisations())
    assert {r.of for r in vocab.reorganisations()} == {None, "rural_revitalisation"}


def test_every_function_and_reform_has_an_example():
    shown = {i for row in NAMES + SETS for i in (row[2] or "").split(",")} | {row[1] for row in EARLIER}
    assert {f.id for f in vocab.functions()} <= shown
    assert {r.id for r in vocab.reorganisations() if r.of is None} <= {row[2] for row in EARLIER}


def test_functions_that_are_not_asked_for_show_nothing():
    """Every function, asked for in every name, is found only where `describe_body` asks for it."""
    for name, *_ in (*NAMES, *SETS, *EARLIER):
        seen = vocab.seen(name)
        for one in (*vocab.functions(), *vocab.reorganisations()):
            assert may_show(one.named, seen) or not list(one.named.find(name)), f"{one.id} in {name}"
