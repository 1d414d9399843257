"""The workbench: the same database in a browser and as an HTTP interface, offline.

    app = create_app(Settings("sqlite:///output/zhibiao.db", Path("output")))

`app.py` lists the parts; pages are in `pages/` (templates, styles and words under the same names), the interface for tools in `api/`.
"""

from pipeline.web.app import create_app
from pipeline.web.settings import Settings

__all__ = ["Settings", "create_app"]
