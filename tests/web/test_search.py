"""The page of the search."""

import html
import re

import pytest


def test_results_lead_to_their_place(client):
    page = client.get("/search", params={"q": "森林覆盖率"}).text
    assert "<mark>森林覆盖率</mark>" in page
    places = re.findall(r'href="(/documents/\w+\?start=\d+&amp;end=\d+)"', page) or re.findall(r'href="(/documents/\w+\?start=\d+&end=\d+)"', page)
    assert places
    viewer = client.get(html.unescape(places[0])).text
    assert re.search(r"f-asked[^>]*>森", viewer)
    target = re.search(r'href="(/documents/\w+\?target=\w+)"', page)
    assert target and 'class="record on"' in client.get(target[1]).text


@pytest.mark.parametrize("query", ["", " ", '"', "没有这样的词语", "<script>", "x" * 400, "%", "森林 NEAR/3 * - : ( )"])
def test_any_query_is_answered(client, query):
    answer = client.get("/search", params={"q": query, "region": "x'--", "year": "2023;", "kind": "?", "before": "-1", "at": "9999999999"})
    assert answer.status_code == 200 and "<script>alert" not in answer.text


def test_filters_and_languages(client):
    assert "2 documents" in client.get("/search", params={"q": "森林覆盖率", "lang": "en"}).text
    assert "陇南" in client.get("/search", params={"q": "森林覆盖率", "region": "621200"}).text.partition("<ol")[2]
    assert "zaoyang" not in client.get("/search", params={"q": "森林覆盖率", "region": "621200"}).text.partition("<ol")[2]
