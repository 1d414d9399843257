"""schemas ← extractors ← pipeline; stages know no sibling; heavy libraries stay in their modules and are imported when a file needs them."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import regex

from pipeline.parsers import PARSERS
from pipeline.versions import DOWNSTREAM, PARSERS_READ

ROOT = Path(__file__).parent.parent
CONDUCTORS = {"pipeline.run", "pipeline.batch", "pipeline.cli", "pipeline.scoring", "pipeline.publish"}
STAGES = {f"pipeline.{name}" for name in ("official", "segment", "assemble", "agreement", "normalise", "store", "compare", "report")}
# a stage may use these pure helpers
HELPERS = {
    "pipeline.segment": {"pipeline.official"},
    "pipeline.store": {"pipeline.normalise"},
    "pipeline.assemble": {"pipeline.measured"},
}
COMPARE = {f"pipeline.compare{name}" for name in ("", *(f".{p.stem}" for p in (ROOT / "pipeline" / "compare").glob("[a-z]*.py")))}
BROWSE = {f"pipeline.browse{name}" for name in ("", *(f".{p.stem}" for p in (ROOT / "pipeline" / "browse").glob("[a-z]*.py")))}
CORRECTIONS = {f"pipeline.corrections{name}" for name in ("", *(f".{p.stem}" for p in (ROOT / "pipeline" / "corrections").glob("[a-z]*.py")))}
WEB = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in (ROOT / "pipeline" / "web").rglob("*.py")}
REVIEWING = {f"pipeline.web.reviewing.{name}" for name in ("deciding", "exporting", "items")}
READING = {f"pipeline.compare.{name}" for name in ("facts", "reader", "selection", "told")}
RECOGNISE = {f"pipeline.recognise.{name}" for name in ("reading", "raster", "strokes", "crops", "signs")}
ONLY_IN = {
    "rjieba": {"extractors.nlp"},
    "spacy": {"extractors.nlp"},
    "sqlalchemy": {
        *("schemas.tables", "schemas.views"),
        *(f"pipeline.store{name}" for name in ("", ".connecting", ".schema", ".documents", ".sources", ".runs", ".searching")),
        *("pipeline.batch", "pipeline.batch.writer", "pipeline.check", "pipeline.publish", "pipeline.cli.running"),
        *("pipeline.compare", "pipeline.exporters.frames", *READING),
        *("pipeline.web.state", "pipeline.web.pages.health", "pipeline.web.api.answers", *REVIEWING, *BROWSE, *CORRECTIONS),
    },
    "alembic": {"pipeline.store.schema"},
    "pandas": {*COMPARE, "pipeline.report.charts"},
    "ahocorasick_rs": {"pipeline.compare.mentions"},
    "openpyxl": {"pipeline.exporters.xlsx"},
    "xlsxwriter": {"pipeline.report.workbook.book"},
    "resvg_py": {"pipeline.report.charts"},
    "pyarrow": {"pipeline.report.parquet", "pipeline.exporters.parquet"},
    "selectolax": {"pipeline.parsers.html.tree"},
    "lxml": {"pipeline.parsers.zipxml"},
    "python_calamine": {"pipeline.parsers.sheets.xls"},
    "distributed": {"pipeline.engines.cluster"},
    "fsspec": {"pipeline.remote"},
    "typer": {"pipeline.web.server"}
    | {f"pipeline.cli.{name}" for name in ("app", "options", "running", "reading", "asking", "measuring", "serving", "users", "correcting")}
    | {"pipeline.cli"},
    "fastapi": WEB,
    "starlette": WEB,
    "uvicorn": {"pipeline.web.server"},
    "rapidocr": {"pipeline.recognise"},
    "cv2": RECOGNISE - {"pipeline.recognise.reading"},
    "numpy": {"extractors.encoder", "pipeline.parsers.image", *RECOGNISE, *COMPARE},
    "PIL": {"pipeline.parsers.image"},
    "pypdfium2": {f"pipeline.parsers.pdf{name}" for name in ("", ".text", ".drawing", ".view", ".picture")},
    "docx": set(),  # the product reads and compares by its own means: these two are for tests
    "pdfplumber": set(),
}
LAZY = set(ONLY_IN) - {"typer"}  # a command that needs none of these waits for none of them
BY_NAME = {  # declared, but imported by another library
    "onnxruntime": "rapidocr names it as the engine that runs its models",
    "psycopg": "sqlalchemy's driver for postgresql:// URLs",
    "python-multipart": "starlette's reader of forms and uploads",
    "s3fs": "fsspec's store for s3:// URLs",
}


def modules() -> dict[str, set[str]]:
    found = {}
    for folder in ("schemas", "extractors", "pipeline"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            imports = set()
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    imports |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imports |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
            found[name] = imports
    return found


def test_imports_point_one_way():
    allowed = {"schemas": {"schemas"}, "extractors": {"schemas", "extractors"}, "pipeline": {"schemas", "extractors", "pipeline"}}
    for name, imports in modules().items():
        mine = name.split(".")[0]
        for other in imports:
            if other.split(".")[0] in allowed:
                assert other.split(".")[0] in allowed[mine], f"{name} imports {other}"


def test_stages_import_no_sibling_stage():
    for name, imports in modules().items():
        if name in STAGES - CONDUCTORS:
            assert not (imports & STAGES) - HELPERS.get(name, set()) - {name}, name


def test_what_shapes_rows_is_part_of_their_version():
    """No module that is left out of the version of the parsers stands between bytes and rows."""
    known = modules()
    reached, found = {"pipeline.run", *PARSERS.values()}, set()
    while reached:
        name = reached.pop()
        found.add(name)
        reached |= {other for other in known.get(name, ()) if other in known and other not in found}
    parts = {name.split(".")[1] for name in found if name.startswith("pipeline.")}
    assert parts - {"run"} and not parts & DOWNSTREAM
    assert {path.stem for path in (ROOT / "pipeline").iterdir()} >= DOWNSTREAM


def test_the_cache_of_parsed_documents_knows_what_parsers_read():
    """The extractors that parsers reach, and the rules and vocabularies that the code of these modules asks for."""
    known, reached, found = modules(), {"pipeline.parsers", *PARSERS.values()}, set()
    while reached:
        name = reached.pop()
        found.add(name)
        reached |= {other for other in known.get(name, ()) if other in known and other not in found}
    mine = {f"{name.replace('.', '/')}.py" for name in found if name.startswith("extractors.")}
    for name in (n for n in found if n.startswith("pipeline.")):
        path = ROOT / name.replace(".", "/")
        text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")
        mine |= {f"extractors/rules/{kind}.yaml" for kind in regex.findall(r'rules\.\w+\("(\w+)"', text)}
        mine |= {f"schemas/vocab/{kind}.yaml" for kind in regex.findall(r'vocab\.read\("(\w+)"', text)}
        asked = set(regex.findall(r"vocab\.(\w+)\(", text)) - {"read"}
        assert asked <= {"units"}, f"{name} asks the vocabularies for {asked}"
        mine |= {"schemas/vocab/units.yaml" for _ in asked}
    assert mine == set(PARSERS_READ)


def test_heavy_libraries_stay_in_their_module():
    for name, imports in modules().items():
        for library, homes in ONLY_IN.items():
            if any(other.split(".")[0] == library for other in imports):
                assert name in homes, f"{name} imports {library}"


@pytest.mark.parametrize("code", ["import pipeline.cli", "import sys; sys.argv = ['zhibiao', '--help']; from pipeline.cli import main; main()"])
def test_the_command_imports_heavy_libraries_only_for_files_that_need_them(code):
    report = "import atexit, sys; atexit.register(lambda: print('loaded:', *sys.modules))\n"
    done = subprocess.run([sys.executable, "-c", report + code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "pipeline.cli" in loaded
    assert not loaded & LAZY


def imported(folders: tuple[str, ...]) -> set[str]:
    """Distributions, by lower-case name, that the modules of some folders import."""
    names = set()
    for path in (p for folder in folders for p in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    known = packages_distributions()
    return {known[name][0].lower() for name in names if name in known} - {"zhibiao"}


def declared(requirements: list[str]) -> set[str]:
    """Lower-case names of requirements."""
    return {regex.match(r"[\w.-]+", requirement)[0].lower() for requirement in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    product = declared(project["project"]["dependencies"]) | set().union(*map(declared, project["project"]["optional-dependencies"].values()))
    assert imported(("schemas", "extractors", "pipeline")) == product - set(BY_NAME)
    dev = declared(project["dependency-groups"]["dev"])
    # flask and flask-cors are what moto serves with, httpx2 what starlette's test client asks with; datasette is run as a command
    started = ("ruff", "mypy", "pytest-xdist", "flask", "flask-cors", "httpx2", "datasette")
    tools = {name for name in dev if name in started or "stubs" in name or name.startswith("types-")}
    assert not dev & product
    assert imported(("tests",)) - product == dev - tools
