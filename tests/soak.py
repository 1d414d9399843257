"""The last results of the long tests, from pytest's report, as docs/soak.md: `python -m tests.soak build/soak.xml`."""

from __future__ import annotations

import sys
from datetime import date
from xml.etree import ElementTree

from tests.bench.__main__ import machine
from tests.conftest import ROOT


def table(report: str) -> str:
    """A line for each test: module, name, outcome, seconds; the reason of what was skipped or failed."""
    lines = ["| module | test | outcome | seconds |", "| --- | --- | --- | --- |"]
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        found = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        said = " ".join((found.get("message") or "").split())[:120].replace("|", "\\|") if found is not None else ""
        outcome = "passed" if found is None else f"{found.tag}: {said}"
        module = case.get("classname", "").removeprefix("tests.")
        lines.append(f"| {module} | `{case.get('name', '').replace('|', chr(92) + '|')}` | {outcome} | {float(case.get('time', 0)):.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Write docs/soak.md."""
    head = f"# The last long run\n\nWritten by `make soak` on {date.today()}: {machine()}.\n\n"
    (ROOT / "docs" / "soak.md").write_text(head + table(sys.argv[1]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
