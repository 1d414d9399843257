"""The relational schema (SQLAlchemy Core). Migrations in `migrations/` follow it; a test holds them together."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str = "id") -> Column[str]:
    return Column(name, String(64), primary_key=True)


def _document() -> Column[str]:
    return Column("document_id", String(64), ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True)


LISTED = ("name", "title", "issuer", "region", "issue_date", "publish_date", "format", "period_start", "period_end", "draft", "id")
document = Table(
    "document",
    metadata,
    _key(),
    Column("name", Text, nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("format", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("doc_number", Text),
    Column("issuer", Text),
    Column("region", Text),
    Column("region_code", String(6), index=True),
    Column("issue_date", String(10)),
    Column("publish_date", String(10)),
    Column("period_start", String(4)),
    Column("period_end", String(4)),
    Column("draft", Boolean, nullable=False),
    Column("given", Text),
    Column("source", Text),
    Column("follows", String(64)),
    Column("follows_reason", Text),
    Column("parser_version", String(32)),
    Column("rules_version", String(32), nullable=False),
    Column("vocab_version", String(32), nullable=False),
    Index("ix_document_sha256", "sha256"),
    Index("ix_document_region", "region", "region_code"),
    # what lists of documents show, told without reading the texts, which stand between: PostgreSQL keeps long texts apart
    Index("ix_document_listed", *LISTED).ddl_if(dialect="sqlite"),
)
# where documents come from, and what became of the last reading: `waiting`, `stored`, `failed`, `quarantined` (ended its worker twice) or `gone`
source = Table(
    "source",
    metadata,
    _key(),
    Column("location", Text, nullable=False),  # absolute path or URL
    Column("name", Text, nullable=False, unique=True),  # the document's
    Column("state", String(12), nullable=False, index=True),
    Column("sha256", String(64)),  # of the content last read
    Column("stamp", Text),  # what a remote store says of the content last read, to see a change without reading
    Column("key", String(64)),  # everything that the stored rows were made from; null where none are stored
    Column("tried", String(64)),  # everything that the last reading that failed was made from
    Column("limits", Text),  # the limits in force, where they shaped the rows or the failure
    Column("code", String(48)),
    Column("message", Text),
    Column("seconds", Float),
)
segment = Table(
    "segment",
    metadata,
    _key(),
    _document(),
    Column("position", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("path", Text),
    Column("headings", Text),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)
task = Table(
    "task",
    metadata,
    _key(),
    _document(),
    Column("position", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("deadline_raw", Text),
    Column("deadline_kind", String(12)),
    Column("deadline_start", String(10)),
    Column("deadline_end", String(10)),
)
body = Table(
    "body",
    metadata,
    _key(),
    Column("name", Text, nullable=False),
    Column("function", Text),
    Column("function_ids", Text),
    Column("kind", String(16)),
    Column("level", String(16)),
    Column("region_code", String(6)),
    Column("seat_code", String(6)),
    Column("members", String(24)),
    Column("reason", Text),
)
task_body = Table(
    "task_body",
    metadata,
    _key(),
    _document(),
    Column("task_id", String(64), ForeignKey("task.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body_id", String(64), ForeignKey("body.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("rule", Text, nullable=False),
)
indicator = Table(
    "indicator",
    metadata,
    _key(),
    Column("name", Text, nullable=False),
    Column("domain", Text),
    Column("unit", Text),
    Column("direction", String(16)),
    Column("dimension", Text),
    Column("statistic", String(16)),
    Column("denominator", Text),
)
indicator_alias = Table(
    "indicator_alias",
    metadata,
    _key(),
    Column("indicator_id", String(64), ForeignKey("indicator.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("alias", Text, nullable=False),
    Column("weak", Boolean, nullable=False),
)
# conditions of indexes; a question uses such an index where it says the same words
DOUBT = "readers IN ('differs', 'rules')"
PROPOSED = "proposals IS NOT NULL"
DISPUTED = "disputed"
target = Table(
    "target",
    metadata,
    _key(),
    _document(),
    Column("task_id", String(64), ForeignKey("task.id", ondelete="CASCADE"), index=True),
    Column("segment_id", String(64), ForeignKey("segment.id", ondelete="CASCADE"), index=True),  # a segment that goes looks for its targets
    Column("position", Integer, nullable=False),
    # raw: as written
    Column("indicator", Text, nullable=False),
    Column("scope", Text),
    Column("value_text", Text, nullable=False),
    Column("unit", Text),
    Column("baseline", Text),
    Column("deadline_raw", Text),
    Column("quote", Text, nullable=False),
    # parsed
    Column("kind", String(16), nullable=False),
    Column("operator", String(8)),
    Column("value", Float),
    Column("value_max", Float),
    Column("change_direction", String(8)),
    Column("deadline_kind", String(12)),
    Column("deadline_start", String(10)),
    Column("deadline_end", String(10)),
    Column("status", String(8), nullable=False),
    Column("strength", Text),
    Column("act", Text),
    # canonical
    Column("indicator_id", String(64), ForeignKey("indicator.id"), index=True),
    Column("indicator_rule", Text),
    Column("canonical_value", Float),
    Column("canonical_value_max", Float),
    Column("canonical_unit", Text),
    Column("dimension", Text),
    Column("unit_rule", Text),
    Column("rule", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("readers", String(8), nullable=False, server_default="unread"),
    Column("second", Text),
    Column("review", String(12)),  # accepted, corrected or added by a person; null: nobody looked
    Index("ix_target_deadline_end", "deadline_end", "id"),
    Index("ix_target_confidence", "confidence", "id"),
    # the review queue: what nobody looked at by confidence, and the few about which the readers do not agree
    Index("ix_target_review", "review", "confidence", "id"),
    Index("ix_target_doubt", "readers", "review", "confidence", "id", sqlite_where=text(DOUBT), postgresql_where=text(DOUBT)),
    # how targets are named, told without reading them; PostgreSQL refuses long texts in an index, and counts a million rows as fast without
    Index("ix_target_naming", "indicator", "indicator_id", "kind", "change_direction", "dimension", "unit", "scope").ddl_if(dialect="sqlite"),
    Index("ix_target_scope", "scope").ddl_if(dialect="sqlite"),
)
ONLY_SQLITE = frozenset({"ix_target_naming", "ix_target_scope", "ix_document_listed"})
evidence = Table(
    "evidence",
    metadata,
    _key(),
    _document(),
    Column("row_table", String(16), nullable=False),
    Column("row_id", String(64), nullable=False),
    Column("slot", String(24), nullable=False),
    Column("position", Integer, nullable=False),
    Column("block", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("file", Text),
    Column("page", Integer),
    Column("box", Text),
    Column("line", Integer),
    Column("table", Integer),
    Column("row", Integer),
    Column("column", Integer),
    Column("sheet", Text),
    Column("cell", Text),
    Column("text", Text, nullable=False),
    Index("ix_evidence_row", "row_table", "row_id"),
)
standard = Table("standard", metadata, _key(), Column("title", Text, nullable=False), Column("doc_number", Text), Column("year", Integer))
standard_threshold = Table(
    "standard_threshold",
    metadata,
    _key(),
    Column("standard_id", String(64), ForeignKey("standard.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("indicator_id", String(64), ForeignKey("indicator.id"), nullable=False),
    Column("condition", Text),
    Column("operator", String(16)),
    Column("value", Text),
    Column("unit", Text),
    Column("certainty", String(16), nullable=False),
    Column("source", Text),
)
unit = Table(
    "unit",
    metadata,
    _key(),
    Column("dimension", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("factor", Text, nullable=False),
    Column("count", Boolean, nullable=False),
)
region = Table(
    "region",
    metadata,
    _key("code"),
    Column("name", Text, nullable=False),
    Column("short", Text, nullable=False),
    Column("pinyin", Text, nullable=False),
    Column("parent", String(6)),
    Column("valid_from", String(10)),
    Column("valid_to", String(10)),
)
run = Table(
    "run",
    metadata,
    _key(),
    Column("started", String(32), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("tasks", Integer, nullable=False),
    Column("targets", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("versions", Text, nullable=False),
    Column("number", Integer, nullable=False, unique=True),  # counts runs; clocks go wrong
    Column("status", String(12), nullable=False, server_default="done"),  # running, done, stopped or killed
    Column("finished", String(32)),
    Column("host", Text),
    Column("process", Integer),
    Column("changed", Boolean),  # whether what is stored changed; null until the run has ended
    Column("report", Text),
)
issue = Table(
    "issue",
    metadata,
    _key(),
    Column("document_id", String(64), ForeignKey("document.id", ondelete="CASCADE"), index=True),
    Column("document", Text, nullable=False, index=True),
    Column("level", String(8), nullable=False),
    Column("code", String(48), nullable=False),
    Column("where", Text, nullable=False),
    Column("message", Text, nullable=False),
)
coverage = Table(
    "coverage",
    metadata,
    _key(),
    _document(),
    Column("position", Integer, nullable=False),
    Column("where", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("reason", String(24), nullable=False),
    Column("proposals", Text),
    Index("ix_coverage_reason", "reason", "document_id", "position"),
    Index("ix_coverage_proposed", "document_id", "position", sqlite_where=text(PROPOSED), postgresql_where=text(PROPOSED)),
)
validity = Table(
    "validity",
    metadata,
    _key(),
    _document(),
    Column("position", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("value", String(16)),
    Column("date_start", String(10)),
    Column("date_end", String(10)),
    Column("term", String(8)),
    Column("basis", String(16)),
    Column("title", Text),
    Column("doc_number", Text),
    Column("rule", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)
# what people decided: rows are only ever added, one for each field of a decision, one with the field "" where a decision names none
correction = Table(
    "correction",
    metadata,
    _key(),
    Column("evidence_id", String(64), nullable=False, index=True),  # of the value (else the quote) as the program read it then
    Column("field", String(24), nullable=False),
    Column("before", Text),  # JSON
    Column("after", Text),  # JSON
    Column("reason", Text),
    Column("author", Text, nullable=False),
    Column("made", String(32), nullable=False),
    Column("number", Integer, nullable=False, server_default="0", index=True),  # counts decisions; clocks go wrong
    Column("decision", String(64), nullable=False, server_default="", index=True),
    Column("action", String(8), nullable=False, server_default=""),  # accept, correct, reject, add or undo
    Column("document", Text, nullable=False, server_default="", index=True),  # its name
    Column("sha256", String(64), nullable=False, server_default="", index=True),  # of the document's bytes then
    Column("subject", String(64), nullable=False, server_default="", index=True),  # what is decided on: the target's id at the first decision
    Column("target_id", String(64), nullable=False, server_default="", index=True),  # the target's id at this decision
    Column("anchor", Text),  # JSON, on the first row of a decision: what the program read then, where, and what stood there
    Column("spans", Text),  # JSON, on the first row: slot → places that a person points at
    Column("undoes", String(64)),  # the decision that no longer counts
)
# what decisions come to for the document as it is stored now; made anew with its rows, so nothing is lost with it
reviewed = Table(
    "reviewed",
    metadata,
    _key(),
    _document(),
    Column("subject", String(64), nullable=False, index=True),
    Column("target_id", String(64), index=True),  # the target as the program reads it now, or as a person added it; null where none stands
    Column("position", Integer),  # of a rejected target among those that stand
    Column("state", String(12), nullable=False),  # accepted, corrected, rejected or added
    Column("conflict", String(12), index=True),  # lost, unread, ambiguous, differs or agreed
    Column("fields", Text),  # JSON: field → what the program reads now, what stands
    Column("decision", String(64), nullable=False),  # the last in force
    Column("author", Text, nullable=False),
    Column("made", String(32), nullable=False),
    Column("disputed", Boolean, nullable=False),  # whether people disagree about it
    Column("machine", Text),  # JSON: the rows as the program read them; null where it reads none
    Index("ix_reviewed_made", "made", "id"),
    Index("ix_reviewed_author", "author", "made", "id"),
    Index("ix_reviewed_disputed", "made", "id", sqlite_where=text(DISPUTED), postgresql_where=text(DISPUTED)),
)
# the index of the search, which follows from the texts: apart from the rows, so that what is stored can be told without it
search = MetaData(naming_convention=metadata.naming_convention)
passage = Table(
    "passage",
    search,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),  # later ones are greater
    Column("document_id", String(64), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)
# on SQLite a table of FTS5, which keeps what it holds in further ones
SEARCH = frozenset({"passage", "passage_index", *(f"passage_index_{part}" for part in ("data", "idx", "docsize", "config"))})
vocabulary = Table("vocabulary", metadata, _key("name"), Column("version", String(32), nullable=False))

# tables that hold rows of one document, in the order in which they are filled
OF_DOCUMENT = (segment, task, task_body, target, evidence, issue, coverage, validity, reviewed)
