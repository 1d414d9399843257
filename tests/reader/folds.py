"""Five foldings of what is known: each holds out one gold document and two domains of invented plans, and trains on the rest."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from extractors import reader
from extractors.model import silver
from extractors.model.train import Settings, train
from tests.reader import passages


def held_out() -> list[tuple[str, tuple[str, ...]]]:
    """A document and the domains that are held out with it."""
    names = sorted(silver.domains())
    return [(document, tuple(names[i::5])) for i, document in enumerate(passages.documents())]


def propose_without(document: str, domains: Sequence[str], settings: Settings) -> Callable[[Sequence[str]], list[list[reader.Proposal]]]:
    """A second reader that has seen neither the document nor the domains."""
    gold = [sample for name in passages.documents() if name != document for sample in passages.labelled(name)]
    model = train(gold, settings, [d for d in silver.domains() if d not in domains])
    return lambda texts: reader.proposals(texts, model)


def run(task: Callable, settings: Settings) -> list:
    """The task's results for the five foldings, on two processes."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(task, held_out(), [settings] * 5))
