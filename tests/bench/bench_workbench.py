"""How fast the workbench answers: every kind of page alone, and while many people read; beside Datasette on the same file.

    python -m tests.bench.bench_workbench                                  # the five documents; a generated million of targets where it is kept
    python -m tests.bench.bench_workbench sqlite:///path/to/zhibiao.db     # another database
    ZHIBIAO_MILLION=/path/333.db python -m tests.bench.bench_workbench     # where the million is kept (filled where it is not there)

Times are of the clock, as a reader waits for them; client and server share the machine. A reader asks for a page, reads for 1 to 3 seconds,
and asks for the next.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import sqlalchemy as sa

from pipeline import batch, store
from tests.bench.large import fill
from tests.conftest import RAW, ROOT

USERS, SECONDS = 50, 60.0
WARMING = 10.0  # seconds after its start in which a server loads pandas and looks over the whole database
_AGAIN = 5  # times that every page is asked for alone; the first is told apart


def pages(url: str) -> dict[str, str]:
    """Kind of page → an address of it that suits a database."""
    with store.connect(url).connect() as connection:
        ask = connection.exec_driver_sql
        target, document = ask("SELECT id, document_id FROM target ORDER BY id LIMIT 1").one()
        many = ask("SELECT count(*) FROM document").scalar_one() > 100
        regions = [
            row[0]
            for row in ask(
                "SELECT region_code FROM document WHERE region_code IS NOT NULL GROUP BY region_code ORDER BY count(*) DESC, region_code LIMIT 20"
            )
        ]
        names = [row[0] for row in ask("SELECT id FROM indicator WHERE id IN (SELECT DISTINCT indicator_id FROM target) ORDER BY id LIMIT 40")]
    some = "&".join([*(f"region={quote(r)}" for r in regions), *(f"indicator={quote(n)}" for n in names)]) if many else ""
    return {
        "home": "/",
        "compare": f"/compare?{some}",
        "compare, nothing chosen": "/compare",
        "compare, findings": f"/compare?view=findings&{some}",
        "compare, charts": f"/compare/charts.json?{some}",
        "evidence at the side": f"/compare/evidence/{target}",
        "documents": "/documents",
        "one document": f"/documents/{document}?target={target}",
        "search": f"/search?q={quote('森林覆盖率')}",
        "review": "/review",
        "runs": "/runs",
        "api targets": "/api/v1/targets?limit=100",
        "api comparison": f"/api/v1/comparisons?{some}",
    }


@contextmanager
def serving(url: str, out: Path) -> Iterator[int]:
    """The port of a server over a database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--db", url, "--out", str(out), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _await(server, port, "/health")
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _await(server: subprocess.Popen[bytes], port: int, path: str) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}; start it by hand to see why")
        try:
            if get(port, path)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers at port {port}")


def get(port: int, path: str) -> tuple[int, float, int]:
    """Status, seconds and bytes of an answer."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    size = len(answer.read())
    connection.close()
    return answer.status, time.perf_counter() - begun, size


def alone(port: int, wanted: Mapping[str, str]) -> Iterator[tuple[str, int, float, float, int]]:
    """Name, status, seconds at first, median of later seconds and bytes of each page."""
    for name, path in wanted.items():
        status, first, size = get(port, path)
        yield name, status, first, statistics.median(get(port, path)[1] for _ in range(_AGAIN)), size


def crowd(port: int, paths: Sequence[str], users: int = USERS, seconds: float = SECONDS) -> tuple[list[float], list[str]]:
    """Seconds of every answer, and what went wrong, while so many people read for so long."""
    took: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds

    def reader(number: int) -> None:
        draw = random.Random(number)
        time.sleep(draw.uniform(0, 2))
        while time.monotonic() < until:
            path = draw.choice(paths)
            try:
                status, spent, _ = get(port, path)
                took.append(spent)
                if status != 200:
                    wrong.append(f"{status} {path}")
            except OSError as error:
                wrong.append(f"{error} {path}")
            time.sleep(draw.uniform(1, 3))

    people = [threading.Thread(target=reader, args=(number,)) for number in range(users)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return took, wrong


def datasette(file: Path) -> float:
    """Seconds in which Datasette answers with a page of 100 targets, median."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(file), "--port", str(port), "--setting", "sql_time_limit_ms", "60000"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(server, port, "/")
        return statistics.median(get(port, f"/{file.stem}/target.json?_size=100&_shape=objects")[1] for _ in range(_AGAIN))
    finally:
        server.terminate()
        server.wait(30)


def measure(url: str, users: int = USERS) -> None:
    """Print the figures of one database."""
    wanted = pages(url)
    with TemporaryDirectory() as out, serving(url, Path(out)) as port:
        time.sleep(WARMING)
        print(f"{'page':26} {'first':>8} {'median':>8} {'KB':>7}")
        for name, status, first, later, size in alone(port, wanted):
            print(f"{name:26} {first * 1000:6.0f}ms {later * 1000:6.0f}ms {size / 1000:7.0f}" + ("" if status == 200 else f"  STATUS {status}"))
        took, wrong = crowd(port, list(wanted.values()), users)
        took.sort()
        p50, p95, most = (took[min(int(len(took) * share), len(took) - 1)] * 1000 for share in (0.5, 0.95, 1))
        print(f"{users} readers for {SECONDS:.0f} s: {len(took)} answers, median {p50:.0f} ms, p95 {p95:.0f} ms, longest {most:.0f} ms, ", end="")
        print(f"errors {len(wrong)}")
        print(*sorted(set(wrong))[:5], sep="\n", end="\n" if wrong else "")
        mine = statistics.median(get(port, "/api/v1/targets?limit=100")[1] for _ in range(_AGAIN))
    file = sa.make_url(url).database
    if file and url.startswith("sqlite"):
        peer = datasette(Path(file))
        print(f"100 targets as JSON: {mine * 1000:.0f} ms, Datasette {peer * 1000:.0f} ms, ratio {mine / peer:.2f}")


def main() -> None:
    """The database named, or the five documents and a million targets."""
    if any(word.startswith(("sqlite", "postgresql")) for word in sys.argv[1:]):
        measure(next(word for word in sys.argv[1:] if ":" in word))
        return
    with TemporaryDirectory() as folder:
        five = f"sqlite:///{folder}/zhibiao.db"
        batch.run([RAW], store.connect(five))
        print("five documents")
        measure(five)
        million = Path(os.environ.get("ZHIBIAO_MILLION", f"{folder}/333.db"))
        engine = store.connect(f"sqlite:///{million}")
        if not million.exists():
            fill(engine, 1_000_000, 3_000, 333)
        store.upgrade(engine)
        print(json.dumps({"documents": "3,000", "targets": "1,000,000"}))
        measure(f"sqlite:///{million}")


if __name__ == "__main__":
    main()
