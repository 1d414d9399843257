"""The vocabularies hold together."""

from pipeline.canonical import squashed
from pipeline.heads import role_of
from schemas import vocab
from schemas.functions import functions


def test_indicators():
    found = vocab.indicators()
    assert len({i.id for i in found}) == len(found) > 100
    assert {i.direction for i in found} <= {"higher_better", "lower_better", "none"}
    for indicator in found:
        assert indicator.unit in ("-", "无量纲", "无量纲(指数0-100)", "名次", "级", "起") or vocab.units().find(indicator.unit), indicator.id


def test_no_strong_alias_means_two_indicators():
    seen: dict[str, str] = {}
    weak = {squashed(a) for i in vocab.indicators() for a in i.weak}
    for indicator in vocab.indicators():
        for alias in {squashed(a) for a in (indicator.name, *indicator.aliases)} - weak:
            assert seen.setdefault(alias, indicator.id) == indicator.id, alias


def test_functions_and_lookups():
    assert len({f.id for f in functions()}) == len(functions())
    assert all(entry.reason for entry in vocab.lookups())


def test_headings_have_one_meaning():
    assert role_of("单位") == "unit"
    assert role_of("指标") == "indicator"
