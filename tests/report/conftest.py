"""Comparisons that the tests of reports share."""

from datetime import date

import pytest

from pipeline import batch, store
from pipeline.compare import Options, compare
from tests.conftest import RAW
from tests.report import made


@pytest.fixture
def full():
    return made.full()


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """The comparison of the documents in raw_docs."""
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('report')}/r.db")
    batch.run([RAW], engine)
    found = compare(engine, Options(regions=("驻马店", "枣阳", "陇南"), as_of=date(2026, 1, 15)))
    engine.dispose()
    return found
