"""Word boundaries, parts of speech, and the trained span model; characters stay the coordinates.

The only importer of rjieba (jieba's algorithm and dictionary, compiled) and spaCy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.indicators import indicators

if TYPE_CHECKING:
    from extractors.encoder import Encoder

# Words of plans that the dictionary lacks or splits.
_WORDS = (
    "全市",
    "全县",
    "全省",
    "全区",
    "我市",
    "我省",
    "我县",
    "市区",
    "县城",
    "建成区",
    "中心城区",
    "主城区",
    "占比",
    "比重",
    "和美乡村",
    "和谐",
)


@cache
def _tagger() -> Any:
    """The tagger with the words of our vocabularies, loaded at the first question."""
    import rjieba  # heavy: only when a clause needs it

    tagger = rjieba.Jieba()
    for word in _WORDS:
        tagger.add_word(word, 10**6, "n")
    for indicator in indicators():
        if len(indicator.name) <= 6:
            tagger.add_word(indicator.name, 10**5, "n")
    return tagger


# The tagger reads each of these stretches on its own; one longer than any sentence is read in pieces, so that it stays affordable.
_BLOCK = re.compile(r"[\u4E00-\u9FD5A-Za-z0-9+#&._]{1,200}|[^\u4E00-\u9FD5A-Za-z0-9+#&._]+")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Words of a folded text as (start, end, part of speech): `words("全市森林覆盖率")[0] == (0, 2, "n")`."""
    return tuple((hit.start() + start, hit.start() + end, flag) for hit in _BLOCK.finditer(text) for start, end, flag in _tagged(hit.group()))


@lru_cache(maxsize=16384)
def _tagged(block: str) -> tuple[tuple[int, int, str], ...]:
    found, at = [], 0
    for word, flag in _tagger().tag(block):
        found.append((at, at + len(word), flag))
        at += len(word)
    return tuple(found)


def is_boundary(text: str, at: int) -> bool:
    """Whether a word begins at `at` (or the text ends there)."""
    if at in (0, len(text)):
        return True
    block = next((hit for hit in _BLOCK.finditer(text) if hit.end() > at), None)
    return block is None or block.start() == at or any(start == at - block.start() for start, _, _ in _tagged(block.group()))


def verb_ends_at(text: str, at: int) -> tuple[int, int] | None:
    """The verb that ends at `at`, if the tagger sees one there."""
    return next(((s, e) for s, e, flag in words(text) if e == at and flag.startswith("v")), None)


# --- the trained span model ------------------------------------------------------------------------------------------


class Word(NamedTuple):
    """A word of a text from `start` to `end`, what the model sees of it, and its part of speech."""

    start: int
    end: int
    seen: str
    flag: str


_PIECE = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)|(?P<latin>[A-Za-z]+)|[^0-9A-Za-z]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BATCH = 64


@cache
def _segmenter() -> Any:
    """A segmenter of its own for the model: what it learned from must not change with our vocabularies."""
    import rjieba

    return rjieba.Jieba()


def model_words(text: str) -> list[Word]:
    """A text as the model sees it: a number is `0`, `000` or, looking like a year, `2000`; of a Latin word it sees four letters.

    `[w.seen for w in model_words("到2025年达95.5%")]` is 到 2000 年 达 0 %.
    """
    found = []
    text = text.encode("utf-8", "replace").decode()  # half of a surrogate pair becomes a question mark: as many characters as before
    tag = _segmenter().tag
    for hit in _PIECE.finditer(text):
        piece, at = hit.group(), hit.start()
        if hit.lastgroup == "number":
            seen = "2000" if _YEAR.fullmatch(piece) else "0" if len(piece) < 3 or "." in piece else "000"
            found.append(Word(at, hit.end(), seen, "m"))
        elif hit.lastgroup == "latin":
            found.append(Word(at, hit.end(), piece[:4], "eng"))
        else:
            for word, flag in tag(piece):
                found.append(Word(at, at := at + len(word), word, flag))
    return found


def _spacy() -> Any:
    """spaCy without its command line, whose web client and project tools take a third of the time to import and serve nothing here."""
    if "spacy" not in sys.modules:
        stubs = {name: ModuleType(name) for name in ("spacy.cli", "spacy.cli.info")}
        stubs["spacy.cli.info"].__dict__["info"] = None  # what spaCy takes from there
        sys.modules.update(stubs)
        try:
            import spacy
        finally:
            for name in stubs:
                del sys.modules[name]
    import spacy

    return spacy


class SpanModel:
    """A spaCy pipeline of one component: a narrow CNN over given tokens and a tag for each. It knows nothing of what the tags mean."""

    def __init__(self, pipeline: Any) -> None:
        import spacy.symbols

        pipeline.vocab.lex_attr_getters[spacy.symbols.SUFFIX] = lambda word: word[-1:]  # the head of a Chinese word is its last character
        self._pipeline = pipeline
        self._tagger = pipeline.get_pipe("tagger")
        self._encoder: Encoder | None = None  # made of the weights when they are asked first
        self.tags: tuple[str, ...] = tuple(self._tagger.labels)

    @classmethod
    def new(cls, tags: Sequence[str], width: int, depth: int, window: int, seed: int) -> SpanModel:
        """An untrained model; the same seed gives the same weights."""
        import spacy

        spacy.util.fix_random_seed(seed)  # type: ignore[attr-defined]
        rows = {"ORTH": 6000, "PREFIX": 3000, "SUFFIX": 3000, "SHAPE": 200, "LEMMA": 200}
        embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": width, "attrs": list(rows), "rows": list(rows.values())}
        embed["include_static_vectors"] = False
        encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": width, "depth": depth, "window_size": window, "maxout_pieces": 2}
        layers = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
        pipeline = spacy.blank("xx")
        tagger = pipeline.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "nO": None, "tok2vec": layers}})
        for tag in tags:
            tagger.add_label(tag)  # type: ignore[attr-defined]
        pipeline.initialize()
        return cls(pipeline)

    @classmethod
    def load(cls, folder: Path) -> SpanModel:
        """The model that `save` wrote."""
        return cls(_spacy().load(folder, exclude=["tokenizer", "vocab"]))

    def save(self, folder: Path) -> None:
        """Write the weights and the configuration (spaCy's own format, no pickled code, no list of words)."""
        self._pipeline.to_disk(folder, exclude=["tokenizer", "vocab"])

    def fit(self, examples: Sequence[tuple[Sequence[Word], Sequence[str]]], epochs: int, seed: int) -> None:
        """Learn from pairs of words and tags; the same examples and seed give the same weights on one thread."""
        from spacy.training import Example

        random = Random(seed)
        pairs = [Example(self._doc(_shown(words)), self._doc(_shown(words), tags)) for words, tags in examples]
        self._encoder = None
        steps, done = max(1, epochs * len(pairs) // _BATCH), 0
        optimizer = self._pipeline.resume_training()
        for _ in range(epochs):
            random.shuffle(pairs)
            for at in range(0, len(pairs), _BATCH):
                optimizer.learn_rate = 0.002 * max(0.02, min(done / 50 + 0.1, 1.0) * (1 - done / steps))
                self._pipeline.update(pairs[at : at + _BATCH], sgd=optimizer, drop=0.15)
                done += 1

    def scores(self, texts: Sequence[Sequence[Word]]) -> list[Any]:
        """For each text an array of the probability of each tag (columns, as in `tags`) for each word (rows).

        What the model knows of a word by itself is worked out once for all places where the word stands.
        """
        from extractors.encoder import Encoder

        tok2vec, output = self._tagger.model.layers
        embed, encode = tok2vec.layers
        self._encoder = self._encoder or Encoder(encode)
        places: dict[tuple[str, str], int] = {}
        rows = [[places.setdefault(shown, len(places)) for shown in _shown(words)] for words in texts]
        if not places:
            return []
        (vectors,) = embed.predict([self._doc(list(places))])
        found: list[Any] = []
        for at in range(0, len(texts), _BATCH):
            part = rows[at : at + _BATCH]
            sure = output.ops.softmax(output.layers[0].predict(self._encoder.encode([vectors[row] for row in part])))
            end = 0
            for row in part:
                found.append(sure[end : end + len(row)])
                end += len(row)
        return found

    def _doc(self, words: Sequence[tuple[str, str]], tags: Sequence[str] | None = None) -> Any:
        from spacy.tokens import Doc

        seen, flags = [seen for seen, _ in words], [flag for _, flag in words]
        return Doc(self._pipeline.vocab, words=seen, spaces=[False] * len(seen), lemmas=flags, tags=list(tags) if tags else None)


def _shown(words: Sequence[Word]) -> list[tuple[str, str]]:
    """What the model is shown of words."""
    return [(word.seen, word.flag) for word in words]
