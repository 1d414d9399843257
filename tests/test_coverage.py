"""The coverage ledger leaves nothing out: an oracle that knows no rule of the ledger looks at every sentence and cell of the source."""

import ast
import re
import unicodedata

import pytest

from extractors import rules
from extractors.quantity import find_quantities
from pipeline.official import find_official
from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas.folded import fold
from schemas.reasons import REASONS, UNEXPLAINED
from tests.conftest import ROOT, read

# numbers that count what stands in order and are no statement: 1. / (二) / 第三条 / 附件2 / 图1
_ORDER = re.compile(
    r"\s*(?:附[件表图]\s*\d*[:.、]?|[图表]\d+)?\s*"
    r"(?:第?[\d一二三四五六七八九十]+(?:\.\d+)*[条章节]?[)\].、 ]|[(\[][\d一二三四五六七八九十]+[)\]])?"
)
_NUMBER_COLUMNS = ("序号", "编号")

TEXTS = {
    "beside a target": "方案\n一、任务\n1.噪声。区域噪声不高于55dB(A)，夜间另45。森林覆盖率达到40%，乡镇医疗机构人员2.16名。\n",
    "powers and ratios": "方案\n一、任务\n1.水质。粪大肠菌群达到1.2×10⁶个/升，床护比1:0.6，森林覆盖率达到40%。投诉减少1/3。\n",
    "numbers in headings": "方案\n一、实施3个行动\n(一)推进五大工程建设，打造20个样板\n1.建设三公里步道。加强管理。\n第四条 用好500万元。\n",
    "brackets of units": (
        "方案\n一、任务\n1.修路。改造道路。(责任单位：市交通局，涉及12个街道；完成时限：2025年6月)\n2.造林。(市林业局牵头，3个区配合)\n"
    ),
    "said twice": "方案\n一、任务\n1.污水处理率100%。到年底使污水处理率达到100%。另有部分目前为20%。\n",
    "Chinese numerals": "方案\n一、任务\n1.建设。投入三千万元。涉及二十一个村。完成八成以上。形成一个整体。三明市参加。\n",
    "fractions in words": "方案\n一、任务\n1.改造。全市三分之一的村庄完成改造。一半以上的县区达标。加强管理。\n",
    "present values": "方案\n一、任务\n1.现状。目前全市森林覆盖率达到30%。\n2.目标。新增就业6万人。\n",
    "attachments": (
        "方案\n一、任务\n1.造林。造林3万亩。\n附件：1.2025年度100项任务表\n2.分工\n附件1\n2025年度100项任务表\n1.市林业局：造林3万亩，投资200万元。\n"
    ),
    "contents": "方案\n目录\n一、实施20个项目...........3\n二、保障...........5\n一、实施20个项目\n1.造林。造林3万亩。\n",
    "a line that breaks a sentence": (
        "方案\n一、任务\n1.造林。按照国发〔2022〕3号文件要求，各级各部门要加强组织领导和\n统筹协调，到2025年，全市森林覆盖率达到40%。\n"
    ),
    "a table": (
        "2024年任务表\n序号\t指标内容\t权重(100分)\t工作任务\t完成时限\t备注\t牵头单位\n"
        "1\t污水处理率≥95%\t20分\t完成管网40公里。\t2024年10月\t另补30户\t市住建局等3家单位\n"
        "2\t节水器具普及率\t15\t开展调查。\t3季度后视情况\t\t市水利局\n合计\t\t35\t共80公里\t\t\t\n注：1.权重为100分制。\n"
    ),
    "values of years": (
        "规划(2024—2025年)\n序号\t指标\t单位\t2022年现状\t2025年目标\t年均增长(%)\n1\t森林覆盖率\t%\t28.5\t30\t1.2\n"
        "2\t床护比\t\t1:0.5\t1:0.6\t\n3\t粮食产量\t万吨\t10\t12(其中小麦5)\t3\n4\t6个县区达标率\t%\t\t80、90\t\n"
    ),
    "an unknown table": "方案\n一、任务\n1.造林。加强造林。\n县区\t甲数\t乙数\n新蔡县\t30\t20\n汝南县\t12\t8公里\n",
    "halves": "2025年任务表\n序号\t指标\t目标值\t序号\t指标\t目标值\n1\t造林\t30亩\t3\t修路\t20公里\n2\t建站\t5\t4\t评优\t前3\n",
    "rows without numbers": "任务表\n指标\t任务\t责任单位\n造林\t完成500亩\t市林业局\n\t再完成三百亩\t\n2024年小计\t800亩\t\n",
    "endless": "方案\n一、任务\n1.说明。" + "各地要加强组织领导和统筹协调，" * 80 + "涉及资金300元。\n",
}
HTML = (
    "<html><body><h1>新河市2025年任务表</h1><table><tr><th rowspan=2>序号</th><th rowspan=2>指标</th><th colspan=2>目标(满分100)</th></tr>"
    "<tr><th>2024年</th><th>2025年</th></tr><tr><td>1</td><td>森林覆盖率(%)</td><td>30</td><td>31</td></tr>"
    "<tr><td colspan=4>二、民生5项</td></tr><tr><td>2</td><td>新建学校</td><td colspan=2>3所，另改造2所</td></tr>"
    "<tr><td colspan=4>注：本表2项指标由市统计局核定</td></tr></table></body></html>"
)


def _has_number(folded):
    found = find_quantities(folded, bytearray(len(folded)))
    chinese = [q for q in found if q.value.quantity.value != 1]
    return bool(re.search(r"\d|[一-龥]分之[一二三四五六七八九十]|一半|过半", folded) or chinese)


def _sentences(document, official):
    """Source stretches of the plan: sentences of paragraphs, and of cells that are no row numbers."""
    begin = official.lines[official.first - 1].block.end if official.first else 0
    final = official.lines[official.last - 1].block.end if official.last else 0
    numbers = {
        (b.where.table, b.where.column) for b in document.blocks if b.kind == "cell" and document.text[b.start : b.end].strip() in _NUMBER_COLUMNS
    }
    ends = [block.start + len(re.split(r"(?<=[。；;！!？?])", document.text[block.start : block.end])[0]) for block in document.blocks]
    for block, goes_on in zip(document.blocks, [*ends[1:], len(document.text)], strict=True):
        text = document.text[block.start : block.end]
        if block.start < begin or (block.kind == "paragraph" and block.end > final):
            continue
        if (block.where.table, block.where.column) in numbers and len(text.strip()) <= 6:
            continue
        if block.kind == "cell" and (block.where.row or 9) <= 2 and re.fullmatch(r"20\d\d年\w{0,4}", text.strip()):
            continue  # a year in a header is the date of its column
        at = 0
        for hit in re.finditer(r"[。；;！!？?]|$", text):
            part = text[at : hit.end()]
            order = _ORDER.match(unicodedata.normalize("NFKC", part)) if at == 0 and block.kind == "paragraph" else None
            skip = order.end() if order and len(unicodedata.normalize("NFKC", part)) == len(part) else 0
            bare = re.sub(r"[.…]{2,}\d*$", "", part[skip:])
            if _has_number(fold(bare, [(0, len(bare))]).text):
                broken = block.kind == "paragraph" and not hit.group()  # the sentence may go on in the next line
                yield block.start + at + skip, max(goes_on if broken else 0, block.start + at + len(part)), bare
            at = hit.end()


def missed(result):
    """Sentences and cells with a number that neither evidence of a record nor a line of the ledger touches."""
    tables = result.rows.tables
    spans = [(e["start"], e["end"]) for e in (*tables["evidence"], *tables["coverage"])]
    official = find_official(result.document)
    return [text for start, end, text in _sentences(result.document, official) if not any(a < end and start < b for a, b in spans)]


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_with_a_number_is_left_out(name):
    result = read(TEXTS[name])
    assert missed(result) == []


def test_nothing_is_left_out_of_tables_with_merged_cells():
    assert missed(process(parse_bytes(HTML.encode(), "plan.html"))) == []


def test_nothing_is_left_out_of_the_projects_documents(gold_results):
    for name, result in gold_results.items():
        assert (name, missed(result)) == (name, [])


def reasons(text):
    return [(u.text.strip("。"), u.reason) for u in read(text).extraction.uncovered]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("目前全市森林覆盖率达到30%。", ("目前全市森林覆盖率达到30%", "present")),
        ("夜间区域噪声不高于55xY。", ("夜间区域噪声不高于55xY", "unknown_unit")),
        ("推广5G基站建设。", ("推广5G基站建设", "name")),
        ("接入能力达到5G水平。", ("接入能力达到5G水平", "name")),
        ("垃圾清运车配备比例达到1:50。", ("垃圾清运车配备比例达到1:50", "fraction")),
        ("污水处理率达到95%。要确保污水处理率达到95%。", ("污水处理率达到95%", "repeat")),
        ("污水处理率达到95%,其中年产500吨以上的企业先行。", ("其中年产500吨以上的企业先行", "condition")),
        ("污水处理率达到95%,给予50万元奖励。", ("给予50万元奖励", "support")),
        ("形成一个整体。开展一次检查。", None),
    ],
)
def test_the_reason_says_why(text, expected):
    found = reasons(f"方案\n一、任务\n1.工作。{text}\n")
    assert (expected in found) if expected else found == []


def test_a_number_at_the_head_of_a_line_or_cell_that_nothing_reads_is_no_outline_number():
    text = "方案\n一、任务\n1.造林。加强造林。\n指标\t目标值\t责任单位\n造林\t5亩\t市林业局\n\t5年目标\t30户\n2个县\t\t\n"
    result = read(text)
    covered = [(r["start"], r["end"]) for table in ("evidence", "coverage") for r in result.rows.tables[table]]
    for number in ("5亩", "5年目标", "30户", "2个县"):
        at = text.index(number)
        assert any(start < at + len(number) and at < end for start, end in covered), number


def test_what_a_person_should_look_at_is_the_reason_of_a_sentence_that_has_several():
    assert reasons("方案\n一、任务\n1.工作。按国发〔2022〕3号,给予50万元奖励,床护比1:0.6。\n")[0][1] == "fraction"


def test_rows_that_are_not_read_stand_in_the_ledger_with_their_place():
    result = process(parse_bytes(HTML.encode(), "plan.html"))
    found = {(u.where, u.text): u.reason for u in result.extraction.uncovered}
    assert found["正文", "目标(满分100)"] == "header"
    for u in result.extraction.uncovered:
        assert "".join(result.document.text[s.start : s.end] for s in u.spans) == u.text


def test_every_reason_given_anywhere_is_in_the_registry_and_every_one_there_is_given():
    given = set()
    for path in sorted((ROOT / "extractors").rglob("*.py")) + sorted((ROOT / "pipeline").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                given.add(node.value)
    masks = {rule.attributes["reason"] for rule in rules.load("reference").values()}
    assert masks <= set(REASONS)
    assert set(REASONS) - given - masks <= {UNEXPLAINED}


def test_every_ledger_line_has_a_known_reason(gold_results):
    for result in (*gold_results.values(), *map(read, TEXTS.values())):
        assert {u.reason for u in result.extraction.uncovered} <= set(REASONS)


def test_the_readme_names_every_reason():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in readme] == []
