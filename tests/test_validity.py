"""What documents say about validity: their own, that of the documents they repeal, and whether they still stand."""

from datetime import date

import pytest

from extractors.validity import Known, dated, find_valid
from pipeline import store
from pipeline.exporters import frames
from pipeline.parsers import parse_bytes
from pipeline.run import process
from pipeline.validity import valid_until
from schemas.folded import fold
from tests.conftest import read

NOTICE = (
    "青禾市人民政府关于印发青禾市节水奖补办法的通知\n青政发〔2024〕6号\n各县区人民政府：\n现将《青禾市节水奖补办法》印发给你们。\n"
    "青禾市人民政府\n2024年5月6日\n青禾市节水奖补办法\n第一条 为促进节水，制定本办法。\n第二条 "
)
BODY = "一、总体要求\n促进节水。\n二、主要任务\n（一）造林。完成造林5万亩。\n"
TITLE = "青禾市造林行动方案\n"


def said(text: str) -> list[tuple[str | None, ...]]:
    """The statements of a document: kind, value, first and last day, term, basis, title, number."""
    result = read(text)
    store.check_evidence(result.rows)
    for one in result.extraction.validity:
        assert result.document.text[one.raw.spans[0].start : one.raw.spans[-1].end] == one.raw.text
    return [
        (r["kind"], r["value"], r["date_start"], r["date_end"], r["term"], r["basis"], r["title"], r["doc_number"])
        for r in result.rows.tables["validity"]
    ]


@pytest.mark.parametrize(
    ("text", "start", "end", "term", "basis"),
    [
        ("本办法自2024年1月1日起施行，有效期5年。", "2024-01-01", "2028-12-31", "P5Y", "start"),
        ("本办法有效期至2025年12月31日。", None, "2025-12-31", None, "stated"),
        ("本办法有效期三年。", "2024-05-06", "2027-05-05", "P3Y", "issue_date"),
        ("自印发之日起施行，有效期为2年。", "2024-05-06", "2026-05-05", "P2Y", "issue_date"),
        ("本办法自公布之日起30日后施行，有效期5年。", "2024-06-05", "2029-06-04", "P5Y", "issue_date"),
        ("本暂行规定自2023年7月1日起施行，试行期一年。", "2023-07-01", "2024-06-30", "P1Y", "start"),
        ("本办法由市水利局负责解释，自2024年3月1日起施行，至2027年2月28日止。", "2024-03-01", "2027-02-28", None, "stated"),
        ("本措施自2024年1月1日起实施，暂定有效期一年半。", "2024-01-01", "2025-06-30", "P18M", "start"),
        ("本办法自二〇二四年一月一日起实施，有效期至“十四五”末。", "2024-01-01", "2025-12-31", None, "stated"),
        ("本办法有效期5年，自2024年7月1日起计算。", "2024-07-01", "2029-06-30", "P5Y", "start"),
        ("本办法自2024年2月29日起施行，有效期1年。", "2024-02-29", "2025-02-28", "P1Y", "start"),
        ("政策有效期：2024年1月1日至2025年12月31日。", "2024-01-01", "2025-12-31", None, "stated"),
        ("《青禾市节水奖补办法》自2024年6月1日起施行。", "2024-06-01", None, None, None),
        ("本办法自2024年 月 日起施行，有效期5年。", None, None, "P5Y", None),
        ("本办法自批准之日起施行，有效期5年。", None, None, "P5Y", None),
    ],
)
def test_how_long_a_document_holds(text, start, end, term, basis):
    assert said(NOTICE + text) == [("valid", None, start, end, term, basis, None, None)]


def test_without_a_day_of_issue_the_end_stays_open_and_the_term_is_kept():
    assert said(TITLE + BODY + "三、附则\n本方案自印发之日起施行，有效期5年。\n") == [("valid", None, None, None, "P5Y", None, None, None)]


def test_a_term_counts_from_the_first_day_that_another_sentence_states():
    found = said(NOTICE + "本办法自2024年7月1日起施行。\n第三条 本办法有效期2年。")
    assert found[1] == ("valid", None, "2024-07-01", "2026-06-30", "P2Y", "start", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "食品经营许可证有效期5年。",
        "合格证有效期至2025年12月31日。",
        "疫苗有效期为24个月。",
        "取水许可证自颁发之日起生效，有效期5年。",
        "对通过评审的单位颁发证书。有效期三年。",
        "合同自2024年1月1日起执行，有效期3年。",
        "规范性文件有效期为5年，暂行的不超过2年。",
        "新的水价标准，自2024年1月1日起执行。",
        "新修订的《安全生产法》自2021年9月1日起施行。",
        "在有效期内的发明专利达到12件。",
        "提高政策的针对性和有效性。",
        "清理废止不合时宜的文件，及时废止《旧办法》。",
        "《民法典》自2021年1月1日起施行，《婚姻法》同时废止。",
        "落实《关于废止部分规章的决定》。",
        "淘汰失效器件，消防设施失效的立即整改。",
        "有效期届满未延续的，自动失效。",
        "各部门要对与本办法不一致的文件予以废止。",
        "与上位法不一致的，以上位法为准。",
        "对《青禾市排水办法》进行修订完善，推进煤炭替代。",
    ],
)
def test_what_is_of_others_is_not_read(text):
    assert said(NOTICE + text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("《青禾市节水办法》（青政发〔2018〕5号）同时废止。", [("whole", None, "青禾市节水办法", "青政发〔2018〕5号")]),
        ("2018年印发的《市级储备粮管理办法》即行废止。", [("whole", None, "市级储备粮管理办法", None)]),
        (
            "原《甲办法》（青政办发〔2016〕12号）、《关于印发〈乙细则〉的通知》（青水〔2017〕3号）同时废止。",
            [("whole", None, "甲办法", "青政办发〔2016〕12号"), ("whole", None, "关于印发〈乙细则〉的通知", "青水〔2017〕3号")],
        ),
        (
            "青政发〔2011〕2号、青政发〔2012〕9号文件停止执行。",
            [("whole", None, None, "青政发〔2011〕2号"), ("whole", None, None, "青政发〔2012〕9号")],
        ),
        (
            "根据《文件管理办法》的规定，《用水定额》（青水〔2012〕8号）自2024年5月1日起废止。",
            [("whole", "2024-05-01", "用水定额", "青水〔2012〕8号")],
        ),
        ("同时废止原《奖学金办法》。", [("whole", None, "奖学金办法", None)]),
        ("《青禾市公园办法》（2011年市政府令第35号）自行失效。", [("whole", None, "青禾市公园办法", "市政府令第35号")]),
        (
            "青禾市人民政府关于加强排水管理的通知（青政发〔2010〕5号）同时废止。",
            [("whole", None, "青禾市人民政府关于加强排水管理的通知", "青政发〔2010〕5号")],
        ),
        ("《青禾市节水奖补办法（试行）》（青政发〔2021〕7号）同时废止。", [("whole", None, "青禾市节水奖补办法（试行）", "青政发〔2021〕7号")]),
        ("《青禾市水价办法》第十二条同时废止。", [("part", None, "青禾市水价办法", None)]),
        ("此前发布的有关规定同时废止。", [("whole", None, None, None)]),
        ("此前有关规定与本办法不一致的，以本办法为准。", [("conflict", None, None, None)]),
    ],
)
def test_repeals_name_each_document(text, expected):
    assert said(NOTICE + text) == [("repeals", value, day, None, None, None, title, number) for value, day, title, number in expected]


def test_the_dates_of_a_document_and_its_repeals_stand_apart():
    found = said(NOTICE + "本办法自2024年5月1日起施行，有效期5年，2018年印发的《储备粮办法》同时废止。")
    assert [(f[0], f[3], f[6]) for f in found] == [("valid", "2029-04-30", None), ("repeals", None, "储备粮办法")]


def test_a_repeal_in_the_notice_is_read_over_its_line_break():
    head = NOTICE.replace("印发给你们。", "印发给你们，请认真贯彻执行。2018年印\n发的《青禾市节水办法》（青政发〔2018〕3号）同时废止。")
    assert said(head + "节约用水。") == [("repeals", "whole", None, None, None, None, "青禾市节水办法", "青政发〔2018〕3号")]


@pytest.mark.parametrize(
    ("text", "value", "title", "number"),
    [
        ("现对《节水办法》（青政办发〔2016〕12号）作如下修改：", "amends", "节水办法", "青政办发〔2016〕12号"),
        ("本办法代替《节水试行办法》（青政发〔2011〕2号）。", "replaces", "节水试行办法", "青政发〔2011〕2号"),
        ("本标准代替GB 3838-1988。", "replaces", None, "GB 3838-1988"),
    ],
)
def test_revisions(text, value, title, number):
    assert said(NOTICE + text) == [("revises", value, None, None, None, None, title, number)]


def test_a_title_may_say_that_it_is_a_revision():
    assert said("青禾市造林管理规程（修订版）\n" + BODY) == [("revises", "edition", None, None, None, None, None, None)]
    assert said(TITLE + BODY + "依据《青禾市造林管理规程》（修订版），开展造林。\n") == []


@pytest.mark.parametrize(
    ("page", "value", "end"),
    [
        ("索引号\t123\t有效性\t失效\n失效日期\t2023-12-31\t成文日期\t2019-01-05\n" + TITLE + BODY, "expired", "2023-12-31"),
        ("索引号：A1 发文日期：2019-01-05 有效性：有效\n" + TITLE + BODY, "in_force", None),
        ("时 效 性：\n现行有效\n废止日期：\n" + TITLE + BODY, "in_force", None),
        ("是否废止：是 废止日期：2023-05-01\n" + TITLE + BODY, "repealed", None),
        ("【已废止】\n" + TITLE + BODY, "repealed", None),
        ("【已废止】" + TITLE + BODY, "repealed", None),
        ("青禾市造林行动方案（已失效）\n" + BODY, "expired", None),
        (TITLE + "（2023年5月1日废止）\n" + BODY, "repealed", "2023-05-01"),
        (TITLE + BODY + "此件已废止\n", "repealed", None),
        (TITLE + BODY + "相关文件\n青禾市林地办法（已废止）\n", None, None),
        (TITLE + BODY + "证书\t有效期\n甲证\t有效期5年\n", None, None),
    ],
)
def test_whether_a_document_still_stands(page, value, end):
    states = [(f[1], f[3]) for f in said(page) if f[0] == "status"]
    assert states[:1] == ([(value, end)] if value else [])
    title = read(page).extraction.metadata["title"]
    assert title is not None and title.text == "青禾市造林行动方案"


def test_a_line_says_what_repealed_the_document():
    found = said("该文件已被《青禾市造林新方案》（青政发〔2024〕9号）废止\n" + TITLE + BODY)
    assert found == [("status", "repealed", None, None, None, None, "青禾市造林新方案", "青政发〔2024〕9号")]


@pytest.mark.parametrize(
    "about",
    [
        "<ul><li>索引号：A1</li><li>时效性：已废止</li></ul>",
        "<ul><li><span>文件状态：</span><span>已废止</span></li></ul>",
        "<table><tr><td>索引号</td><td>A1</td><td>效力状态</td><td>废止</td></tr></table>",
    ],
)
def test_the_state_is_read_from_the_page_around_the_article(about):
    prose = "<p>（一）造林。完成造林5万亩，提高林地保有量，改善林分结构，落实林长制，推进国土绿化。</p>" * 3
    page = (
        f"<html><body><div class='nav'><a href='/'>首页</a></div><div class='about'>{about}</div><h1 class='title'>青禾市造林行动方案</h1>"
        f"<div class='TRS_Editor'><p>一、主要任务</p>{prose}</div><div class='related'><a href='/x'>林地办法（已失效）</a></div></body></html>"
    )
    found = process(parse_bytes(page.encode(), "page.html")).extraction.validity
    assert [(v.kind, v.value) for v in found] == [("status", "repealed")]


def test_until_when_a_document_holds():
    def row(kind="valid", end=None, basis=None, value=None):
        return {"kind": kind, "value": value, "date_end": end, "basis": basis}

    assert valid_until([]) is None
    assert valid_until([row(end="2028-12-31", basis="start")]) == "2028-12-31"
    assert valid_until([row(end="2028-12-31", basis="start"), row(end="2028-06-30", basis="stated")]) == "2028-06-30"
    assert valid_until([row(end="2028-06-30", basis="stated"), row("status", "2025-01-01", value="repealed")]) == "2025-01-01"
    assert valid_until([row(end="2028-06-30", basis="stated"), row(end="2029-06-30", basis="stated")]) is None
    assert valid_until([row("repeals", "2020-01-01", value="whole")]) is None


def test_documents_are_exported_with_their_validity(tmp_path):
    engine = store.connect(f"sqlite:///{tmp_path}/z.db")
    store.upgrade(engine)
    store.save(engine, read(NOTICE + "本办法自2024年6月1日起施行，有效期2年，《甲办法》同时废止。").rows)
    (line,) = frames.read(engine)["documents"]
    assert line["valid_until"] == "2026-05-31"
    assert [(v["kind"], v["title"], v["raw"]) for v in line["validity"]] == [
        ("valid", None, "本办法自2024年6月1日起施行，有效期2年"),
        ("repeals", "甲办法", "《甲办法》同时废止"),
    ]
    engine.dispose()


def test_the_number_of_a_validity_sentence_keeps_its_line_in_the_ledger():
    result = read(NOTICE + "本办法自2024年1月1日起施行，有效期5年。")
    assert [(u.reason, u.text) for u in result.extraction.uncovered if "有效期5年" in u.text]
    assert not result.extraction.targets


def test_a_law_is_no_document_of_ones_own():
    text = fold("《水法》自2016年7月2日起施行。", [(0, 17)]).text
    assert list(dated(find_valid(text, Known("青禾市水法实施办法", None, date(2024, 1, 1), "issue_date")), Known())) == []


@pytest.mark.parametrize("unit", ["[已废止]", "同时废止,", "此前规定", "《", "本", "有效期至", "自2024年1月1日起", "不一致"])
def test_odd_texts_take_no_long_time(unit):
    from time import process_time

    from extractors.repeals import find_repeals

    text = (unit * (3000 // len(unit)) + "废止。") * 2
    begun = process_time()
    find_valid(text, Known())
    find_repeals(text, Known())
    assert process_time() - begun < 2
