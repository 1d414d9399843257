"""Plans of several files: a folder or ZIP gives the rows that one text with everything in it gives, and evidence names the file."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from pipeline.members import attachment, is_notice, natural, readable, same_part
from pipeline.parsers import PARSERS, parse_bytes, parse_file
from pipeline.run import process, process_file
from schemas.errors import LimitError, ParseError
from schemas.limits import Limits
from tests.conftest import read
from tests.documents import small
from tests.documents.archive import zipped

NOTICE = """新河市人民政府办公室关于印发
新河市绿色发展三年行动方案(2024—2026年)的通知
新政办发〔2024〕12号
各县区人民政府,市政府各部门:
《新河市绿色发展三年行动方案(2024—2026年)》已经市政府同意,现印发给你们,请认真贯彻执行。
附件:1.新河市绿色发展任务分解表
2.成员单位职责
新河市人民政府办公室
2024年5月6日
"""
PLAN = """新河市绿色发展三年行动方案
(2024—2026年)
为加快绿色发展,制定本方案。
一、主要目标
到2026年,全市森林覆盖率达到30%以上,城镇污水处理率达到98%。
二、重点任务
1.加强造林。完成造林5万亩。(责任单位:市林业局)
2.治理河道。2025年底前治理河道20公里。(责任单位:市水利局)
抄送:市委各部门
"""
TABLE = """附件1
新河市绿色发展任务分解表
序号\t指标\t2025年目标\t责任单位
1\t湿地保护率\t≥60%\t市林业局
2\t单位GDP能耗下降\t5%\t市发展改革委
3\t空气质量优良天数比例\t≥85%\t市生态环境局
"""
DUTIES = """附件2
成员单位职责
各成员单位按照职责分工抓好落实,加强协调配合,及时报送进展,形成推进绿色发展的工作合力。
1.市林业局:牵头造林工作,完成抚育3万亩。
2.市水利局:牵头治水工作,新建水库2座。
"""
FILES = {"关于印发行动方案的通知.txt": NOTICE, "新河市绿色发展三年行动方案.txt": PLAN, "附件1.txt": TABLE, "附件2.txt": DUTIES}
WHOLE = NOTICE + PLAN.replace("抄送:市委各部门\n", "") + TABLE + DUTIES


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def unzipped(files: dict[str, str | bytes], **more):
    return process(parse_bytes(zipped(files), "plan.zip", **more))


def shown(result):
    """Metadata, tasks and targets without offsets."""
    rows = result.rows
    paths = {t["id"]: t["path"] for t in rows.tables["task"]}
    return (
        {k: v.text if v else None for k, v in result.extraction.metadata.items()},
        [(t["path"], t["title"], t["deadline_end"]) for t in rows.tables["task"]],
        [(paths[b["task_id"]], b["role"], b["text"]) for b in rows.tables["task_body"]],
        [(paths.get(t["task_id"]), t["indicator"], t["operator"], t["value"], t["unit"], t["deadline_end"]) for t in rows.tables["target"]],
    )


def files_of(result) -> list[str]:
    seen = dict.fromkeys(b.where.file for b in result.document.blocks)
    return [name for name in seen if name is not None]


def codes(result, *without):
    return {(i.code, i.where) for i in result.document.issues if i.code not in without}


def test_separate_files_give_the_rows_of_one_text(tmp_path):
    whole = read(WHOLE)
    folder = process_file(write(tmp_path / "绿色发展", FILES))
    assert shown(folder) == shown(whole)
    assert shown(unzipped(FILES)) == shown(whole)
    metadata, tasks, _, targets = shown(whole)
    assert (metadata["title"], metadata["doc_number"], metadata["issue_date"]) == (
        "新河市绿色发展三年行动方案(2024—2026年)",
        "新政办发〔2024〕12号",
        "2024-05-06",
    )
    assert [p for p, *_ in tasks] == ["1", "2", "表/1", "表/2", "表/3", "附件2/1", "附件2/2"]
    assert ("附件2/2", "新建水库", None, 2, "座", "2024-12-31") not in targets  # no deadline is invented
    assert len(targets) == 9
    assert (folder.document.name, folder.document.format, folder.document.issues) == ("绿色发展", "folder", ())


def test_files_of_different_formats_give_the_rows_of_one_text():
    for parser in ("html", "docx", "xlsx", "pdf"):
        pytest.importorskip(PARSERS[parser])
    rows = [line.split("\t") for line in TABLE.splitlines()[2:]]
    result = unzipped(
        {
            "附件1 任务分解表.xlsx": small.xlsx(rows),
            "附件2.pdf": small.pdf(DUTIES),
            "方案正文.docx": small.docx(PLAN, ()),
            "方案正文.pdf": small.pdf(PLAN),
            "通知.html": small.html(NOTICE),
        }
    )
    assert shown(result) == shown(read(WHOLE))
    assert files_of(result) == ["通知.html", "方案正文.docx", "附件1 任务分解表.xlsx", "附件2.pdf"]
    assert {i.where for i in result.document.issues if i.code == "member_twin"} == {"方案正文.pdf"}
    places = {(r["file"], r["page"] is not None, r["cell"] is not None) for r in result.rows.tables["evidence"] if r["row_table"] == "target"}
    assert places == {("方案正文.docx", False, False), ("附件1 任务分解表.xlsx", False, True), ("附件2.pdf", True, False)}


def test_evidence_is_read_again_in_its_own_file(tmp_path):
    result = process_file(write(tmp_path / "plan", FILES))
    checked = 0
    for row in result.rows.tables["evidence"]:
        if row["row_table"] in ("target", "task") and row["text"]:
            assert row["text"] in FILES[row["file"]]
            checked += 1
    assert checked > 20
    text = result.document.text
    for name, content in FILES.items():
        own = [b for b in result.document.blocks if b.where.file == name]
        assert {content.splitlines()[b.where.line - 1] for b in own if b.kind == "paragraph"} == {
            text[b.start : b.end] for b in own if b.kind == "paragraph"
        }


def test_the_name_of_a_file_says_what_its_text_does_not(tmp_path):
    files = dict(FILES)
    del files["附件1.txt"], files["附件2.txt"]
    files["附件2：成员单位职责.txt"] = DUTIES.removeprefix("附件2\n")
    files["附件1 任务分解表.txt"] = TABLE.removeprefix("附件1\n")
    result = unzipped(files)
    assert shown(result) == shown(read(WHOLE))
    assert "附件2" not in result.document.text


def test_the_plan_that_comes_as_an_attachment_is_the_plan():
    notice = NOTICE.replace("附件:1.新河市绿色发展任务分解表\n2.成员单位职责\n", "附件:1.新河市绿色发展三年行动方案\n2.成员单位职责\n")
    files = {
        "附件2.成员单位职责.txt": DUTIES,
        "附件1.txt": "附件1\n" + PLAN,
        "新政办发12号.txt": notice,  # its first lines say that it is the notice
    }
    result = unzipped(files)
    assert files_of(result) == ["新政办发12号.txt", "附件1.txt", "附件2.成员单位职责.txt"]
    assert shown(result) == shown(read(notice + "附件1\n" + PLAN.replace("抄送:市委各部门\n", "") + DUTIES))
    assert [t["path"] for t in result.rows.tables["task"]] == ["1", "2", "附件2/1", "附件2/2"]


def test_the_plan_comes_before_its_attachments_whatever_its_number():
    notice = NOTICE.replace("附件:1.新河市绿色发展任务分解表\n2.成员单位职责\n", "")
    result = unzipped({"附件3.txt": PLAN, "附件2.txt": DUTIES, "通知.txt": notice})
    assert files_of(result) == ["通知.txt", "附件3.txt", "附件2.txt"]
    assert result.extraction.metadata["title"].text == "新河市绿色发展三年行动方案(2024—2026年)"


def test_a_notice_with_tasks_of_its_own_is_read_as_in_one_text():
    notice = NOTICE.replace("请认真贯彻执行。\n", "请认真贯彻执行。\n一、加强领导\n各县区要完成造林3万亩。\n二、强化督查\n每年督查覆盖率达到100%。\n")
    files = {"通知.txt": notice, "附件1.txt": "附件1\n" + PLAN, "附件2.txt": DUTIES}
    whole = notice + "附件1\n" + PLAN.replace("抄送:市委各部门\n", "") + DUTIES
    result = unzipped(files)
    assert shown(result)[1:] == shown(read(whole))[1:]
    assert [t["path"] for t in result.rows.tables["task"]] == ["一", "二", "附件1/1", "附件1/2", "附件2/1", "附件2/2"]
    assert result.extraction.metadata["issue_date"].text == "2024-05-06"  # the notice's own end, which one text does not show


def test_pictures_of_pages_are_one_text():
    assert same_part("扫描/第1页.png", "扫描/第2页.png")
    assert not same_part("第2页.png", "附件1.png")
    assert not same_part("第2页.png", "方案.txt")
    assert same_part(None, None)


def test_attachments_come_in_order_of_number():
    names = ["附件10.txt", "附件2.txt", "附件一.txt", "方案.txt"]
    result = unzipped({n: f"新河市方案{i}\n一、任务\n造林{i + 3}万亩。\n" * 3 for i, n in enumerate(names)})
    assert files_of(result) == ["方案.txt", "附件一.txt", "附件2.txt", "附件10.txt"]


def test_lines_and_tables_of_two_files_are_not_joined():
    end = "1.强化治理。加快推进城镇污水管网补短板,完善收集处理设施,到2025年城镇污水处"
    row = "序号\t指标\t2025年目标\n1\t湿地保护率\t≥60%\n"
    result = unzipped(
        {"方案.txt": f"新河市方案\n一、任务\n{end}\n", "附件1.txt": "理率达到98%。\n", "附件2.txt": row, "附件3.txt": row.replace("60", "70")}
    )
    assert "城镇污水处理率" not in {t["indicator"] for t in result.rows.tables["target"]}
    assert [t["path"] for t in result.rows.tables["task"] if t["path"].startswith("表")] == ["表1/1", "表2/1"]


def test_a_unit_above_the_last_lines_of_a_file_is_none_of_the_next_file():
    files = {"方案.txt": PLAN.replace("抄送:市委各部门", "单位:万元"), "附件1.txt": "序号\t指标\t2025年目标\n1\t造林面积\t60\n"}
    (target,) = [t for t in unzipped(files).rows.tables["target"] if t["indicator"] == "造林面积"]
    assert target["unit"] is None


def test_an_unreadable_member_is_an_issue_and_the_others_go_on():
    files = FILES | {"附件3.pdf": b"\x00\x01\x02" * 300, "附件4.rar": b"Rar!\x1a\x07\x00" + bytes(60), "附件5.txt": b""}
    result = unzipped(files)
    assert shown(result) == shown(read(WHOLE))
    failed = {i.where: i for i in result.document.issues if i.code == "member_failed"}
    assert set(failed) == {"附件3.pdf", "附件4.rar", "附件5.txt"}
    assert {i.level for i in failed.values()} == {"error"}
    assert "unpack it" in failed["附件4.rar"].message


def test_a_package_of_which_nothing_can_be_read_fails(tmp_path):
    with pytest.raises(ParseError, match=r"plan\.zip: none of its files \(1\) can be read: a\.rar: RAR"):
        parse_bytes(zipped({"a.rar": b"Rar!\x1a\x07\x00"}), "plan.zip", "plan.zip")
    with pytest.raises(ParseError, match="it holds no file"):
        parse_bytes(zipped({}), "plan.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParseError, match="empty: none of its files"):
        parse_file(tmp_path / "empty")


def test_what_systems_leave_behind_is_no_member(tmp_path):
    junk = {
        "__MACOSX/._附件1.txt": "x",
        ".DS_Store": "x",
        "Thumbs.db": "x",
        "~$附件1.docx": "x",
        "desktop.ini": "x",
        "SOURCES.csv": "file\n",
        "a/.hidden/b.txt": "x",
    }
    for result in (unzipped(FILES | junk), process_file(write(tmp_path / "p", FILES | junk))):
        assert files_of(result) == list(FILES)
        assert codes(result) == set()


def test_parts_of_a_saved_page_are_no_members(tmp_path):
    page = {"通知.htm": PLAN, "通知_files/logo.txt": "标志", "通知_files/a.js": "x"}
    for result in (unzipped(FILES | page), process_file(write(tmp_path / "p", FILES | page))):
        assert not any("通知_files" in i.where for i in result.document.issues)
        assert not any("_files" in name for name in files_of(result))


def test_names_of_chinese_windows_archives():
    data = zipped({"a.txt": NOTICE, "b.txt": PLAN, "c.txt": DUTIES.removeprefix("附件2\n")})
    for short, name in (("a.txt", "通知.txt"), ("b.txt", "方案.txt"), ("c.txt", "附件\\2.职责.txt")):
        raw = name.encode("gb18030")
        data = _renamed(data, short.encode(), raw)
    assert files_of(process(parse_bytes(data, "plan.zip"))) == ["通知.txt", "方案.txt", "附件/2.职责.txt"]


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """A ZIP with a member's name changed to raw bytes, as a program that knows no UTF-8 writes it."""
    source = zipfile.ZipFile(io.BytesIO(data))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            raw = new if info.orig_filename.encode("cp437") == old else info.orig_filename.encode("cp437")
            target.writestr(_RawName(raw.decode("cp437")), source.read(info))
    return buffer.getvalue()


class _RawName(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.orig_filename.encode("cp437"), 0


def test_an_archive_in_an_archive_is_read_and_no_deeper():
    inner = zipped({"附件1.txt": TABLE, "附件2.txt": DUTIES, "deeper.zip": zipped({"x.txt": "很深的文件。"})})
    files = {k: v for k, v in FILES.items() if "附件" not in k} | {"附件.zip": inner}
    result = unzipped(files)
    assert shown(result) == shown(read(WHOLE))
    assert files_of(result)[2:] == ["附件.zip/附件1.txt", "附件.zip/附件2.txt"]
    assert codes(result) == {("member_failed", "附件.zip/deeper.zip")}


def test_encrypted_and_damaged_members_are_named():
    data = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1  # the last member, 附件2, is marked as encrypted
    where = data.find("湿地保护率".encode())
    data[where : where + 3] = "旱".encode()  # a member whose check sum is wrong
    result = process(parse_bytes(bytes(data), "plan.zip"))
    messages = {i.where: i.message for i in result.document.issues}
    assert "encrypted" in messages["附件2.txt"]
    assert "CRC" in messages["附件1.txt"]
    assert [t["path"] for t in result.rows.tables["task"]] == ["1", "2"]


def test_the_same_text_twice_is_read_once():
    twice = FILES | {"新河市绿色发展三年行动方案.md": PLAN.replace("\n", "\r\n"), "方案正文(1).txt": PLAN}
    result = unzipped(twice)
    assert shown(result) == shown(read(WHOLE))
    twins = {i.where: i for i in result.document.issues if i.code == "member_twin"}
    assert set(twins) == {"方案正文(1).txt", "新河市绿色发展三年行动方案.md"} or set(twins) == {"方案正文(1).txt", "新河市绿色发展三年行动方案.txt"}
    assert {i.level for i in twins.values()} == {"info"}


def test_texts_that_differ_in_numbers_only_are_both_read():
    other = TABLE.replace("附件1", "附件3").replace("2025年", "2026年").replace("60%", "65%")
    result = unzipped(FILES | {"附件3.txt": other})
    assert [t["value"] for t in result.rows.tables["target"] if t["indicator"] == "湿地保护率"] == [60, 65]


def test_a_table_of_what_the_plan_names_is_no_copy_of_the_plan():
    table = "序号\t指标\t2026年目标\t责任单位\n1\t城镇污水处理率\t98%\t市水利局\n2\t森林覆盖率\t30%\t市林业局\n3\t造林\t5万亩\t市林业局\n"
    result = unzipped({"方案.txt": PLAN, "附件1.txt": table})
    assert files_of(result) == ["方案.txt", "附件1.txt"]
    assert codes(result) == set()


def test_a_table_whose_merged_cells_come_in_another_order_is_the_same_table():
    lines = [f"{i}\t{name}局\t{name}率\t≥{i + 60}%\n" for i, name in enumerate(("湿地保护", "森林覆盖", "污水处理", "垃圾分类"), 1)]
    other = [line.replace("局", "") if i % 2 else line for i, line in enumerate(lines)]
    head = "序号\t责任单位\t指标\t2026年目标\n"
    result = unzipped({"方案.txt": PLAN + head + "".join(lines), "附件1.txt": head + "".join(other)})
    assert codes(result) == {("member_twin", "附件1.txt")}


def test_a_page_that_holds_the_whole_plan_is_not_doubled_by_the_plan_beside_it():
    result = unzipped({"通知.txt": WHOLE, "附件1.txt": TABLE, "附件2.txt": DUTIES})
    assert shown(result) == shown(read(WHOLE))
    assert codes(result) == {("member_twin", "附件1.txt"), ("member_twin", "附件2.txt")}


def test_the_id_follows_names_and_bytes(tmp_path):
    one, two, three = (
        parse_file(write(tmp_path / n / "p", f)).id for n, f in (("a", FILES), ("b", FILES), ("c", FILES | {"附件1.txt": TABLE + " "}))
    )
    assert one == two != three


def test_links_and_pipes_in_a_folder_are_noted(tmp_path):
    folder = write(tmp_path / "plan", FILES)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.txt")
    result = process_file(folder)
    assert shown(result) == shown(read(WHOLE))
    assert codes(result) == {("member_failed", n) for n in ("loop", "gone.txt", "pipe.txt")}


def test_limits_of_a_package(tmp_path):
    with pytest.raises(LimitError, match=r"members=2; .*--limit members="):
        unzipped(FILES, limits=Limits(members=2))
    with pytest.raises(LimitError, match="members=2"):
        parse_file(write(tmp_path / "plan", FILES), Limits(members=2))
    with pytest.raises(LimitError, match="unpacked_mb=1"):
        unzipped({"a.txt": "造林。" * 200000}, limits=Limits(unpacked_mb=1))
    with pytest.raises(LimitError, match="unpacked_mb=1"):
        parse_file(write(tmp_path / "big", {"a.txt": "造林。" * 200000}), Limits(unpacked_mb=1))
    with pytest.raises(LimitError, match="expansion=200"):
        unzipped({"bomb.txt": b" " * 3_000_000})
    nested = {"inner.zip": zipped({"bomb.txt": b" " * 3_000_000}), "方案.txt": PLAN}
    with pytest.raises(LimitError, match="expansion=200"):
        unzipped(nested)


def test_nothing_is_written_for_names_that_climb(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = unzipped({"../../方案.txt": PLAN, "/etc/附件1.txt": TABLE})
    assert list(tmp_path.iterdir()) == []
    assert len(result.rows.tables["target"]) == 7


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("附件1.docx", ("1", "")),
        ("附件2：任务分解表.xlsx", ("2", "任务分解表")),
        ("方案附件３ 名单.pdf", ("3", "名单")),
        ("(附件一)职责.txt", ("一", "职责")),
        ("附件/3.名单.txt", ("3", "名单")),
        ("附件/名单.txt", ("", "名单")),
        ("附件2024年任务.txt", ("", "2024年任务")),
        ("通知及附件.pdf", None),
        ("行动方案.docx", None),
    ],
)
def test_names_of_attachments(name, expected):
    assert attachment(name) == expected


def test_names_of_notices_and_their_order():
    assert [is_notice(n) for n in ("关于印发方案的通知.pdf", "附件1关于印发方案的通知.pdf", "方案(印发稿).docx")] == [True, False, False]
    assert sorted(["附件10", "附件2", "附件十", "附件二"], key=natural)[0] in ("附件2", "附件二")
    assert readable(os.fsdecode("方案".encode("gb18030"))) == "方案"
    assert readable("a\nb\x1b") == "a\\nb\\x1b"
