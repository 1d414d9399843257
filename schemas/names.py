"""Names of indicators set side by side: written differently, measured alike."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import regex

from schemas import vocab

_NO_NAME = regex.compile(r"[的\W_]")
# what stands in brackets behind a name and says nothing new: an abbreviation in Latin letters, (助理) of 执业(助理)医师
_IN_BRACKETS = regex.compile(r"[(\[](?:(?P<optional>[A-Za-z][A-Za-z0-9.&_{}$ -]*|助理)|(?P<unit>[^()\[\]]{1,16}))[)\]]")


def squashed(text: str) -> str:
    """A name for comparison: NFKC, no 的, no punctuation: `squashed("PM _{2.5} 的浓度") == "PM25浓度"`."""
    return _NO_NAME.sub("", unicodedata.normalize("NFKC", text))


@cache
def _spellings() -> tuple[regex.Pattern[str], dict[str, str], tuple[tuple[str, str], ...]]:
    """The pattern of all spellings, the form that each stands for, and those forms said twice with what is left of them."""
    forms = {form: entry["as"] for entry in vocab.read("spellings")["spellings"] for form in entry["forms"]}
    longest = sorted(forms, key=lambda form: (-len(form), form))
    twice = tuple((form + form, form) for form in dict.fromkeys(forms.values()))
    return regex.compile("|".join(regex.escape(form) for form in longest)), forms, twice


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """The general normal form of a name: spellings of one thing are one, an abbreviation or a unit in brackets is left out.

    `normal("细颗粒物（PM2.5）浓度") == normal("PM2.5浓度")`; `normal("生态环境状况指数(EI)") == normal("生态环境状况指数")`.
    """
    folded = unicodedata.normalize("NFKC", text)
    pattern, forms, twice = _spellings()
    plain = squashed(_IN_BRACKETS.sub(_left, folded)).upper()
    read = pattern.sub(lambda hit: forms[hit[0]], plain)
    for said, once in twice:  # 细颗粒物PM2.5 says one thing twice
        read = read.replace(said, once)
    return read


def _left(hit: regex.Match[str]) -> str:
    """What is left of a bracket: nothing of an abbreviation or a unit, all of anything else."""
    if hit["optional"] or vocab.units().find(hit["unit"].strip()):
        return ""
    return hit[0]
