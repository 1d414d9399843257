"""Errors that stop one document or one command; everything milder is an `Issue`."""


class ZhibiaoError(Exception):
    """Root of all errors that zhibiao raises on purpose; its text says what, where, and what to do."""


class ParseError(ZhibiaoError):
    """A file cannot be turned into a `Document`."""


class LimitError(ParseError):
    """A file goes beyond a limit; names the limit, what the file has, and how to raise it."""


class RuleError(ZhibiaoError):
    """A rule file or vocabulary file of ours is wrong; names the file and the entry."""


class StoreError(ZhibiaoError):
    """The database refuses a document, for example because evidence does not stand in the source."""


class StorageError(StoreError):
    """The database takes no rows at all (full disk, read-only, lost, locked for long): a run stops; what was stored stays."""


class ModelError(ZhibiaoError):
    """The trained model of the second reader, or the library that runs it, is missing; says how to get it or do without."""
