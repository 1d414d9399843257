"""Qualitative states, grades and milestones."""
from __future__ import annotations
from extractors.linking import Context, Finding
from extractors.sentence import Sentence

def find_states(text: str, sentences: list[Sentence], context: Context, masked: bytearray, numeric: list[Finding], firm: bool) -> list[Finding]:
    return []
