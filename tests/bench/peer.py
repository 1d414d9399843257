"""One peer over some texts, run by the interpreter of the peers' environment: `python peer.py NAME FILE…` prints characters and processor seconds.

Each paragraph is given to the peer as a text of its own, as its users do; loading is not counted. Stands alone: it imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable


def jionlp_time() -> Callable[[str], object]:
    """JioNLP's extraction of times."""
    import jionlp

    return jionlp.ner.extract_time  # type: ignore[no-any-return]


def recognizers_units() -> Callable[[str], object]:
    """Microsoft's Recognizers-Text: numbers with units (dimensions) in Chinese."""
    from recognizers_number_with_unit import recognize_dimension
    from recognizers_text import Culture

    return lambda text: recognize_dimension(text, Culture.Chinese)


def recognizers_numbers() -> Callable[[str], object]:
    """Microsoft's Recognizers-Text: numbers in Chinese."""
    from recognizers_number import recognize_number
    from recognizers_text import Culture

    return lambda text: recognize_number(text, Culture.Chinese)


def jieba_posseg() -> Callable[[str], object]:
    """jieba's segmentation with parts of speech."""
    import jieba.posseg

    return jieba.posseg.lcut  # type: ignore[no-any-return]


PEERS = {f.__name__: f for f in (jionlp_time, recognizers_units, recognizers_numbers, jieba_posseg)}


def main() -> None:
    """Measure one peer; what it prints itself goes nowhere."""
    out = os.dup(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    read = PEERS[sys.argv[1]]()
    read("到2025年底,森林覆盖率达到30%以上。")
    characters, seconds, failed = 0, 0.0, 0
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            lines = [line.strip() for line in file if line.strip()]
        begun = time.process_time()
        for line in lines:
            try:
                read(line)
            except Exception:  # a peer that fails on a line is charged for it and counted
                failed += 1
        seconds += time.process_time() - begun
        characters += sum(map(len, lines))
    os.write(out, json.dumps({"characters": characters, "seconds": seconds, "failed": failed}).encode())


if __name__ == "__main__":
    main()
