"""The database: the only package that opens it."""

from pipeline.store.connecting import ask, by_characters, connect, fetch, reading, shown, transact, writing
from pipeline.store.documents import Stored, broken_evidence, check_evidence, documents_with, failures, prune, save, save_all, save_failures
from pipeline.store.runs import FILLED, begin_run, end_run, read_runs, state, tidy, totals
from pipeline.store.schema import upgrade
from pipeline.store.sources import Source, assign, forget, gone, mark, states

__all__ = [
    "FILLED",
    "Source",
    "Stored",
    "ask",
    "assign",
    "begin_run",
    "broken_evidence",
    "by_characters",
    "check_evidence",
    "connect",
    "documents_with",
    "end_run",
    "failures",
    "fetch",
    "forget",
    "gone",
    "mark",
    "prune",
    "read_runs",
    "reading",
    "save",
    "save_all",
    "save_failures",
    "shown",
    "state",
    "states",
    "tidy",
    "totals",
    "transact",
    "upgrade",
    "writing",
]
