"""Damage to what a plan says: numerals of absurd length, brackets that never close, lists and tables without end, signs that are no text.

`CONSTRUCTS` are the endless things, by name, each of any size: the tests of growth take them too.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_SIGNS = "\0\x01\x08\x1b\x7f\x85\u200b\u200e\u202e\u2028\u2029\ufeff\ufffd\ue000\U0001f333\U000e0001\U00020000\u3000\xa0①㎡％，．：（"
_CUTS = "0123456789一二三十百千万亿点年月日%％。，；、：（）()《》“”≥≤—-~～/到至及和以上下\n\t|"

CONSTRUCTS: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "到2025年，森林覆盖率达到" + "9" * n + "%以上。",
    "digits with commas": lambda n: "新建公园" + "1,234," * n + "个。",
    "points": lambda n: "森林覆盖率达到" + "1.2." * n + "%。",
    "chinese digits": lambda n: "新建公园" + "一百二十三万四千" * n + "个。",
    "zeros": lambda n: "完成造林" + "〇零" * n + "亩。",
    "ranges": lambda n: "森林覆盖率达到" + "30%—40%至" * n + "。",
    "slashes": lambda n: "达到" + "1/3/" * n + "。",
    "operators": lambda n: "森林覆盖率" + "≥≤" * n + "40%。",
    "brackets open": lambda n: "森林覆盖率" + "（" * n + "达到40%。",
    "brackets close": lambda n: "森林覆盖率" + "）" * n + "达到40%。",
    "brackets of both kinds": lambda n: "（责任单位：" * n + "市林业局" + "）]" * n,
    "quotes": lambda n: "“" * n + "十四五” 期间，森林覆盖率达到40%。",
    "titles": lambda n: "《方案》" * n + "印发。",
    "titles in titles": lambda n: "《关于" * n + "方案" + "》" * n,
    "firstly": lambda n: "".join(f"{'一二三四五六七八九'[i % 9]}是新建公园{i}个。" for i in range(n)),
    "firstly alone": lambda n: "一是" * n,
    "clauses": lambda n: "森林覆盖率达到40%，" * n,
    "clauses without value": lambda n: "全面推进造林绿化，" * n,
    "sentences": lambda n: "到2025年，森林覆盖率达到40%。" * n,
    "semicolons": lambda n: "新建公园3个；" * n,
    "enumeration": lambda n: "森林覆盖率、" * n + "湿地保护率分别达到40%、50%。",
    "values in a row": lambda n: "森林覆盖率、湿地保护率分别达到" + "40%、" * n + "50%。",
    "units": lambda n: "责任单位：" + "市林业局、" * n,
    "units in brackets": lambda n: "造林。（" + "市林业局、" * n + "按职责分工负责）",
    "units by role": lambda n: "牵头单位：市林业局，配合单位：市水利局；" * n,
    "districts": lambda n: "各县区分别完成造林，" + "甲县3万亩、乙县2万亩、" * n,
    "years": lambda n: "2021年、2022年、" * n + "森林覆盖率达到40%。",
    "dates": lambda n: "2023年5月6日至2024年12月底前，" * n,
    "deadlines": lambda n: "到2025年底前，到2030年，" * n + "森林覆盖率达到40%。",
    "year ranges": lambda n: "（2021—2025年）" * n,
    "numbers of documents": lambda n: "新政办发〔2024〕12号" * n,
    "attachments": lambda n: "".join(f"附件{i}\n" for i in range(n)),
    "headings": lambda n: "".join(f"（{'一二三四五六七八九十'[i % 10]}）造林\n" for i in range(n)),
    "numbered headings": lambda n: "".join(f"{i}.{i}.{i} 造林\n" for i in range(n)),
    "decimals": lambda n: "1.1" * n + "造林。",
    "numbers of outline": lambda n: "一、" * n + "造林",
    "circled": lambda n: "①②③" * n + "造林3万亩",
    "articles": lambda n: "".join(f"第{i}条 新建公园{i}个。\n" for i in range(n)),
    "articles alone": lambda n: "第一条" * n,
    "lines of digits": lambda n: "1\n" * n,
    "lines of one sign": lambda n: "的\n" * n,
    "blank lines": lambda n: "\n" * n + "造林3万亩。",
    "blanks": lambda n: "造林" + " " * n + "3万亩。",
    "wide blanks": lambda n: "造林" + "\u3000" * n + "3万亩。",
    "blanks between": lambda n: "造 林 3 万 亩 " * n,
    "tabs": lambda n: "造林" + "\t" * n + "3万亩。",
    "rows": lambda n: "序号\t指标\t2025年\t责任单位\n" + "".join(f"{i}\t森林覆盖率\t≥{i}%\t市林业局\n" for i in range(n)),
    "rows that repeat": lambda n: "序号\t指标\t2025年\n" + "1\t森林覆盖率\t≥40%\n" * n,
    "rows of one cell": lambda n: "序号\t指标\t2025年\n" + "造林\n\t\t\n" * n,
    "header again": lambda n: "序号\t指标\t2025年\n" * n,
    "columns": lambda n: "\t".join(f"{2000 + i}年" for i in range(n)) + "\n" + "\t".join("40%" for _ in range(n)),
    "long cell": lambda n: "序号\t任务\t期限\n1\t" + "新建公园3个，" * n + "\t2025年\n2\t造林\t2025年\n",
    "rows below a long cell": lambda n: "序号\t指标\t2025年\n1\t" + "造林3万亩。" * n + "\t40%\n" + "\t\t40%\n" * n,
    "long name of many values": lambda n: "指标\t" + "2025年\t" * n + "\n" + "森林覆盖率，" * n + "40%\t" * n + "\n",
    "long names of a few values": lambda n: "指标\t2025年\t2030年\n" + ("森林覆盖率，" * 40 + "\t40%\t50%\n") * n,
    "heading over many": lambda n: "一、" + "造林" * n + "\n" + "（一）造林3万亩。\n" * n,
    "lead of a list": lambda n: "到2025年，" + "造林、" * n + "实现以下目标：\n" + "1.造林3万亩。\n" * n,
    "bars": lambda n: "|指标|目标|\n" + "|森林覆盖率|40%|\n" * n,
    "bars alone": lambda n: "|" * n + "\n" + "|" * n,
    "flat rows": lambda n: "序号 指标 单位 属性 2025年\n" + "".join(f"{i} 森林覆盖率 % 约束性 {i}\n" for i in range(1, n)),
    "flat cells": lambda n: "序号\n指标\n单位\n2025年\n" + "".join(f"{i}\n森林覆盖率\n%\n{i}\n" for i in range(1, n)),
    "headers without rows": lambda n: "序号 指标 单位 2025年\n" * n,
    "verbs": lambda n: "完成新建达到" * n,
    "compared": lambda n: "比2020年提高3个百分点、" * n,
    "percent signs": lambda n: "%" * n + "达到",
    "of the": lambda n: "的森林覆盖率" * n + "达到40%",
    "names": lambda n: "城市污水处理设施建设运行管理水平提升" * n + "达到40%。",
    "latin": lambda n: "PM2.5 " * n + "年均浓度下降3%。",
    "one word": lambda n: "a" * n,
    "colons": lambda n: "责任单位：" * n,
    "mail and net": lambda n: "http://a.gov.cn/" + "a" * n + "@b.cn",
    "addressees": lambda n: "各县区人民政府，" * n + "：\n",
    "copied to": lambda n: "抄送：" + "市委，" * n + "。",
    "notes": lambda n: "注：1.造林3万亩。" * n,
    "valid until": lambda n: "本办法自2024年1月1日起施行，有效期5年。" * n,
    "repealed": lambda n: "《甲办法》（甲政发〔2020〕1号）同时废止。" * n,
    "states": lambda n: "全面消除黑臭水体，空气质量不下降，" * n,
    "looking back": lambda n: "2020年，全市森林覆盖率达到40%。" * n,
}


def cut_text(noise: Random, text: str) -> str:
    """A sign on which readers lean is gone, doubled, or stands somewhere else."""
    for _ in range(noise.choice((1, 3, 20))):
        places = [i for i, c in enumerate(text) if c in _CUTS]
        if not places:
            break
        at, sign = noise.choice(places), text[noise.choice(places)]
        text = text[:at] + noise.choice(("", text[at] * 2, sign, sign * 30)) + text[at + 1 :]
    return text


def odd_signs(noise: Random, text: str) -> str:
    """Control characters, directions, private characters, others of several bytes stand between."""
    for _ in range(noise.choice((1, 5, 40))):
        at = noise.randrange(len(text) + 1)
        text = text[:at] + noise.choice(_SIGNS) + text[at:]
    return text


def endless(noise: Random, text: str) -> str:
    """Something without end stands in between."""
    at = noise.randrange(len(text) + 1)
    made = CONSTRUCTS[noise.choice(sorted(CONSTRUCTS))](noise.choice((1, 5, 40, 200)))
    return text[:at] + noise.choice(("", "\n")) + made + noise.choice(("", "\n")) + text[at:]


def lines_mixed(noise: Random, text: str) -> str:
    """Lines have changed places, come twice, or run into one another."""
    lines = text.splitlines(keepends=True)
    for _ in range(noise.choice((1, 3, 10))):
        if lines:
            at = noise.randrange(len(lines))
            lines.insert(noise.randrange(len(lines) + 1), lines[at] if noise.random() < 0.5 else lines.pop(at).rstrip("\r\n"))
    return "".join(lines)


def words_moved(noise: Random, text: str) -> str:
    """A stretch of the text stands somewhere else too."""
    start, at = noise.randrange(len(text) + 1), noise.randrange(len(text) + 1)
    return text[:at] + text[start : start + noise.choice((2, 8, 30, 200))] + text[at:]


WORDING = (cut_text, odd_signs, endless, lines_mixed, words_moved)
__all__ = ["CONSTRUCTS", "WORDING"]
