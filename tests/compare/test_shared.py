"""Comparisons that share what they find of a whole database give what they give alone."""

import pytest

from pipeline import store
from pipeline.compare import Options, Shared, compare, share, targets_read

ASKED = (
    Options(regions=("驻马店", "枣阳"), contexts=False),
    Options(indicators=("forest_coverage",), contexts=False),
    Options(domains=("安全保障",), tables=("matrix",), contexts=False),
    Options(regions=("陇南",), tables=("findings",), contexts=False),
    Options(contexts=False),
)


@pytest.fixture(scope="module")
def database(gold_results, tmp_path_factory):
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('shared')}/zhibiao.db")
    store.upgrade(engine)
    for result in gold_results.values():
        store.save(engine, result.rows)
    return engine


@pytest.mark.parametrize("beforehand", [False, True])
def test_shared_or_alone(database, beforehand):
    shared = Shared()
    if beforehand:
        share(database, shared)
    for options in ASKED:
        alone, together = compare(database, options), compare(database, options, shared)
        assert set(alone.tables) == set(together.tables)
        for name, table in alone.tables.items():
            assert table.equals(together.tables[name]), (options, name)
        assert targets_read(database, options) == targets_read(database, options, shared)
    assert shared.grouping is not None and shared.told
