"""The API: pages hold every line once, filters equal a slow reading of the exports, CSV equals JSON, answers keep until something changes."""

import csv
import io
import json
import shutil
import subprocess
import sys
import threading
import time

import pytest
import uvicorn

from pipeline import batch, store
from pipeline.exporters import frames
from pipeline.exporters.flat import flatten
from pipeline.web import create_app
from pipeline.web.render import HERE
from schemas.lines import columns
from tests.conftest import RAW


def every(client, address):
    """All lines of a list, page by page."""
    found = []
    while address:
        answer = client.get(address, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        address = answer.json()["next"]
        assert ('rel="next"' in answer.headers.get("link", "")) == bool(address)
    return found


@pytest.fixture
def exported(settings):
    return frames.read(store.connect(settings.database))


@pytest.mark.parametrize("sort", ["document", "deadline", "-deadline", "confidence", "-confidence"])
def test_pages_hold_every_target_once_in_order(client, exported, sort):
    found = every(client, f"/api/v1/targets?limit=37&sort={sort}")
    assert sorted(t["target_id"] for t in found) == sorted(t["target_id"] for t in exported["targets"])
    keys = [(t["deadline"] or {}).get("end") if "deadline" in sort else t["confidence"] for t in found]
    if sort != "document":
        there = [k for k in keys if k is not None]
        assert there == sorted(there, reverse=sort.startswith("-")) and keys[: len(there)] == there


@pytest.mark.parametrize(("kind", "key"), [("targets", "target_id"), ("tasks", "id"), ("documents", "document")])
def test_fields_are_those_of_the_exports(client, exported, kind, key):
    mine = {line[key]: line for line in every(client, f"/api/v1/{kind}?limit=100")}
    assert len(mine) == len(exported[kind])
    for line in exported[kind]:
        assert {name: mine[line[key]][name] for name in line} == json.loads(json.dumps(line))


FILTERS = {
    "region=zhumadian": lambda t: t["document"].startswith("zhumadian"),
    "region=枣阳&region=621200": lambda t: t["document"].startswith(("zaoyang", "longnan")),
    "document=longnan-2023-scheme": lambda t: t["document"] == "longnan-2023-scheme",
    "indicator=forest_coverage": lambda t: t["indicator_id"] == "forest_coverage",
    "kind=count&kind=rank": lambda t: t["kind"] in ("count", "rank"),
    "operator=%3E%3D": lambda t: t["operator"] == ">=",
    "status=current": lambda t: t["status"] == "current",
    "year=2025": lambda t: ((t["deadline"] or {}).get("end") or "").startswith("2025"),
    "deadline_from=2023-06-01&deadline_to=2024-12-31": lambda t: "2023-06-01" <= ((t["deadline"] or {}).get("end") or "") <= "2024-12-31",
    "confidence_min=0.9": lambda t: t["confidence"] >= 0.9,
    "q=%25": lambda t: any("%" in t[name] for name in ("indicator", "value_text", "quote")),
    "review=none": lambda t: True,
    "kind=level&region=驻马店&year=2023&sort=-deadline": lambda t: (
        t["kind"] == "level" and t["document"].startswith("zhumadian") and ((t["deadline"] or {}).get("end") or "").startswith("2023")
    ),
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_are_those_of_a_slow_reading(client, exported, query):
    wanted = sorted(t["target_id"] for t in exported["targets"] if FILTERS[query](t))
    assert sorted(t["target_id"] for t in every(client, f"/api/v1/targets?limit=50&{query}")) == wanted
    assert client.get(f"/api/v1/targets?limit=1&count=true&{query}").json()["total"] == len(wanted)


def test_names_and_aliases_mean_the_indicator(client):
    from schemas.indicators import indicators

    one = next(i for i in indicators() if i.aliases and every(client, f"/api/v1/targets?indicator={i.id}"))
    by_id = every(client, f"/api/v1/targets?indicator={one.id}")
    for name in (one.name, one.aliases[0]):
        assert every(client, f"/api/v1/targets?indicator={name}") == by_id
    assert {t["domain"] for t in every(client, f"/api/v1/targets?domain={one.domain}")} == {one.domain}


def test_documents_that_come_between_pages_move_nothing(client, settings, exported, tmp_path):
    first = client.get("/api/v1/targets?limit=100").json()
    (tmp_path / "more").mkdir()
    shutil.copy(RAW / "longnan-2023-scheme.txt", tmp_path / "more" / "another.txt")
    assert batch.run([tmp_path / "more"], store.connect(settings.database)).documents == 1
    rest = every(client, first["next"])
    ids = [t["target_id"] for t in first["items"] + rest]
    assert len(ids) == len(set(ids))
    assert {t["target_id"] for t in exported["targets"]} <= set(ids)


def test_csv_is_json_flattened(client):
    for kind in ("targets", "tasks", "documents", "evidence", "regions", "indicators"):
        lines = every(client, f"/api/v1/{kind}?limit=1000")
        answer = client.get(f"/api/v1/{kind}?all=true", headers={"accept": "text/csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        read = list(csv.DictReader(io.StringIO(answer.text)))
        assert list(read[0]) == columns(kind) and len(read) == len(lines)
        for cells, line in zip(read, lines, strict=True):
            flat = flatten(line)
            assert cells == {name: "" if flat.get(name) is None else str(flat[name]) for name in columns(kind)}


def test_answers_keep_until_something_changes(client, settings, tmp_path):
    for address in ("/api/v1/targets", "/api/v1/targets?format=csv", "/api/v1/documents?limit=2"):
        tag = client.get(address).headers["etag"]
        again = client.get(address, headers={"if-none-match": tag})
        assert again.status_code == 304 and not again.content and again.headers["etag"] == tag
    assert client.get("/api/v1/targets?limit=7", headers={"if-none-match": tag}).status_code == 200
    (tmp_path / "new.txt").write_text("甲市方案\n到2027年，全市森林覆盖率达到45%。\n", "utf-8")
    batch.run([tmp_path / "new.txt"], store.connect(settings.database))
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_while_a_run_stores_rows_answers_have_no_tag(client, settings):
    from pipeline.store import runs

    runs.begin_run(store.connect(settings.database), "x")
    assert "etag" not in client.get("/api/v1/targets").headers


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/api/v1/targets?colour=red", 400, "colour"),
        ("/api/v1/targets?year=2025&year=2026", 400, "once"),
        ("/api/v1/targets?region=亚特兰蒂斯", 400, "驻马店市"),
        ("/api/v1/targets?document=longnan", 400, "longnan-2023-scheme"),
        ("/api/v1/targets?domain=x", 400, "there are"),
        ("/api/v1/targets?kind=big", 422, "kind"),
        ("/api/v1/targets?limit=1001", 422, "limit"),
        ("/api/v1/targets?cursor=abc", 400, "cursor"),
        ("/api/v1/targets?all=true", 400, "format=csv"),
        ("/api/v1/targets/none", 404, "lists give"),
        ("/api/v1/documents/none/targets", 404, "document"),
        ("/api/v1/comparisons?region=亚特兰蒂斯", 400, "亚特兰蒂斯"),
    ],
)
def test_errors_say_what_to_do(client, address, status, says):
    answer = client.get(address)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and says in told["detail"]


def test_a_cursor_is_of_one_question(client):
    further = client.get("/api/v1/targets?limit=5").json()["next"]
    cursor = further.split("cursor=")[1]
    assert client.get(f"/api/v1/targets?limit=5&kind=level&cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/tasks?cursor={cursor}").status_code == 400
    assert client.get(f"/api/v1/targets?limit=9&cursor={cursor}").status_code == 200  # the length of pages may change


def test_head_gives_the_headers(client):
    for address in ("/api/v1/targets", "/api/v1/comparisons?limit=1", "/api/v1/targets?format=csv&all=true"):
        answer = client.head(address)
        assert answer.status_code == 200 and not answer.content and answer.headers["content-type"]


def test_one_target_has_all_its_evidence(client):
    one = client.get("/api/v1/targets?limit=1").json()["items"][0]
    whole = client.get(f"/api/v1/targets/{one['target_id']}").json()
    text = client.get(f"/api/v1/documents/{one['document_id']}/text").text
    assert {piece["slot"] for piece in whole["evidence"]} >= {"indicator", "value", "quote"}
    assert all(text[piece["start"] : piece["end"]] == piece["text"] for piece in whole["evidence"])
    assert every(client, f"/api/v1/targets/{one['target_id']}/evidence?limit=2") == whole["evidence"]
    assert client.get(f"/api/v1/evidence/{whole['evidence'][0]['id']}").json() == whole["evidence"][0]


def test_comparisons_are_those_of_the_command(client, settings):
    from datetime import date

    from pipeline.compare import Options, compare
    from pipeline.report import lines

    options = Options(("驻马店", "枣阳"), tables=("matrix",), contexts=False, as_of=date(2024, 3, 15))
    wanted = lines.read(compare(store.connect(settings.database), options), "matrix")
    assert every(client, "/api/v1/comparisons?region=驻马店&region=zaoyang&limit=90&as_of=2024-03-15") == json.loads(json.dumps(wanted))
    table = client.get("/api/v1/comparisons?region=驻马店&region=zaoyang&format=csv&all=true&as_of=2024-03-15").text
    assert len(list(csv.DictReader(io.StringIO(table)))) == len(wanted)


def test_a_comparison_that_reads_too_much_is_refused(client, monkeypatch):
    monkeypatch.setattr("pipeline.web.api.comparing.LIMIT", 100)
    answer = client.get("/api/v1/comparisons")
    assert answer.status_code == 413 and "name regions" in answer.json()["detail"]
    assert client.get("/api/v1/comparisons?region=枣阳").status_code == 200


def test_every_operation_has_an_id_and_words(client):
    document = client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [told for path in document["paths"].values() for told in path.values()]
    ids = [told["operationId"] for told in operations]
    assert len(ids) == len(set(ids)) > 20 and {"listTargets", "getTarget", "compare", "uploadDocuments", "getJob"} <= set(ids)
    assert all(told["description"] for told in operations)
    assert all(path.startswith("/api/v1/") for path in document["paths"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_reference_shows_every_operation(client, lang):
    text = client.get(f"/api?lang={lang}").text
    for path in client.get("/api/openapi.json").json()["paths"]:
        assert path in text
    from pipeline.web.pages.api import TRIED

    document = client.get("/api/openapi.json").json()
    addresses = {told["operationId"]: path for path, methods in document["paths"].items() for told in methods.values()}
    for name, query in TRIED.items():
        assert client.get(addresses[name] + query).status_code == 200


@pytest.fixture
def server(settings):
    running = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


def test_the_examples_run(server, tmp_path):
    env = {"PATH": "/usr/bin:/bin", "ZHIBIAO": server, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, HERE / "examples" / "examples.py", server], capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    assert "zaoyang-2021-scheme 枣阳市 " in done.stdout and "due in 2025: " in done.stdout and "value " in done.stdout
    if shutil.which("curl"):
        done = subprocess.run(["sh", HERE / "examples" / "examples.sh"], capture_output=True, text=True, timeout=60, env=env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("304\n") and "驻马店市" in done.stdout
        assert len(list(csv.DictReader((tmp_path / "targets.csv").open(encoding="utf-8")))) == 313
