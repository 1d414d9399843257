"""The second reader: what it proposes, how its claims are tied to names, and how the two readings are laid side by side."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import confidence, nlp, reader
from extractors.model import silver
from extractors.model.train import Settings, train
from extractors.reader import Labelled, Proposal
from pipeline.agreement import agree
from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas.errors import ModelError
from tests.conftest import ROOT, read
from tests.reader import passages

PASSAGES = (
    "到2025年,全市森林覆盖率达到40%,新增森林面积3.5万亩。PM2.5浓度不高于35微克/立方米。",
    "5%。新建公园6个、步道45公里,5G基站120座;城镇登记失业率控制在4.5%以内。" * 40,
)
PLAN = "方案\n一、任务\n1.教育。到2025年,全市学前教育毛入园率达到95%以上,新建公办幼儿园20所。\n"


def proposed(text: str, *spans: tuple[str, str]) -> list[Proposal]:
    """Proposals for the words given, in text order."""
    found, at = [], 0
    for label, word in spans:
        at = text.index(word, at)
        found.append(Proposal(label, at, at + len(word), 0.9))
        at += len(word)
    return found


def told(text: str, *spans: tuple[str, str]) -> list[tuple[list[str], str]]:
    """Names and value of each claim."""
    return [([text[a:b] for a, b in c.names], text[slice(*c.value)]) for c in reader.claims(text, proposed(text, *spans))]


# --- proposals and claims --------------------------------------------------------------------------------------------


def test_words_cover_the_text_and_numbers_look_alike():
    text = "到2025年,PM2.5浓度降至36.5微克/立方米"
    words = nlp.model_words(text)
    assert "".join(text[w.start : w.end] for w in words) == text
    assert [w.seen for w in words if w.flag == "m" and text[w.start].isdigit()] == ["2000", "0", "0"]


@given(st.text(alphabet=st.characters(), max_size=60) | st.text(alphabet="全市覆盖率达到95%以上 .,１二\n\ud800A℃㎡", max_size=60))
def test_words_cover_any_text(text):
    words = nlp.model_words(text)
    assert [w.start for w in words[1:]] == [w.end for w in words[:-1]]
    assert (words[0].start, words[-1].end) == (0, len(text)) if text else not words


def test_passages_are_the_sentences_that_may_hold_a_value():
    text = "健全制度。到2025年完成任务。森林覆盖率达到40%;落实责任,新增5家企业。依据〔2023〕15号文。"
    assert [text[a:b] for a, b in reader.passages(text)] == ["森林覆盖率达到40%;", "落实责任,新增5家企业。"]
    assert all(b - a <= reader._LONGEST for a, b in reader.passages("1" * 5000))


def test_a_value_takes_the_name_before_it_or_behind_it():
    assert told("森林覆盖率达到40%,建成12个公园", ("IND", "森林覆盖率"), ("VL", "40%"), ("VR", "12个"), ("IND", "公园")) == [
        (["森林覆盖率"], "40%"),
        (["公园"], "12个"),
    ]


def test_joined_names_share_a_value_and_分别_gives_each_its_own():
    assert told("甲率和乙率均达到100%", ("IND", "甲率"), ("IND", "乙率"), ("VL", "100%")) == [(["甲率", "乙率"], "100%")]
    assert told("甲率和乙率分别达到95%和90%", ("IND", "甲率"), ("IND", "乙率"), ("VL", "95%"), ("VL", "90%")) == [
        (["甲率"], "95%"),
        (["乙率"], "90%"),
    ]


def test_a_proposal_that_the_deterministic_code_cannot_parse_is_no_claim():
    assert told("森林覆盖率达到较高水平", ("IND", "森林覆盖率"), ("VL", "较高")) == []
    assert told("水质达到Ⅲ类", ("IND", "水质"), ("VL", "Ⅲ类")) == [(["水质"], "Ⅲ类")]


def test_the_model_is_small_reads_the_plain_case_and_repeats_itself():
    assert sum(p.stat().st_size for p in reader.FOLDER.rglob("*") if p.is_file()) < 20e6
    text = "到2025年,全市森林覆盖率达到40%以上。"
    first = reader.proposals([text])
    assert {text[p.start : p.end] for p in first[0] if p.label == "VL"} == {"40%"}
    assert {text[p.start : p.end] for p in first[0] if p.label == "IND"} == {"森林覆盖率"}
    assert reader.proposals([text, text])[1] == first[0]
    assert all(0 <= p.start < p.end <= len(text) and 0 < p.score <= 1 for p in first[0])


def test_training_twice_gives_the_same_weights(tmp_path):
    gold = [Labelled("森林覆盖率达到40%", ((0, 5, "IND"), (7, 10, "VL")))]
    for name in "ab":
        train(gold, Settings(silver=60, epochs=1, copies=1)).save(tmp_path / name)
    assert (tmp_path / "a/tagger/model").read_bytes() == (tmp_path / "b/tagger/model").read_bytes()


# --- silver and gold -------------------------------------------------------------------------------------------------


def test_silver_is_the_same_each_time_and_its_spans_lie_in_it():
    samples = list(silver.sentences(300, 7))
    assert samples == list(silver.sentences(300, 7))
    labels = Counter()
    for sample in samples:
        ordered = sorted(sample.spans)
        assert all(0 <= a < b <= len(sample.text) and label in reader.LABELS for a, b, label in ordered)
        assert all(x[1] <= y[0] for x, y in pairwise(ordered))
        labels.update(label for _, _, label in ordered)
    assert set(labels) == set(reader.LABELS)


def test_gold_targets_become_spans():
    found = Counter(label for s in passages.labelled("zaoyang-2021-scheme") for _, _, label in s.spans)
    assert found["VL"] >= 27
    assert found["IND"] >= 27


# --- the two readings side by side -----------------------------------------------------------------------------------


def reviewed(text: str, *spans: tuple[str, str]):
    """The rules' reading of a plan beside proposals for the words given."""
    result = process(parse_bytes(text.encode(), "plan.txt"), second=False)
    return agree(result.segments, result.extraction, lambda texts: [proposed(t, *(s for s in spans if s[1] in t)) for t in texts])


def test_both_readers_agree_on_value_and_name():
    found = reviewed(PLAN, ("IND", "学前教育毛入园率"), ("VL", "95%"), ("VR", "20所")).targets
    assert [(t.indicator.text, t.readers) for t in found] == [("学前教育毛入园率", "both"), ("公办幼儿园", "differs")]
    assert found[1].second.value.text == "20所"


def test_a_number_that_only_the_rules_read_says_so():
    assert {t.readers for t in reviewed(PLAN).targets} == {"rules"}


def test_another_name_is_a_difference_and_is_kept():
    found = reviewed(PLAN, ("IND", "全市"), ("VL", "95%")).targets[0]
    assert (found.readers, found.second.indicator) == ("differs", "全市")


def test_a_state_is_not_read_by_the_second_reader():
    assert [t.readers for t in reviewed("方案\n一、任务\n1.大气。环境空气质量不降低。\n").targets] == ["unread"]


def test_a_number_that_only_the_second_reader_takes_stands_in_the_ledger_and_is_no_target():
    text = "方案\n一、任务\n1.资金。对新认定企业给予最高50万元奖励,发展基金规模为3亿元。\n"
    found = reviewed(text, ("VL", "50万元"))
    assert found.targets == reviewed(text).targets
    entry = next(u for u in found.uncovered if u.proposals)
    assert (entry.reason, entry.proposals[0].value.text) == ("support", "50万元")


def test_both_readings_reach_the_export(tmp_path):
    rows = read(PLAN).rows.tables
    assert [t["readers"] for t in rows["target"]] == ["both", "both"]
    assert all(0.5 < t["confidence"] <= 1 for t in rows["target"])


def test_words_worked_out_once_score_as_words_worked_out_each_time():
    """The whole model, asked text by text as spaCy asks it, gives the same probabilities to the last bit."""
    model = reader.model()
    texts = [nlp.model_words(text[low:high]) for text in PASSAGES for low, high in reader.passages(text)]
    tagger = model._tagger.model
    alone = [tagger.ops.softmax(tagger.predict([model._doc([(w.seen, w.flag) for w in words])])[0]) for words in texts]
    assert texts
    assert all((one == other).all() for one, other in zip(alone, model.scores(texts), strict=True))
    assert model.scores([]) == []


# --- confidence ------------------------------------------------------------------------------------------------------


def test_confidence_falls_where_the_readers_part():
    target = reviewed(PLAN).targets[0]
    said = [confidence.probability(replace(target, readers=r)) for r in ("both", "unread", "rules", "differs")]
    assert said[0] > said[1] > max(said[2:])


# --- without it ------------------------------------------------------------------------------------------------------


def test_a_missing_model_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(reader, "FOLDER", tmp_path)
    reader.model.cache_clear()
    with pytest.raises(ModelError, match=r"make model.*--readers rules"):
        reader.proposals(["达到40%"])
    reader.model.cache_clear()


def test_the_rules_alone_need_no_spacy(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, "utf-8")
    plan = str(tmp_path / "plan.txt")
    code = f"import sys; sys.modules['spacy'] = None; sys.argv[1:1] = ['extract', {plan!r}]; from pipeline.cli import main; main()"
    alone = subprocess.run([sys.executable, "-c", code, "--readers", "rules"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (alone.returncode, alone.stdout.count('"readers": "unread"')) == (0, 2), alone.stderr
    both = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert both.returncode == 2
    assert "the second reader needs spaCy" in both.stderr
    assert "--readers rules" in both.stderr


def test_a_run_without_spacy_stops_before_it_reads_or_stores(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, "utf-8")
    code = "import sys; sys.modules['spacy'] = None; sys.argv[1:1] = ['run', 'plan.txt']; from pipeline.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines()), list(tmp_path.iterdir())) == (2, 1, [tmp_path / "plan.txt"]), done.stderr
    alone = subprocess.run([sys.executable, "-c", code, "--readers", "rules"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert alone.returncode == 0, alone.stderr
