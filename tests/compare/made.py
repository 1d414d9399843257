"""A database of invented plans in which documents depend on each other: copies, repeals, drafts, provinces above, names that are alike."""

from __future__ import annotations

import random
from typing import Any

import sqlalchemy as sa

from schemas import tables
from schemas.regions import regions
from tests.bench.large import fill

_NAMES = (
    *("农村生活污水治理率", "农村污水治理率", "农村地区生活污水治理率", "建成区路网密度", "路网密度", "智慧校园覆盖率", "智慧校园建成数量"),
    *("公共充电设施数量", "公共充电桩设施数量", "产业园区利用率", "产业园区闲置率"),
)


def make(engine: sa.Engine, seed: int) -> None:
    """About 1,500 targets of 30 places and the provinces above them; what is made of them depends on the seed."""
    fill(engine, 1_200, 24, per_document=12, seed=seed)
    draw = random.Random(seed)
    with engine.begin() as connection:
        made = _Maker(connection, draw)
        for _ in range(12):
            made.copy(region=draw.choice(("same", "none", "other")), title=draw.choice(("same", "none")), share=draw.choice((1.0, 0.9, 0.6)))
        for code in ("110000", "130000", "120000"):
            made.above(code)
        made.nation()
        made.scopes_and_names()
        made.validity()
        made.ledger()
        made.places()


class _Maker:
    def __init__(self, connection: sa.Connection, draw: random.Random) -> None:
        self.connection, self.draw = connection, draw
        self.documents = self.read(tables.document)
        self.count = 0

    def read(self, table: sa.Table, *where: Any) -> list[dict[str, Any]]:
        """Rows of a table by id."""
        return [dict(row._mapping) for row in self.connection.execute(sa.select(table).where(*where).order_by(table.c.id))]

    def add(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Store rows."""
        if rows:
            self.connection.execute(sa.insert(table), rows)

    def copy(self, region: str, title: str, share: float) -> None:
        """A document with a share of another's targets, told of the same region, of none, or of another."""
        one = self.draw.choice(self.documents)
        self.count += 1
        name = f"{self.draw.choice('ay')}copy{self.count}"
        new = {**one, "id": name, "name": name, "sha256": self.draw.choice((one["sha256"], name)), "title": one["title"] if title == "same" else None}
        if region == "none":
            new |= {"region": None, "region_code": None}
        elif region == "other":
            other = self.draw.choice(self.documents)
            new |= {"region": other["region"], "region_code": other["region_code"]}
        if self.draw.random() < 0.3:
            new["draft"] = True
        self.add(tables.document, [new])
        self.targets(one["id"], name, share)
        self.documents.append(new)

    def targets(self, source: str, document: str, share: float) -> None:
        """A share of a document's targets for another document."""
        for row in self.read(tables.target, tables.target.c.document_id == source):
            if self.draw.random() < share:
                key = f"{document}.{row['position']}"
                self.add(tables.target, [{**row, "id": key, "document_id": document, "task_id": None}])
                evidence = self.read(tables.evidence, tables.evidence.c.row_id == row["id"])
                self.add(tables.evidence, [{**e, "id": f"{key}{e['slot']}", "document_id": document, "row_id": key} for e in evidence])

    def above(self, code: str) -> None:
        """A plan of a province that sets numbers for its places, to some of which these point."""
        province = next(r for r in regions() if r.code == code)
        below = [d for d in self.documents if (d["region_code"] or "").startswith(code[:2])]
        title = f"{province.name}发展办法"
        for number, (name, day) in enumerate(((f"p{code}", "2022-05-01"), (f"p{code}new", "2023-05-01"))):
            document = {**self.documents[0], "id": name, "name": name, "sha256": name, "title": title, "region": province.name, "region_code": code}
            self.add(
                tables.document, [document | {"issue_date": day, "period_start": None, "period_end": None, "doc_number": f"政发〔2022〕{number}号"}]
            )
            self.documents.append(document)
            for one in self.draw.sample(below, min(4, len(below))):
                self.targets(one["id"], f"{name}", 0.5) if one["id"] == below[0]["id"] else None
                for row in self.read(tables.target, tables.target.c.document_id == one["id"])[:3]:
                    self.count += 1
                    value = row["value"] + self.draw.choice((0, 1, 2))
                    new = {**row, "id": f"a{self.count}", "document_id": name, "task_id": None, "scope": one["region"], "value": value}
                    self.add(tables.target, [new | {"canonical_value": value, "position": 100 + self.count}])
                    mine = tables.target.c.document_id == one["id"], tables.target.c.position == row["position"] + 5
                    points = {"indicator": row["indicator"], "indicator_id": row["indicator_id"], "kind": "qualitative", "value": None}
                    points |= {"value_text": self.draw.choice(("完成省下达目标", "达到国家规定要求", "完成上级下达任务"))}
                    self.connection.execute(sa.update(tables.target).where(*mine).values(points))

    def nation(self) -> None:
        """A plan of the nation with numbers of many indicators."""
        new = {
            **self.documents[0],
            "id": "nation",
            "name": "nation",
            "sha256": "nation",
            "title": "国家规划",
            "region": "全国",
            "region_code": "100000",
        }
        self.add(tables.document, [new])
        for one in self.draw.sample(self.documents[:60], 4):
            for row in self.read(tables.target, tables.target.c.document_id == one["id"]):
                self.count += 1
                self.add(tables.target, [{**row, "id": f"n{self.count}", "document_id": "nation", "task_id": None, "position": self.count}])

    def scopes_and_names(self) -> None:
        """Scopes that name the place itself, or belong to a name; names that leave out words of others; kinds, acts, present values."""
        target = tables.target
        regions_of = {d["id"]: d["region"] for d in self.documents}
        for row in self.read(target):
            change: dict[str, Any] = {}
            if self.draw.random() < 0.08 and regions_of.get(row["document_id"]):
                change["scope"] = self.draw.choice((regions_of[row["document_id"]], "建成区", "县城", "东城区"))
            if self.draw.random() < 0.12 and row["indicator_id"] is None:
                change["indicator"] = self.draw.choice(_NAMES)
            if self.draw.random() < 0.05:
                change["quote"] = f"{row['indicator']}降至{row['value_text']}"
            if self.draw.random() < 0.05:
                change |= {"kind": "change", "change_direction": self.draw.choice(("increase", "decrease"))}
            if self.draw.random() < 0.05:
                change["status"] = "current"
            if self.draw.random() < 0.05:
                change["operator"] = None
            if change:
                self.connection.execute(sa.update(target).where(target.c.id == row["id"]).values(change))

    def validity(self) -> None:
        """Numbers of documents; statements that repeal, extend and end them."""
        document = tables.document
        for i, d in enumerate(self.documents):
            number = f"某政发〔2021〕{i // 2}号" if self.draw.random() < 0.5 else None
            if number:
                self.connection.execute(sa.update(document).where(document.c.id == d["id"]).values(doc_number=number))
        for i in range(25):
            one, other = self.draw.sample(self.documents, 2)
            kind = self.draw.choice(("repeals", "extends", "valid", "status"))
            row = {"id": f"v{i}", "document_id": one["id"], "position": i, "kind": kind, "rule": "-", "raw": f"第{i}条", "start": 0, "end": 2}
            row |= {
                "value": "whole" if kind == "repeals" else "expired" if kind == "status" else None,
                "title": None,
                "doc_number": None,
                "date_end": None,
            }
            row |= {"date_end": self.draw.choice(("2023-12-31", "2026-12-31"))} if kind in ("valid", "extends") else {}
            if kind in ("repeals", "extends"):
                row |= self.draw.choice(({"doc_number": f"某政发〔2021〕{self.draw.randrange(40)}号"}, {"title": other["title"]}))
            self.add(tables.validity, [row])

    def ledger(self) -> None:
        """Numbers that were not read, beside names of indicators."""
        names = [row["indicator"] for row in self.read(tables.target)]
        for i in range(150):
            d = self.draw.choice(self.documents)
            reason = self.draw.choice(("no_verb", "vague", "date", "support"))
            text = f"{self.draw.choice(('', '农村', '全部'))}{self.draw.choice((*names, *_NAMES))}到2025年数百"
            row = {
                "id": f"c{i}",
                "document_id": d["id"],
                "position": i,
                "where": str(i % 12 + 1),
                "start": 0,
                "end": 4,
                "text": text,
                "reason": reason,
            }
            self.add(tables.coverage, [row])

    def places(self) -> None:
        """A region that the list of sources alone names, two divisions of one name, a place that is no division, a document that failed."""
        document = tables.document
        for i, values in enumerate(
            (
                {"region": None, "region_code": "110101", "given": '{"region": "东城区"}'},
                {"region": "朝阳区", "region_code": "220104"},
                {"region": "某某开发区", "region_code": None},
            )
        ):
            self.connection.execute(sa.update(document).where(document.c.id == f"d{30 + i}").values(values))
        self.add(tables.issue, [{"id": "i", "document": "tianjin-2023", "level": "error", "code": "parse_failed", "where": "x", "message": "x"}])
