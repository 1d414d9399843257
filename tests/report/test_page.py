"""The page: everything leads to its source, nothing leads out, hostile text stays text."""

import base64
import hashlib
import re
import shutil
import subprocess

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipeline.report import REPORTS, colours, page
from schemas.comparison import VERDICTS
from tests.report import made

CHROMIUM = shutil.which("chromium")


def text_of(comparison, lang="zh"):
    return page.render(comparison, lang)


def tree_of(comparison, lang="zh"):
    return LexborHTMLParser(text_of(comparison, lang))


@pytest.fixture(params=["full", "real"])
def either(request):
    return request.getfixturevalue(request.param)


def test_every_value_has_its_evidence(either):
    tree = tree_of(either)
    matrix = either.tables["matrix"]
    values = tree.css(".matrix a.v")
    assert len(values) == matrix["state"].isin(["stated", "unparsed"]).sum() > 0
    for value in values:
        proof = tree.css_first(f"article.proof[id='{value.attributes['href'][1:]}']")
        assert proof.css_first("mark").text().strip()
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"][1:] for link in tree.css("a[href^='#']")} <= set(ids)


def test_the_evidence_shows_the_quote_in_context_its_place_document_and_ids(full):
    proof = tree_of(full).css_first("#e-t1")
    assert proof.css_first("blockquote").text() == "前文污水处理率达到60%以上后文<b>" and proof.css_first("mark").text() == "污水处理率达到60%以上"
    shown = proof.text()
    assert all(part in shown for part in ("甲市实施方案（甲市方案）", "三/1", "第3页", "到2025年（2025年）", "市水利局、市住建局", "城区", "t1"))


def test_every_cell_has_a_word_for_its_state_or_verdict_and_a_rank(full):
    rows = {row.css_first("th").text(deep=False): [td.text() for td in row.css("td")] for row in tree_of(full).css(".matrix tbody tr")}
    first, second, third = rows["污水处理率"]
    assert "可比，第2位" in first and "可比，第1位" in second and "无法判定" in third
    assert "未能读出" in rows["绿地"][0] and rows["绿地"][1].strip() == "未述" and "无可比对象" in rows["绿地"][2]
    assert "未处理" in next(cells[2] for name, cells in rows.items() if name.startswith('"><'))


def test_filters_know_what_a_row_is(full):
    rows = {row.css_first("th").text(deep=False): row.attributes for row in tree_of(full).css(".matrix tbody tr")}
    assert {"data-comparable", "data-differs", "data-shared"} <= rows["污水处理率"].keys()
    assert not {"data-comparable", "data-differs"} & rows["绿地"].keys()
    assert rows["绿地"]["data-domain"] == "生态"


def test_nothing_leads_out_of_the_page(either):
    text = text_of(either)
    tree = LexborHTMLParser(text)
    assert {a.attributes["href"][0] for a in tree.css("[href]")} == {"#"}
    assert not tree.css("[src], link, iframe, object, embed, form, base, [style], [onclick], [onerror], [onload]")
    assert not re.search(r"url\(|@import", tree.css_first("style").text())
    policy = tree.css_first("meta[http-equiv='Content-Security-Policy']").attributes["content"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for tag in ("style", "script"):
        (node,) = tree.css(tag)
        digest = base64.b64encode(hashlib.sha256(node.text().encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy  # the browser runs this and nothing else


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_is_text(full, lang):
    text = text_of(full, lang)
    tree = LexborHTMLParser(text)
    assert len(tree.css("script")) == 1 and not tree.css("img, blockquote b")
    assert "{{7*7}}" in tree.body.text() and "\x07" not in text and "\ufffe" not in text
    assert "alert(1)" in tree.css_first(".matrix").text()


def test_the_same_values_in_english(full):
    tree = tree_of(full, "en")
    assert tree.css_first("html").attributes["lang"] == "en" and "Targets compared" in tree.css_first("h1").text()
    assert "comparable, rank 2" in tree.css_first(".matrix").text()
    ours = " ".join(node.text(deep=False) for node in tree.css("h1, h2, h3, th[scope=col], label, .chip, .soft"))
    assert not re.search("|".join(VERDICTS.values()), ours)


def test_findings_stand_by_type_with_both_quotes(full):
    tree = tree_of(full)
    section = tree.css_first("#findings")
    assert [h.text(deep=False) for h in section.css("h3")] == ["自相矛盾", "任务无期限"]
    first, second = section.css("article.finding")
    assert [side.css_first("b").text() for side in first.css(".side")] == ["≥60%", "≥70%"]
    quotes = [q.text() for q in first.css("q")]
    assert quotes[0] == "甲处" and "alert(1)" in quotes[1]
    assert first.css_first("a").attributes["href"] == "#e-t1"
    assert len(second.css(".side")) == 1 and "1、2" in second.text()


def test_a_finding_on_many_tasks_shows_some_and_says_how_many_more(full):
    tasks = [str(i) for i in range(20)]
    finding = {"id": "f", "type": "no_unit", "documents": ["甲市方案"], "tasks": tasks, "quotes": [f"任务{i}" for i in tasks], "values": []}
    full.tables["findings"] = made.frame("findings", [finding])
    article = tree_of(full).css_first("article.finding")
    assert [q.text() for q in article.css("q")] == [f"任务{i}" for i in range(8)] and "另有 12 处" in article.text()
    finding["quotes"] = ["多数任务如此"]
    full.tables["findings"] = made.frame("findings", [finding])
    sides = tree_of(full).css("article.finding .side")
    assert len(sides) == 2 and "、".join(tasks) in sides[0].text()


def test_a_title_names_some_of_many_regions():
    regions = tuple(f"{i}市" for i in range(30))
    assert tree_of(made.comparison({}, regions=regions)).css_first("h1").text() == "指标对比：0市、1市、2市、3市、4市、5市等30个"


def test_a_value_of_one_of_two_documents_stands_with_its_own(full):
    finding = {
        "id": "f",
        "type": "added",
        "documents": ["旧", "甲市方案"],
        "values": ["≥60%"],
        "targets": ["t1"],
        "quotes": ["甲"],
        "tasks": ["三/1"],
    }
    full.tables["findings"] = made.frame("findings", [finding])
    assert tree_of(full).css_first(".finding .side .small").text() == "甲市方案 · 三/1"


def test_the_standard_is_shown_with_its_certainty(full):
    assert {"≥85%", "凭记忆", "低于标准", "-25"} <= {cell.text() for cell in tree_of(full).css("#standards td")}


def test_charts_lead_to_the_evidence(full):
    tree = tree_of(full)
    assert {a.attributes["href"] for a in tree.css("svg.strip a")} == {"#e-t1", "#e-t2", "#e-t3"}
    assert len(tree.css("svg.lane")) == 3 and len(tree.css("svg.heat")) == 1


def test_columns_may_be_years(full):
    lines = [*made.matrix()[:3], made.cell("污水处理率", None, "not_stated", year=2027)]
    full = made.comparison({"matrix": lines}, regions=("2025", "2027", "—"), by="year")
    assert [th.text() for th in tree_of(full).css(".matrix thead th")] == ["指标", "2025", "2027", "—"]
    assert tree_of(full).css_first("h1").text() == "指标对比：甲市、乙市、丙市"


def test_columns_may_be_documents(full):
    full = made.comparison({"matrix": made.matrix()[:2]}, regions=("甲市方案", "乙市方案"), by="document")
    assert [th.text() for th in tree_of(full).css(".matrix thead th")] == ["指标", "甲市方案", "乙市方案"]


def test_a_big_comparison_is_cut_and_says_so(full, monkeypatch):
    monkeypatch.setattr(page, "MOST_VALUES", 3)
    monkeypatch.setattr(page, "MOST_LINES", 1)
    tree = tree_of(full)
    assert len(tree.css(".matrix tbody tr")) == 1
    assert "matrix.csv / matrix.jsonl" in tree.css_first("#matrix .notes").text()
    assert "timeline.csv" in tree.css_first("#timeline .notes").text() and len(tree.css("#timeline tbody tr")) == 1
    assert tree.css_first("#timeline h2").text().endswith("2")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_to_compare_gives_a_readable_page(lang, tmp_path):
    (path,) = REPORTS["html"](made.comparison({}, notes=("没有文件。",)), tmp_path, lang)
    tree = LexborHTMLParser(path.read_text("utf-8"))
    assert tree.css_first("#matrix .lead").text() and not tree.css("table")
    assert tree.css_first("header .notes").text().strip() == "没有文件。"


def test_tables_and_sections_can_be_read_aloud(full):
    tree = tree_of(full)
    assert len(tree.css("h1")) == 1
    assert all(th.attributes["scope"] in ("row", "col") for th in tree.css("th"))
    ids = {node.attributes["id"] for node in tree.css("[id]")}
    assert {node.attributes["aria-labelledby"] for node in tree.css("[aria-labelledby]")} <= ids
    assert all(node.attributes.get("aria-label") or node.attributes.get("aria-labelledby") for node in tree.css("[role=region], aside, nav"))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("of", [colours.LIGHT, colours.DARK])
def test_every_text_can_be_read(of):
    grounds = [of[name] for name in ("paper", "ground", "head", "hover")]
    assert all(contrast(of[ink], ground) >= 4.5 for ink in ("ink", "soft", "link") for ground in grounds)
    assert all(contrast(ink, ground) >= 4.5 for ground, ink, _ in of["tones"].values())
    assert contrast(of["ink"], of["mark"]) >= 4.5 and contrast(of["standard"], of["paper"]) >= 4.5
    assert all(contrast(colour, of["paper"]) >= 3 for colour in of["regions"])
    assert of.keys() == colours.LIGHT.keys() and len(of["regions"]) == 8


def browsed(path, profile, address=""):
    """The page as a browser leaves it when its script has run."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"]
    done = subprocess.run([CHROMIUM, *flags, "--dump-dom", path.as_uri() + address], capture_output=True, text=True, timeout=120, check=True)
    return LexborHTMLParser(done.stdout)


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_a_browser_runs_the_page(full, tmp_path):
    (path,) = REPORTS["html"](full, tmp_path, "zh")
    tree = browsed(path, tmp_path / "profile", "#e-t2")
    assert "hidden" not in tree.css_first(".tools").attributes
    assert tree.css_first("#count").text() == "显示 3 项"
    panel = tree.css_first("#panel")
    assert "hidden" not in panel.attributes and "≥95.5%" in panel.text()  # an address with a value opens its evidence
    assert "open" in tree.css_first(".matrix a[href='#e-t2']").attributes["class"]


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_filters_and_keys_work_in_a_browser(full, tmp_path):
    steps = """
      const at = (id) => document.getElementById(id), said = [];
      const fire = (id) => at(id).dispatchEvent(new Event('input', {bubbles: true}));
      const set = (id, name, value) => { at(id)[name] = value; fire(id); said.push(at('count').textContent); };
      set('comparable', 'checked', true); set('comparable', 'checked', false);
      set('find', 'value', '绿地'); set('find', 'value', '');
      set('year', 'value', '2025'); set('year', 'value', '');
      document.querySelector('svg.strip a').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
      said.push(at('panel').hidden);
      document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})); said.push(at('panel').hidden);
      document.title = said.join('|');
    </script></body>"""
    text = text_of(full).replace("</script>\n</body>", steps)
    path = tmp_path / "steps.html"
    path.write_text(re.sub("script-src '[^']+'", "script-src 'unsafe-inline'", text), "utf-8")
    title = browsed(path, tmp_path / "profile").css_first("title").text()
    assert title == "显示 1 项|显示 3 项|显示 1 项|显示 3 项|显示 3 项|显示 3 项|false|true"
