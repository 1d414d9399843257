"""The official text inside a page, and its metadata."""

import pytest

from pipeline.official import find_official
from pipeline.parsers import parse_bytes

PAGE = """首页 > 政务公开 > 政策文件
新河市人民政府办公室关于印发新河市清洁取暖三年行动方案(2024—2026年)的通知
来源:市政府办 日期:2024-05-09
日前,新河市印发方案,提出到2026年清洁取暖率达到99%。详情如下:
新河市人民政府办公室
关于印发新河市清洁取暖三年行动方案
(2024—2026年)的通知
新政办发〔2024〕12号
各县区人民政府,市政府各部门:
《新河市清洁取暖三年行动方案(2024—2026年)》已经市政府同意,现印发给你们。
新河市人民政府办公室
2024年5月6日
(此件公开发布)
新河市清洁取暖三年行动方案
(2024—2026年)
为改善空气质量,制定本方案。
一、主要目标
到2026年,清洁取暖率达到95%。
相关解读:一图读懂
主办单位:新河市人民政府
"""


def official(text: str):
    return find_official(parse_bytes(text.encode(), "page.txt"))


def test_a_government_page():
    found = official(PAGE)
    got = {k: v.text if v else None for k, v in found.metadata.items()}
    assert got == {
        "title": "新河市清洁取暖三年行动方案(2024—2026年)",
        "doc_number": "新政办发〔2024〕12号",
        "issuer": "新河市人民政府办公室",
        "region": "新河市",
        "issue_date": "2024-05-06",
        "publish_date": "2024-05-09",
        "period_start": "2024",
        "period_end": "2026",
    }
    body = [line.text.plain for line in found.lines[found.first : found.last]]
    assert body == ["为改善空气质量,制定本方案。", "一、主要目标", "到2026年,清洁取暖率达到95%。"]


def test_metadata_point_at_their_source():
    document = parse_bytes(PAGE.encode(), "page.txt")
    found = find_official(document)
    (span,) = found.metadata["doc_number"].spans
    assert document.text[span.start : span.end] == "新政办发〔2024〕12号"
    (span,) = found.metadata["issue_date"].spans
    assert document.text[span.start : span.end] == "2024年5月6日"


def test_drafts_and_signatures_at_the_end():
    found = official("新河市湿地保护办法(征求意见稿)\n一、目标\n湿地保护率达到60%。\n新河市林业局\n2023年3月1日\n")
    assert found.draft
    assert found.metadata["title"].text == "新河市湿地保护办法"
    assert (found.metadata["issuer"].text, found.metadata["issue_date"].text) == ("新河市林业局", "2023-03-01")


def test_metadata_in_a_table_above_the_title():
    found = official(
        "发布机构\t市政府办公室\t公开日期\t2024-06-19\n文    号\t新政发〔2024〕9号\t有 效 性\t有效\n新河市节水行动方案\n一、目标\n用水量下降5%。\n"
    )
    assert (found.metadata["doc_number"].text, found.metadata["publish_date"].text) == ("新政发〔2024〕9号", "2024-06-19")


def test_what_is_not_stated_is_absent():
    found = official("2.森林覆盖率≥40%。加强造林。\n3.湿地保护率≥55%。加强保护。\n")
    assert set(found.metadata.values()) == {None}
    assert (found.first, found.last) == (0, 2)


@pytest.mark.parametrize(
    ("lines", "issuer"),
    [
        ("青禾市发展和改革委员会　青禾市财政局\n青禾市水利局\n", "青禾市发展和改革委员会、青禾市财政局、青禾市水利局"),
        ("青 禾 市 人 民 政 府\n", "青禾市人民政府"),
        ("浙江省制造业高质量发展（数字经济发展）\n领导小组办公室（代章）\n", "浙江省制造业高质量发展（数字经济发展）领导小组办公室"),
        ("枣阳市人民政府办公室\n领导小组办公室\n", "枣阳市人民政府办公室、领导小组办公室"),
    ],
)
def test_signers_are_parted_and_made_whole(lines, issuer):
    text = f"关于印发《青禾市造林方案》的通知\n各单位：\n现印发给你们。\n{lines}2024年3月1日\n青禾市造林方案\n一、任务\n1.造林。\n"
    found = find_official(parse_bytes(text.encode(), "page.txt")).metadata["issuer"]
    assert found is not None
    assert found.text == issuer


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("云水市国民经济和社会发展第十四个五年规划和2035年远景目标纲要", ("2021", "2025")),
        ("云水市“十五五”教育发展规划", ("2026", "2030")),
        ("云水市国土空间总体规划(2021—2035年)", ("2021", "2035")),
        ("云水市2024年污染防治工作方案", ("2024", "2024")),
        ("云水市2030年前碳达峰实施方案", None),
        ("云水市迈向2035年远景规划", None),
    ],
)
def test_a_year_to_be_reached_is_not_the_year_of_the_plan(title, period):
    found = official(f"{title}\n一、主要任务\n今年完成造林5万亩。\n").metadata
    read = [slot.text for name in ("period_start", "period_end") if (slot := found[name])]
    assert read == list(period or ())
