"""What people decide about values that were read: kept for good, applied again after every reading."""

from pipeline.corrections.asking import Agreement, Progress, Waiting, agreement, conflicts, history, progress, states
from pipeline.corrections.deciding import decide, undo
from pipeline.corrections.kinds import ACTIONS, FIELDS, SLOTS, CorrectionError, Decision, State
from pipeline.corrections.suggesting import suggest

__all__ = [
    "ACTIONS",
    "FIELDS",
    "SLOTS",
    "Agreement",
    "CorrectionError",
    "Decision",
    "Progress",
    "State",
    "Waiting",
    "agreement",
    "conflicts",
    "decide",
    "history",
    "progress",
    "states",
    "suggest",
    "undo",
]
