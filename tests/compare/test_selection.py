"""A comparison that reads a part of the database says what one that reads all of it says."""

import subprocess
import sys
from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.compare import Options, compare, selection, targets_read
from schemas import tables
from schemas.errors import ZhibiaoError
from tests.compare.made import make

DAY = date(2024, 6, 30)
PLACES = ("东城区", "北京市朝阳区", "110106", "天津市和平区")
ASKED = (
    {"regions": PLACES},
    {"regions": PLACES, "by": "document"},
    {"regions": ("西城区",), "by": "year"},
    {"regions": ("北京市", "河北省")},
    {"regions": ("某某开发区", "长春市朝阳区", "天津市", "丰台区")},
    {"regions": ("未知地区", "东城区")},
    {"regions": PLACES, "all_documents": True},
    {"regions": PLACES, "indicators": ("森林覆盖率", "农村生活污水治理率", "路网密度")},
    {"regions": PLACES, "indicators": ("智慧校园覆盖率", "公共充电设施数量"), "years": (2023,)},
    {"indicators": ("农村污水治理率", "城镇污水处理率", "产业园区闲置率")},
    {"indicators": ("森林覆盖率",), "by": "document", "all_documents": True},
    {"regions": PLACES, "domains": ("生态系统保护",)},
    {"regions": PLACES, "functions": ("生态环境",), "lang": "en"},
)


@pytest.fixture(scope="module", params=[1, 2, 3])
def made(request, tmp_path_factory):
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('made')}/m.db")
    make(engine, request.param)
    return engine


def whole(engine, options, monkeypatch):
    """The comparison of the same options that reads everything."""
    with monkeypatch.context() as patch:
        patch.setattr(selection, "suffices", lambda _: False)
        return compare(engine, options)


def plain(table):
    """Rows without the difference between what is missing and what is not there."""
    return [{k: None if not isinstance(v, list | tuple | dict) and pd.isna(v) else v for k, v in row.items()} for row in table.to_dict("records")]


def same(one, other):
    assert one.regions == other.regions
    assert one.notes == other.notes
    assert one.contexts == other.contexts
    assert list(one.tables) == list(other.tables)
    for name, table in other.tables.items():
        assert plain(one.tables[name]) == plain(table), name


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_part_is_compared_as_within_the_whole(made, asked, monkeypatch):
    options = Options(as_of=DAY, **asked)
    same(compare(made, options), whole(made, options, monkeypatch))


@pytest.mark.parametrize("table", ["matrix", "findings", "load", "plans", "pairs"])
def test_one_table_is_the_one_of_all(made, table, monkeypatch):
    options = Options(as_of=DAY, regions=PLACES, indicators=("森林覆盖率", "路网密度"), tables=(table,))
    found = compare(made, options)
    assert list(found.tables) == [table]
    same(found, whole(made, options, monkeypatch))


def test_domains_without_findings_read_their_indicators_only(made, monkeypatch):
    options = Options(as_of=DAY, domains=("生态系统保护",), tables=("matrix", "leads"))
    same(compare(made, options), whole(made, options, monkeypatch))


def test_indicators_cut_the_comparison_of_all(made):
    """What is told of an indicator is told alike beside all others."""
    every = compare(made, Options(as_of=DAY, regions=PLACES))
    groups = set(every.tables["matrix"]["group"])
    name = next(r.indicator for r in every.tables["matrix"].itertuples() if r.group.startswith("~") and r.state == "stated")
    some = compare(made, Options(as_of=DAY, regions=PLACES, indicators=(name,)))
    mine = set(some.tables["matrix"]["group"])
    assert mine < groups
    for table in ("matrix", "pairs", "changes", "standards", "leads"):
        cut = every.tables[table]
        names = set(some.tables["matrix"]["indicator"])
        cut = cut[cut["group"].isin(mine)] if table == "matrix" else cut[cut["indicator"].isin(names)]
        assert sorted(map(str, plain(cut))) == sorted(map(str, plain(some.tables[table]))), table
    told = every.tables["findings"]
    assert len(some.tables["findings"]) == len(told[told["indicator"].isin(names) | told["type"].isin(("duplicate", "expired", "superseded"))])


def test_an_indicator_that_is_not_known_is_refused_with_the_nearest(made):
    with pytest.raises(ZhibiaoError, match="森林覆盖率"):
        compare(made, Options(as_of=DAY, indicators=("森林复盖率",)))


def test_what_a_comparison_reads_is_counted(made):
    with made.connect() as connection:
        stored = connection.execute(sa.select(sa.func.count()).select_from(tables.target)).scalar()
    assert targets_read(made) == stored
    some = targets_read(made, Options(regions=PLACES))
    assert 0 < targets_read(made, Options(regions=PLACES, indicators=("农村生活污水治理率",))) < some < stored
    assert targets_read(made, Options(domains=("生态系统保护",))) == stored  # changes and findings are told of all
    assert 0 < targets_read(made, Options(domains=("生态系统保护",), tables=("matrix",))) < stored


def test_the_command_takes_indicators(made):
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "compare", "--db", str(made.url), "--all", *PLACES[:2]]
    done = subprocess.run([*command, "--indicator", "农村生活污水治理率"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "农村生活污水治理率" in done.stdout
    assert "覆盖率" not in done.stdout
    wrong = subprocess.run([*command, "--indicator", "森林复盖率"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "森林覆盖率" in wrong.stderr
    assert len(wrong.stderr.splitlines()) == 1
