"""What a spreadsheet shows for a number: Excel's number formats, with digits written out and dates readable in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

import regex

# format codes by the numbers that need no definition in a file; 27 to 58 are those of East Asian versions
_CODES = (
    ("General", (0,)),
    ("0", (1,)),
    ("0.00", (2,)),
    ("#,##0", (3, 37, 38, 41)),
    ("#,##0.00", (4, 39, 40, 43)),
    ('"¥"#,##0', (5, 6, 42)),
    ('"¥"#,##0.00', (7, 8, 44)),
    ("0%", (9,)),
    ("0.00%", (10,)),
    ("0.00E+00", (11, 48)),
    ("# ?/?", (12, 13)),
    ("yyyy/m/d", (14,)),
    ("yyyy-m-d", (15, 30)),
    ("m-d", (16,)),
    ('yyyy"年"m"月"', (17, 27, 36, 50, 52, 57)),
    ('m"月"d"日"', (28, 29, 51, 53, 54, 58)),
    ('yyyy"年"m"月"d"日"', (31,)),
    ("h:mm", (18, 20)),
    ("h:mm:ss", (19, 21)),
    ("yyyy/m/d h:mm", (22,)),
    ('h"时"mm"分"', (32, 34, 55)),
    ('h"时"mm"分"ss"秒"', (33, 35, 56)),
    ("mm:ss", (45, 47)),
    ("[h]:mm:ss", (46,)),
    ("@", (49,)),
)
_BUILTIN = {number: code for code, numbers in _CODES for number in numbers}
_TOKEN = regex.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)|(?P<ampm>AM/PM|A/P|上午/下午)'
    r"|(?P<date>[yYmMdDhHsSeEgGbBaA]+)|(?P<digits>[0#?][0#?,.]*|\.[0#?]+)|(?P<percent>%)|(?P<text>@)|(?P<plain>.)",
    regex.S,
)
_CONDITION = regex.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)$")
_TESTS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
_EXACT = Context(prec=15)  # what a double holds for certain: 0.30000000000000004 is 0.3


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a format: its kind (a group of the pattern) and what it says."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of the up to four parts of a format: for positive, negative, zero, text, or under a condition."""

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None

    @property
    def is_date(self) -> bool:
        """Whether it shows a date or time."""
        return any(t.kind in ("date", "elapsed") for t in self.tokens)


def builtin(number: int) -> str:
    """The format of a number that needs no definition in the file; General where it has none."""
    return _BUILTIN.get(number, "General")


def exact(value: float | str) -> Decimal | None:
    """A number without the noise of binary fractions, None where it is none."""
    try:
        number = _EXACT.create_decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 400 else None


def plain(number: Decimal) -> str:
    """Digits without exponent: `plain(Decimal("1E+3")) == "1000"`."""
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "") else text


def show(number: Decimal, code: str, since_1904: bool = False) -> str:
    """What Excel shows for a number under a format: `show(Decimal("0.95"), "0%") == "95%"`; exponents are written out."""
    sections = read_format(code)
    section, rest = _choose(sections, number)
    if section is None:
        return plain(rest)
    if any(t.kind == "general" for t in section.tokens):
        return "".join(plain(rest) if t.kind == "general" else _literal(t, "") for t in section.tokens).strip()
    if section.is_date:
        return _date(section, number, since_1904)
    text = _number(section, rest)
    return _signed(text, section) if number < 0 and rest > 0 else text


def _signed(text: str, section: Section) -> str:
    """A negative number with its minus, where the format shows it by brackets or colour only (not where it says 下降)."""
    if "-" in text or any(regex.search(r"\p{L}", t.text) for t in section.tokens if t.kind in ("quoted", "escaped", "plain")):
        return text
    return "-" + regex.sub(r"^\((.*)\)$", r"\1", text) if text.strip("0.,()%") else text


@lru_cache(maxsize=512)
def read_format(code: str) -> tuple[Section, ...]:
    """The sections of a format code."""
    sections = []
    for part in regex.findall(r'((?:"[^"]*"|[\\!].|\[[^\]]*\]|[^;"\\!\[])+|)(?:;|$)', code)[:4]:
        tokens: list[Token] = []
        condition = None
        for hit in _TOKEN.finditer(part):
            kind = hit.lastgroup
            if kind == "bracket":
                tested = _CONDITION.match(hit["bracket"])
                currency = regex.match(r"\$([^-\]]*)", hit["bracket"])
                if tested:
                    condition = (tested[1], Decimal(tested[2]))
                elif regex.fullmatch(r"[hms]+", hit["bracket"], regex.I):
                    tokens.append(Token("elapsed", hit["bracket"].lower()))
                elif currency:
                    tokens.append(Token("quoted", currency[1]))
            elif kind == "date" and regex.fullmatch(r"[eE]", hit["date"]) and tokens and tokens[-1].kind == "digits":
                tokens.append(Token("exponent", ""))
            elif kind:
                tokens.append(Token(kind, hit[kind]))
        sections.append(Section(tuple(tokens), condition))
    while len(sections) > 1 and not sections[-1].tokens and not code.endswith(";"):
        sections.pop()  # the pattern also matches the empty end
    return tuple(sections)


def _choose(sections: tuple[Section, ...], number: Decimal) -> tuple[Section | None, Decimal]:
    """The section for a number, and the number as that section shows it (without sign where the section has its own)."""
    for section in sections:
        if section.condition and _TESTS[section.condition[0]](number, section.condition[1]):
            return section, number
    free = [s for s in sections if s.condition is None]
    if len(free) < len(sections):
        return (free[0] if free else None), number
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return (sections[0] if sections else None), number


def _number(section: Section, number: Decimal) -> str:
    digits = [t.text for t in section.tokens if t.kind == "digits"]
    percents = sum(t.kind == "percent" for t in section.tokens)
    if not digits:
        return "".join(_literal(t, "") for t in section.tokens).strip() if section.tokens else ""
    if any(t.kind == "exponent" for t in section.tokens) or any(t.kind == "plain" and t.text == "/" for t in section.tokens):
        return plain(number * 100**percents) + "%" * percents
    pattern = "".join(digits)
    scaled = len(digits[-1]) - len(digits[-1].rstrip(","))
    number = number.scaleb(2 * percents - 3 * scaled)
    whole, _, fraction = pattern.partition(".")
    fraction = fraction.replace(",", "")
    if len(digits) > 1 and "." not in pattern:
        return _split_digits(section, number, digits)
    rounded = number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, Context(prec=500))
    least = fraction.rstrip("#?").__len__()
    shown = _grouped(rounded, whole, least)
    done = False
    parts = []
    for token in section.tokens:
        parts.append(_literal(token, "" if done else shown))
        done = done or token.kind == "digits"
    text = "".join(parts).strip()
    return f"-{text.replace('-', '', 1)}" if rounded < 0 and not text.startswith("-") else text


def _grouped(number: Decimal, whole: str, least: int) -> str:
    """Digits with at least `least` decimals, the leading zeros of the pattern, thousands where it groups them."""
    text = format(abs(number), "f")
    before, _, after = text.partition(".")
    after = after[:least] + after[least:].rstrip("0")
    before = before.zfill(whole.count("0")) if whole.count("0") > 1 else before
    if regex.search(r"[0#?],+[0#?]", whole):
        before = regex.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    sign = "-" if number < 0 else ""
    return sign + before + (f".{after}" if after else "")


def _split_digits(section: Section, number: Decimal, digits: list[str]) -> str:
    """Digits around literals: 0!.0,"万" shows 12345 as 1.2万, 000-0000 a telephone number."""
    rounded = format(abs(number).quantize(Decimal(1), ROUND_HALF_UP, Context(prec=500)), "f")
    lengths = [len(d.replace(",", "")) for d in digits]
    rounded = rounded.zfill(sum(d.count("0") for d in digits))
    parts: list[str] = []
    remaining = rounded
    for at, token in reversed(list(enumerate(section.tokens))):
        if token.kind == "digits":
            first = not any(t.kind == "digits" for t in section.tokens[:at])
            length = len(remaining) if first else lengths.pop()
            parts.append(remaining[len(remaining) - length :] if length else "")
            remaining = remaining[: len(remaining) - length]
        else:
            parts.append(_literal(token, ""))
    text = "".join(reversed(parts)).strip()
    return f"-{text}" if number < 0 and rounded.strip("0") else text


def _literal(token: Token, digits: str) -> str:
    if token.kind == "digits":
        return digits
    if token.kind == "percent":
        return "%"
    return token.text if token.kind in ("quoted", "escaped", "plain") else ""


def _date(section: Section, number: Decimal, since_1904: bool) -> str:
    """A date as its format shows it; years always have four digits, names of months become numbers."""
    moment = moment_of(number, since_1904)
    if moment is None:
        return plain(number)
    order = "".join(t.text[0].lower() for t in section.tokens if t.kind == "date")
    named = any(t.kind == "date" and regex.fullmatch(r"[mM]{3,}", t.text) for t in section.tokens)
    if named or order in ("mdy", "dmy", "my"):  # nobody downstream would read 31-Dec-25 or 12/31/2025
        days = "d" in order
        return f"{moment.year}-{moment.month}-{moment.day}" if days else f"{moment.year}年{moment.month}月"
    parts = []
    noon = any(t.kind == "ampm" for t in section.tokens)
    for at, token in enumerate(section.tokens):
        if token.kind == "date":
            parts.append(_date_part(token.text.lower(), moment, section.tokens, at))
        elif token.kind == "elapsed":
            parts.append(_elapsed(token.text, number))
        elif token.kind in ("quoted", "escaped", "plain"):
            parts.append(token.text)
        elif token.kind == "digits":
            parts.append("")
    return regex.sub(r" +", " ", "".join(parts)).strip() if noon else "".join(parts).strip()


def _date_part(token: str, moment: datetime, tokens: tuple[Token, ...], at: int) -> str:
    kind, width = token[0], 2 if len(token) > 1 else 1
    if kind in "ye":
        return f"{moment.year:04d}"
    if kind == "d":
        return f"周{'一二三四五六日'[moment.weekday()]}" if len(token) > 2 else f"{moment.day:0{width}d}"
    if kind == "a":
        return f"{'星期' if len(token) > 3 else '周'}{'一二三四五六日'[moment.weekday()]}"
    if kind == "h":
        return f"{moment.hour:0{width}d}"
    if kind == "s":
        return f"{moment.second:0{width}d}"
    if kind == "m":
        near = [t for t in tokens[:at] if t.kind in ("date", "elapsed")][-1:] + [t for t in tokens[at + 1 :] if t.kind == "date"][:1]
        before = near[0] if at and near and near[0] in tokens[:at] else None
        after = next((t for t in tokens[at + 1 :] if t.kind == "date"), None)
        minutes = (before is not None and before.text[0] in "hH") or (after is not None and after.text[0] in "sS")
        return f"{moment.minute if minutes else moment.month:0{width}d}"
    return ""


def _elapsed(token: str, number: Decimal) -> str:
    per_day = {"h": 24, "m": 1440, "s": 86400}[token[0]]
    return str(int(number * per_day))


def moment_of(number: Decimal, since_1904: bool = False) -> datetime | None:
    """The date and time of a serial number of days, to the second; None beyond the year 9999 or before the calendar begins."""
    if not 0 <= number < 2958466:
        return None
    origin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30) if number >= 60 else datetime(1899, 12, 31)
    return origin + timedelta(seconds=int((number * 86400).quantize(Decimal(1), ROUND_HALF_UP)))
