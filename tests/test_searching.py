"""The index of the search: what stands in a text is found, where it stands, and nothing is left of what is gone."""

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pipeline import store
from pipeline.browse import search
from pipeline.store import searching
from pipeline.store.schema import MIGRATIONS
from schemas import tables
from tests.conftest import RAW, read


@pytest.fixture
def engine(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(engine)
    yield engine
    engine.dispose()


def put(engine, text, name="plan.txt"):
    rows = read(text, name).rows
    store.save(engine, rows)
    return rows.document


def found(engine, query, **filters):
    """Document name → the texts of its hits."""
    with store.reading(engine) as connection:
        result = search.search(connection, search.query(query), **filters)
        texts = dict(connection.execute(sa.select(tables.document.c.id, tables.document.c.text)).all())
    hits = {d["name"]: [texts[d["id"]][a:b] for p in d["passages"] for a, b in p["hits"]] for d in result.documents}
    return {name: [here for here in some if here] for name, some in hits.items()}


def tokens(engine):
    """Every pair that is left in the index, with the number of passages that hold it."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, passage_index, row)")
        found = dict(connection.exec_driver_sql("SELECT term, doc FROM temp.words").all())
        connection.exec_driver_sql("DROP TABLE temp.words")
    return found


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("森林", ["森林"]),
        ("林", ["林", "林"]),
        ("造", ["造"]),
        ("万亩", ["万亩", "万　亩"]),
        ("PM2.5", ["PM _{2.5", "ＰＭ2.5"]),
        ("ｐｍ２．５", ["PM _{2.5", "ＰＭ2.5"]),
        ('"GB 3838"', ["GB 3838", "gb3838"]),
        ("gb3838", ["GB 3838", "gb3838"]),
        ("≥41%", ["≥ 41％"]),
        ("41%", ["41％"]),
        ("3.5", ["3.5"]),
        ("2025年", ["2025 年"]),
        ("創建", ["創建"]),
        ("创建", []),
        ("森林 草原", []),
        ("森林 41%", ["森林", "41％"]),
        ("草", []),
    ],
)
def test_words_are_found_as_they_are_written(engine, query, hits):
    put(engine, "方案\n一、任务\n1.造林。森林覆盖率≥ 41％，5万亩、6万　亩，PM _{2.5}、ＰＭ2.5，按GB 3838-2002、gb3838，到2025 年創建，3.5倍。\n")
    result = found(engine, query)
    assert sorted(result.get("plan", [])) == sorted(hits)


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "*",
        "森林*",
        "NEAR(森林 率)",
        "森林 NOT 造林",
        "(",
        "a:b",
        "-森林",
        "^森林",
        "grams : x",
        "%",
        "'; DROP TABLE passage; --",
        "\0",
        "@r41",
        "{x}",
        "\\",
        "“",
        "+",
        "AND OR",
    ],
)
def test_signs_of_query_languages_are_nothing_but_text(engine, query):
    put(engine, "方案\n一、任务\n1.造林。森林覆盖率≥41%。\n")
    found(engine, query)
    assert found(engine, "森林覆盖率") == {"plan": ["森林覆盖率"]}


def test_substrings_of_all_texts_are_found_where_they_stand(engine):
    """Against the slow obvious way: looking through every text."""
    texts = {p.stem: p.read_text("utf-8") for p in sorted(RAW.glob("*.txt"))}
    for name, text in texts.items():
        put(engine, text, f"{name}.txt")
    with store.reading(engine) as connection:
        texts = dict(connection.execute(sa.select(tables.document.c.name, tables.document.c.text)).all())
    chance, tried = random.Random(7), 0
    while tried < 300:
        name = chance.choice(sorted(texts))
        line = chance.choice([line for line in texts[name].split("\n") if line.strip()])
        at = chance.randrange(len(line))
        part = line[at : at + chance.choice((1, 2, 2, 3, 4, 6, 10, 25))]
        if not searching.has_grams(searching.searchable(part).strip("\t")) or set(part) & set('\t"“”'):
            continue
        tried += 1
        word = searching.searchable(part)
        with store.reading(engine) as connection:
            result = search.search(connection, search.query(f'"{part}"'))
        got = {(d["name"], a) for d in result.documents for p in d["passages"] for a, _ in p["hits"]}
        for other, text in texts.items():
            folded, places = searching.searchable(text), searching.places(text)
            starts, here = set(), folded.find(word)
            while here >= 0:
                if "\n" not in text[places[here] : places[here + len(word) - 1]]:
                    starts.add(places[here])
                here = folded.find(word, here + 1)
            assert {a for n, a in got if n == other} <= {places[i] for i in range(len(places)) if folded.startswith(word, i)}
            plain = {a for a in starts if not any(0 < a - b < len(part) for b in starts)}  # those that overlap another may be told as one
            assert plain <= {a for n, a in got if n == other}, (part, other)


def test_long_lines_are_searched_to_their_end(engine):
    text = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(5000))
    put(engine, f"方案\n{text}\n")
    chance = random.Random(3)
    for _ in range(60):
        at, size = chance.randrange(4900), chance.randrange(2, searching.LONGEST)
        assert text[at : at + size] in found(engine, text[at : at + size])["plan"]


def test_replaced_and_deleted_documents_leave_nothing(engine):
    before = tokens(engine)
    put(engine, "旧方案\n一、任务\n1.造林。森林覆盖率≥41%。\n")
    assert found(engine, "森林覆盖率")
    put(engine, "新方案\n一、任务\n1.治水。水质达到三类。\n")
    assert not found(engine, "森林覆盖率") and found(engine, "水质")
    alone = tokens(engine)
    assert "森林" not in alone and "水质" in alone
    store.prune(engine, [store.Source("/x", "plan")])
    assert tokens(engine) == before == {}
    with store.reading(engine) as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.passage)).scalar() == 0


def test_filters(engine):
    rows = read("方案\n一、任务\n1.造林。森林覆盖率≥41%。\n名称\t森林\n").rows
    for name, code, date in (("a", "411700", "2022-05-01"), ("b", "410100", "2023-05-01"), ("c", "621200", None)):
        document = {**rows.document, "id": name, "name": name, "region_code": code, "issue_date": date, "publish_date": None, "period_start": None}
        store.save(engine, replace(rows, document=document, tables={table: [] for table in rows.tables}, issues=()))
    assert set(found(engine, "森林")) == {"a", "b", "c"}
    assert set(found(engine, "森林", region="41")) == {"a", "b"}
    assert set(found(engine, "森林", region="4117")) == {"a"}
    assert set(found(engine, "森林", year="2023")) == {"b"}
    assert set(found(engine, "森林", region="41", year="2022", kind="table")) == {"a"}
    assert found(engine, "森林", kind="table")["a"] == ["森林"]
    assert not found(engine, "覆盖率", kind="table")


def test_documents_of_an_older_database_are_indexed_by_the_upgrade(engine):
    document = put(engine, "方案\n一、任务\n1.造林。森林覆盖率≥41%。\n")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def back(connection):
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")

    store.transact(engine, back, loose=True)
    store.upgrade(engine)
    assert found(engine, "森林覆盖率") == {document["name"]: ["森林覆盖率"]}


def test_more_passages_than_are_looked_at_together_are_reached_by_going_on(engine, monkeypatch):
    monkeypatch.setattr(search, "_POOL", 10)
    put(engine, "方案\n" + "\n".join(f"{n}.森林{n}。" + "推进。" * 100 for n in range(1, 60)))
    seen, before = set(), None
    while True:
        with store.reading(engine) as connection:
            result = search.search(connection, search.query("森林"), before=before)
        seen |= {a for d in result.documents for p in d["passages"] for a, _ in p["hits"]}
        before = result.before
        if before is None:
            break
    assert len(seen) == 59


def test_the_words_of_a_title_come_first(engine):
    put(engine, "关于造林工作的通知\n一、任务\n1.种树。森林覆盖率≥41%。\n", "b.txt")
    put(engine, "森林城市创建工作方案\n一、任务\n1.种树。森林覆盖率≥41%。\n", "a.txt")
    with store.reading(engine) as connection:
        assert search.search(connection, search.query("森林")).documents[0]["name"] == "a"
