"""The API from Python, with the standard library alone: python examples.py [ADDRESS]

Where people log in, the variable TOKEN holds a token from the page of your account.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765"


def ask(path: str, **parameters: Any) -> Any:
    """The answer to a question; a list repeats a parameter."""
    query = "?" + urlencode(parameters, doseq=True) if parameters else ""
    headers = {"Accept": "application/json"}
    if os.environ.get("TOKEN"):
        headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"
    with urlopen(Request(urljoin(ADDRESS, path) + query, headers=headers)) as answer:
        return json.load(answer)


def every(path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """All lines of a list, page by page."""
    page = ask(path, **parameters)
    while True:
        yield from page["items"]
        if page["next"] is None:
            return
        page = ask(page["next"])


# every document with its number of targets
for document in every("/api/v1/documents"):
    print(document["document"], document["region"], document["targets"])

# how many targets are due in 2025, whose text says so, and what the first one was read from
targets = list(every("/api/v1/targets", year=2025, kind=["level", "count"], limit=50))
print("due in 2025:", len(targets))
whole = ask(f"/api/v1/targets/{targets[0]['target_id']}")
text = urlopen(urljoin(ADDRESS, f"/api/v1/documents/{whole['document_id']}/text")).read().decode()
for piece in whole["evidence"]:
    assert text[piece["start"] : piece["end"]] == piece["text"]
    print(piece["slot"], piece["text"])

# what contradicts itself or changed
for finding in ask("/api/v1/comparisons", table="findings", limit=3, lang="en")["items"]:
    print(finding["type"], finding["indicator"], finding["reason"])
