"""schemas ← extractors ← pipeline; stages know no sibling; heavy libraries stay in their module."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONDUCTORS = {"pipeline.run", "pipeline.batch", "pipeline.cli", "pipeline.scoring", "pipeline.compare"}
STAGES = {f"pipeline.{name}" for name in ("official", "segment", "assemble", "normalise", "store", "compare")}
# a stage may use these pure helpers
HELPERS = {
    "pipeline.segment": {"pipeline.official", "pipeline.grid"},
    "pipeline.store": {"pipeline.normalise"},
    "pipeline.assemble": {"pipeline.measured"},
}
ONLY_IN = {
    "jieba": {"extractors.nlp"},
    "sqlalchemy": {"schemas.tables", "pipeline.store", "pipeline.batch", "pipeline.compare", "pipeline.exporters.frames"},
    "alembic": {"pipeline.store"},
    "openpyxl": {"pipeline.exporters.xlsx"},
    "selectolax": {"pipeline.parsers.html.tree"},
    "lxml": {"pipeline.parsers.zipxml"},
    "python_calamine": {"pipeline.parsers.sheets.xls"},
    "typer": {"pipeline.cli"},
    "rapidocr": {"pipeline.recognise"},
    "cv2": {"pipeline.recognise.raster", "pipeline.recognise.strokes", "pipeline.recognise.crops"},
    "PIL": {"pipeline.parsers.image"},
    "pypdfium2": {"pipeline.parsers.pdf", "pipeline.parsers.pdf.text", "pipeline.parsers.pdf.drawing", "pipeline.parsers.pdf.view"},
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


def test_heavy_libraries_stay_in_their_module():
    for name, imports in modules().items():
        for library, homes in ONLY_IN.items():
            if any(other.split(".")[0] == library for other in imports):
                assert name in homes, f"{name} imports {library}"
