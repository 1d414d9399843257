"""Charts: every value a dot, labels and lines where they belong, text that stays text."""

import sys
import xml.etree.ElementTree as ET

import pytest

from pipeline.report import REPORTS
from pipeline.report.charts import measure
from schemas.errors import ZhibiaoError
from tests.report import made

SVG = "{http://www.w3.org/2000/svg}"


def drawn(comparison, folder, name, lang="zh"):
    REPORTS["svg"](comparison, folder, lang)
    return ET.parse(folder / f"chart-{name}.svg").getroot()


def of(root, tag, word):
    return [e for e in root.iter(SVG + tag) if word in (e.get("class") or "").split()]


def test_every_number_of_a_comparable_indicator_is_a_dot(full, tmp_path):
    root = drawn(full, tmp_path, "values")
    dots = of(root, "circle", "dot")
    assert len(dots) == 3  # two are comparable, the third is hollow; words and single values have no axis
    assert len(of(root, "circle", "filled")) == 2 and len(of(root, "circle", "hollow")) == 1
    texts = ["".join(t.itertext()) for t in root.iter(SVG + "text")]
    assert "乙 ≥95.5% 2025年" in [t.replace("乙市", "乙") for t in texts]
    assert "标准 ≥85%（凭记忆）" in texts and len(of(root, "line", "standard")) == 1


def test_a_larger_value_stands_further_right_and_the_standard_between(full, tmp_path):
    root = drawn(full, tmp_path, "values")
    at = sorted(float(dot.get("cx")) for dot in of(root, "circle", "dot"))
    assert at[0] == at[1] < float(of(root, "line", "standard")[0].get("x1")) < at[2]


def test_dots_and_labels_do_not_cover_each_other(tmp_path):
    lines = [made.stated("率", region, f"t{i}", value=60 + i / 10, shown=f"≥{60 + i / 10}%") for i, region in enumerate(made.REGIONS * 4)]
    root = drawn(made.comparison({"matrix": lines}), tmp_path, "values")
    boxes = []
    for dot, label in zip(of(root, "circle", "dot"), of(root, "text", "label"), strict=True):
        width, x = measure.width(label.text, 12), float(label.get("x"))
        left = x - width if label.get("text-anchor") == "end" else x
        boxes.append((float(dot.get("cy")), min(left, float(dot.get("cx")) - 5), max(left + width, float(dot.get("cx")) + 5)))
    for i, (y, left, right) in enumerate(boxes):
        assert all(y != other_y or right <= other_left or left >= other_right for other_y, other_left, other_right in boxes[:i])
        assert left >= 0 and right <= 445


def test_values_of_other_units_have_another_axis(tmp_path):
    pair = [made.stated("率", r, r) for r in ("甲市", "乙市")]
    other = made.stated("率", "丙市", "x", unit="万吨", canonical_unit="吨", canonical_value=600_000)
    assert len(of(drawn(made.comparison({"matrix": [*pair, other]}), tmp_path, "values"), "circle", "dot")) == 2


def test_a_threshold_of_two_numbers_or_another_unit_is_no_line(full, tmp_path):
    full.tables["standards"].loc[0, "threshold"] = "80%—90%"
    assert not of(drawn(full, tmp_path, "values"), "line", "standard")
    full.tables["standards"].loc[0, "threshold"] = "≥85"
    full.tables["standards"].loc[0, "unit"] = "万吨"
    assert not of(drawn(full, tmp_path, "values"), "line", "standard")


def test_a_standard_that_does_not_bind_the_plan_is_for_orientation(full, tmp_path):
    full.tables["standards"].loc[0, "binding"] = False
    labels = [label.text for label in of(drawn(full, tmp_path, "values"), "text", "standard-label")]
    assert labels == ["参考 ≥85%（凭记忆）"]


def test_the_timeline_has_a_square_for_each_target_and_a_lane_for_each_region(full, tmp_path):
    root = drawn(full, tmp_path, "timeline")
    assert [e.get("class").split()[1] for e in of(root, "rect", "due")] == ["past_due", "next"]
    assert len([e for e in root.iter(SVG + "svg") if "lane" in (e.get("class") or "")]) == 3
    assert "没有写明期限的目标" in "".join(root.itertext())


def test_the_heat_map_has_a_tile_for_each_cell(full, tmp_path):
    full.tables["matrix"] = full.tables["matrix"][full.tables["matrix"]["group"] == "污水处理率"]
    root = drawn(full, tmp_path, "heat")
    assert ["".join(t.itertext()) for t in of(root, "text", "sign")] == ["●", "●", "◐"]
    assert len(of(root, "rect", "tile")) == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_stays_text_and_no_address_is_opened(full, tmp_path, lang):
    for name in ("values", "timeline", "heat"):
        root = drawn(full, tmp_path, name, lang)
        assert not [e for e in root.iter() if e.tag.removeprefix(SVG) in ("script", "image", "foreignObject", "use")]
        assert not [v for e in root.iter() for k, v in e.attrib.items() if "href" in k or v.startswith(("http", "javascript"))]


def test_png_is_twice_as_large_and_has_chinese(full, tmp_path):
    from PIL import Image

    paths = REPORTS["png"](full, tmp_path, "zh")
    REPORTS["svg"](full, tmp_path, "zh")
    for path in paths:
        root = ET.parse(path.with_suffix(".svg")).getroot()
        assert Image.open(path).size == (2 * int(root.get("width")), 2 * int(root.get("height")))


def test_nothing_to_draw_says_so(tmp_path):
    for name in ("values", "timeline", "heat"):
        assert "没有可画的数据" in "".join(drawn(made.comparison({}), tmp_path, name).itertext())


@pytest.mark.parametrize(("values", "percent", "low", "high"), [([100, 100], True, 90, 100), ([0.5], False, 0, 1), ([-5, 5], False, -6.2, 6.2)])
def test_scales_hold_their_values(values, percent, low, high):
    scale = measure.scale(values, 0, 100, percent)
    assert (round(scale.low, 6), round(scale.high, 6)) == (low, high)
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks()) and 2 <= len(scale.ticks()) <= 6


def test_without_a_chinese_font_the_error_says_what_to_do(full, tmp_path, monkeypatch):
    import resvg_py

    draw = resvg_py.svg_to_bytes
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **options: draw(**options, skip_system_fonts=True))
    with pytest.raises(ZhibiaoError, match="make system"):
        REPORTS["png"](full, tmp_path, "zh")
    assert not list(tmp_path.iterdir())


def test_without_the_renderer_the_error_says_what_to_install(full, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ZhibiaoError, match=r"pip install 'zhibiao\[export\]'"):
        REPORTS["png"](full, tmp_path, "zh")
