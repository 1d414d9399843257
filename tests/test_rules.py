"""Every pattern is held to its examples and counter-examples."""

from functools import cache
from pathlib import Path

import pytest

from extractors import rules
from extractors.state import may_state
from schemas.errors import RuleError
from schemas.folded import fold
from tests.conftest import RAW

KINDS = sorted(p.stem for p in Path(rules.__file__).with_name("rules").glob("*.yaml"))
CASES = [(kind, name) for kind in KINDS for name in rules.load(kind)]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_examples(kind, name):
    rule = rules.load(kind)[name]
    assert rule.examples, "a rule without example"
    for example in rule.examples:
        text, expected = (example, None) if isinstance(example, str) else example
        hit = rule.pattern.search(text)
        assert hit, f"{name} misses its example {text}"
        if expected is not None:
            assert expected in (hit.group(), *(g for g in hit.groups() if g)), f"{name} finds {hit.group()} in {text}"
    assert rule.counter_examples, "a rule without counter-example"
    for text in rule.counter_examples:
        assert not rule.pattern.search(text), f"{name} matches its counter-example {text}"


def test_a_wrong_rule_file_is_named(tmp_path, monkeypatch):
    (tmp_path / "odd.yaml").write_text("rules:\n- {name: x, pattern: '(', examples: [], not: []}\n", "utf-8")
    monkeypatch.setattr(rules, "_FOLDER", tmp_path)
    with pytest.raises(RuleError, match=r"odd\.yaml: rule x"):
        rules.load.__wrapped__("odd")
    (tmp_path / "odd.yaml").write_text("rules:\n- {name: x, pattern: '${nowhere}', examples: [], not: []}\n", "utf-8")
    with pytest.raises(RuleError, match="unknown fragment nowhere"):
        rules.load.__wrapped__("odd")


@cache
def _lines() -> list[str]:
    """Sentences of the plans at hand, folded."""
    texts = [path.read_text("utf-8") for path in sorted(RAW.glob("*.txt"))]
    return [line for text in texts for line in fold(text, [(0, len(text))]).text.split("。")]


def test_literals_hide_no_match():
    lines = _lines()
    for kind, name in CASES:
        rule = rules.load(kind)[name]
        examples = [e if isinstance(e, str) else e[0] for e in rule.examples]
        for text in (lines if rule.literals else []) + examples:
            assert rule.possible(text, 0, len(text)) or not rule.pattern.search(text), f"{name} would find something in {text}"


@pytest.mark.parametrize("kind", KINDS)
def test_openings_hide_no_match(kind):
    """What is asked only by the character at a place, or by the characters of a text, finds all that asking every rule everywhere finds."""
    known = [r for r in rules.load(kind).values() if "(?r)" not in r.pattern.pattern]
    openings = rules.Openings(known)
    for text in _lines()[:400] + [e if isinstance(e, str) else e[0] for r in known for e in r.examples]:
        within = {r.name for r in openings.within(text)}
        assert within >= {r.name for r in known if r.pattern.search(text)}
        for at in range(len(text)):
            begun = {r.name for r in openings.at(text, at)}
            assert begun >= {r.name for r in known if r.name not in begun and r.pattern.match(text, at)}


def test_where_words_stand_hides_no_state():
    """Asking in a stretch only the rules whose words begin there finds what asking all of them there finds."""
    known = list(rules.load("state").values())
    worded = rules.Worded(known)
    for text in _lines() + [e if isinstance(e, str) else e[0] for r in known for e in r.examples]:
        spoken = worded.within(text)
        ends = [i for i, char in enumerate(text) if char in ",;:"]
        for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
            said = {rule.name for rule in spoken.within(start, end)}
            assert said >= {rule.name for rule in known if rule.pattern.search(text, start, end)}, text[start:end]


def test_texts_that_may_state_nothing_state_nothing():
    """No rule of states finds anything in a text that is not even split into sentences for them."""
    known = list(rules.load("state").values())
    for text in _lines() + [e if isinstance(e, str) else e[0] for r in known for e in r.examples]:
        assert may_state(text) or not any(rule.pattern.search(text) for rule in known), text
