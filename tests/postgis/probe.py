"""Run by the Python of the system, inside QGIS: opens an edition's layers and project from PostGIS, as JSON.

Usage: probe.py SCHEMA TARGET; the server is where PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD say.
"""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def layers(schema, names):
    """Open each table alone, as a planner drags it in from the browser, with its default style."""
    told = {}
    for name, shape in names.items():
        uri = QgsDataSourceUri()
        server = [os.environ[one] for one in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD")]
        uri.setConnection(*server)
        uri.setDataSource(schema, name, "geom" if shape else None, "", "fid")
        layer = QgsVectorLayer(uri.uri(), name, "postgres")
        _message, loaded = layer.loadDefaultStyle()
        told[name] = {
            "valid": layer.isValid(),
            "count": layer.featureCount(),
            "crs": layer.crs().authid(),
            "style": loaded,
            "renderer": layer.renderer().type() if layer.renderer() else "",
            "rules": [rule.label() for rule in layer.renderer().rootRule().children()] if shape and loaded else [],
            "aliases": {field.name(): field.comment() for field in layer.fields()},
        }
    return told


def project(schema, target):
    """Open the project that the schema holds and draw its first theme."""
    book = QgsProject.instance()
    user, word = quote(os.environ["PGUSER"], safe=""), quote(os.environ["PGPASSWORD"], safe="")
    place = f"{user}:{word}@{os.environ['PGHOST']}:{os.environ['PGPORT']}"
    base = quote(os.environ["PGDATABASE"], safe="")
    read = book.read(
        f"postgresql://{place}?sslmode=disable&dbname={base}&schema={quote(schema, safe='')}&project=atlas"
    )
    held = book.mapLayers()
    vectors = {name: layer for name, layer in held.items() if layer.providerType() == "postgres"}
    theme = book.mapThemeCollection().mapThemes()[0]
    settings = QgsMapSettings()
    settings.setLayers(book.mapThemeCollection().mapThemeVisibleLayers(theme))
    settings.setDestinationCrs(book.crs())
    settings.setExtent(book.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(900, 700))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(f"{target}/theme.png")
    return {
        "read": read,
        "error": book.error(),
        "theme": theme,
        "layers": {name: [layer.isValid(), layer.featureCount()] for name, layer in vectors.items()},
        "others": sorted(layer.providerType() for name, layer in held.items() if name not in vectors),
        "colours": job.renderedImage().convertToFormat(4).colorCount(),
    }


if __name__ == "__main__":
    schema, target = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    names = json.loads(Path(target, "tables.json").read_text("utf-8"))
    told = {"layers": layers(schema, names), "project": project(schema, target)}
    Path(target, "told.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    QgsProject.instance().clear()
    application.exitQgis()
