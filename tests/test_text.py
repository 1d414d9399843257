"""Text files: encodings, offsets, table lines, bad input."""

import pytest

from pipeline.parsers import parse_bytes, parse_file
from schemas.errors import ParseError

TEXT = "某市工作方案\r\n一、目标\n森林覆盖率达到40％。\n\n序号\t指标\t目标值\n1\t湿地保护率\t55%\n"
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_same_document(encoding):
    document = parse_bytes(TEXT.encode(encoding), "plan.txt")
    assert document.text == TEXT
    assert [(b.kind, document.text[b.start : b.end]) for b in document.blocks[:3]] == [
        ("paragraph", "某市工作方案"),
        ("paragraph", "一、目标"),
        ("paragraph", "森林覆盖率达到40％。"),
    ]
    assert [document.text[b.start : b.end] for b in document.blocks if b.kind == "cell"] == ["序号", "指标", "目标值", "1", "湿地保护率", "55%"]
    last = document.blocks[-1].where
    assert (last.line, last.table, last.row, last.column) == (6, 1, 2, 3)


def test_big5_is_known_by_how_common_its_characters_are():
    text = "臺北市政府節水行動方案\n到2025年，再生水利用率達到25%。\n"
    assert parse_bytes(text.encode("big5"), "plan.txt").text == text


def test_bars_and_indented_paragraphs():
    document = parse_bytes("| 序号 | 指标 |\n|---|---|\n| 1 | 率 |\n\t\t一、总体要求\n".encode(), "a.txt")
    assert [b.kind for b in document.blocks].count("paragraph") == 1
    assert "率" in [document.text[b.start : b.end].strip() for b in document.blocks if b.kind == "cell"]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "empty"), (b" \n\t", "empty"), (b"\x01PNG\r\n\x1a\n\x00\x01\x02\x03" * 40, "text"), (b"\x81\x30" * 3 + b"\xff\x00\x01" * 50, "text")],
)
def test_bad_input_says_what_and_which_file(data, message):
    with pytest.raises(ParseError, match=f"bad.txt.*{message}"):
        parse_bytes(data, "bad.txt", "bad.txt")


def test_a_character_cut_at_the_end_is_an_issue_not_a_failure():
    document = parse_bytes("森林覆盖率达到40%".encode() + "率".encode()[:2], "cut.txt")
    assert document.text == "森林覆盖率达到40%"
    assert [i.code for i in document.issues] == ["truncated_file"]


def test_a_nul_in_a_file_is_a_blank_and_an_issue():
    document = parse_bytes(TEXT.replace("目标\n", "目\0标\n").encode(), "nul.txt")
    assert document.text == TEXT.replace("目标\n", "目 标\n")
    assert [(i.code, i.where) for i in document.issues] == [("nul_characters", "line 2")]
    document = parse_bytes(TEXT.replace("目标\n", "目\0标\n").encode("gb18030"), "nul.txt")
    assert document.text == TEXT.replace("目标\n", "目 标\n")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Plan 2025: 30% of all\r\n", "一一、统一思想，一以贯之", "一、森林覆盖率达到40%\n"])
def test_utf_16_without_mark_is_known_by_its_bytes(text, encoding):
    assert parse_bytes(text.encode(encoding), "wide.txt").text == text


def test_missing_files_and_unknown_endings(tmp_path):
    with pytest.raises(ParseError, match="cannot be read"):
        parse_file(tmp_path / "none.txt")
    document = parse_bytes(TEXT.encode(), "a.xyz", "a.xyz")  # the content decides, and this ending says nothing
    assert (document.format, document.text, document.issues) == ("text", TEXT, ())


def test_marks_of_headings_are_no_text():
    document = parse_bytes("# 丰县2025年任务清单\n\n## 一、目标\n#1机组停运\n".encode(), "plan.md")
    assert [document.text[b.start : b.end] for b in document.blocks] == ["丰县2025年任务清单", "一、目标", "#1机组停运"]
