"""Makes the second reader's model: `python -m extractors.model.train PASSAGES` (`make model` writes the passages and calls this).

It learns from annotated passages (JSON lines: document, text, spans) and from silver sentences. Minutes on two cores; the same input gives the
same weights.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from extractors import nlp, reader
from extractors.model import silver
from extractors.reader import Labelled


@dataclass(frozen=True, slots=True)
class Settings:
    """Size of the model, amount of silver sentences, how often each annotated passage is shown, passes, seed."""

    width: int = 48
    depth: int = 4
    window: int = 2
    silver: int = 8000
    copies: int = 8
    epochs: int = 5
    seed: int = 20


def train(gold: Sequence[Labelled], settings: Settings, domains: Sequence[str] | None = None) -> nlp.SpanModel:
    """A model of annotated passages and of silver sentences (of all domains or of those named)."""
    random = Random(settings.seed)
    samples = list(silver.sentences(settings.silver, settings.seed, domains))
    names = sorted({s.text[a:b] for s in samples for a, b, label in s.spans if label == "IND"})
    samples = [varied(s, names, random) if i % 3 == 0 else s for i, s in enumerate(samples)]
    for copy in range(settings.copies):
        samples += [varied(s, names, random) if copy else s for s in gold]
    model = nlp.SpanModel.new(reader.TAGS, settings.width, settings.depth, settings.window, settings.seed)
    model.fit([reader.tagged(s) for s in samples], settings.epochs, settings.seed)
    return model


def varied(sample: Labelled, names: Sequence[str], random: Random) -> Labelled:
    """The same passage about other things: a third of the names is exchanged, and some words of names for ones that no text has, so that the
    model learns to go by what stands around a name it has never seen."""
    text, spans, at = "", [], 0
    for start, end, label in sorted(sample.spans):
        if start < at:
            continue
        text += sample.text[at:start]
        said = sample.text[start:end]
        chance = random.random()
        if label == "IND" and chance < 1 / 3:
            said = random.choice(names)
        elif label == "IND" and chance < 1 / 2 and len(said) > 5:
            low = random.randrange(len(said) - 4)
            said = said[:low] + "".join(chr(random.randrange(0x4E00, 0x9FA0)) for _ in range(2)) + said[low + 2 :]
        spans.append((len(text), len(text) + len(said), label))
        text += said
        at = end
    return Labelled(text + sample.text[at:], tuple(spans))


def read(path: Path) -> list[tuple[str, Labelled]]:
    """Annotated passages with the name of the document each is from."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    return [(line["document"], Labelled(line["text"], tuple((a, b, label) for a, b, label in line["spans"]))) for line in lines]


def main() -> None:
    """Train on the passages of the file named and save the model."""
    gold = [sample for _, sample in read(Path(sys.argv[1]))]
    train(gold, Settings()).save(reader.FOLDER)
    size = sum(p.stat().st_size for p in reader.FOLDER.rglob("*") if p.is_file())
    print(f"{reader.FOLDER}: learned from {len(gold)} annotated passages; {size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
