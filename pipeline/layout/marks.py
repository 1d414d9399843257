"""Words that pages put between the parts of a table: 续表, captions that stand again, page numbers, what browsers print at the edges."""

from __future__ import annotations

import regex

AGAIN = regex.compile(r"[(（]?(?:续|接)上?(?:附?表)?[\d一二三四五六七八九十.\-—]*[)）]?|[(（【]?(?:计量)?单位[:：].{1,12}")
CONTINUED = regex.compile(r"^[(（]?(?:续|接上表)|[(（]续[表\d]*[)）]$|续表\d*$")
MARK = regex.compile(r"^续|[(（]续[表\d]*[)）]|续表?$")
FOLIO = regex.compile(r"[-—–·\s]*第?\s*\d{1,4}\s*页?(?:\s*[/，,]?\s*共?\s*\d{1,4}\s*页)?[-—–·\s]*")
PRINTED = regex.compile(r"(?:https?|file)://\S+.*|\d{4}[/-]\d{1,2}[/-]\d{1,2}[, ]*\d{1,2}:\d\d.*|\d{1,2}/\d{1,2}/\d{2,4}, ?\d{1,2}:\d\d.*")
