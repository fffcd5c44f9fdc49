"""Run inside QGIS by ``probe.py``: the layers of each campaign, and the one that the temporal controller plays."""

from probe import draw, questions, rules, without_class
from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsFeatureRequest,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime


def campaigns(folder, target):
    """Open the project, read and draw the layers of campaigns, filter the one that follows time year by year."""
    told = []
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: told.append(f"{tag}: {text}"))
    book = QgsProject.instance()
    asked = questions(book)
    read = book.read(f"{folder}/atlas.qgz")
    found = {}
    for name, layer in book.mapLayers().items():
        if not name.startswith("atlas_couche_campagne"):
            continue
        layer.setLabelsEnabled(False)
        settings = QgsMapSettings()
        settings.setLayers([layer])
        draw(settings, book, book.viewSettings().defaultViewExtent(), f"{target}/{name}.png")
        found[name] = {
            "valid": layer.isValid(),
            "title": layer.name(),
            "crs": layer.crs().authid(),
            "rows": [[row["id"], row["campagne"]] for row in layer.getFeatures()],
            "rules": [one["label"] for one in rules(layer)],
            "wrong": [one["label"] for one in rules(layer) if one["error"]],
            "without_class": without_class(layer),
            "played": layer.temporalProperties().isActive(),
            "years": years(layer) if layer.temporalProperties().isActive() else {},
        }
    time = book.timeSettings()
    span = [one.toString("yyyy-MM-dd") for one in (time.temporalRange().begin(), time.temporalRange().end())]
    themes = book.mapThemeCollection().mapThemes()
    return {"read": read, "asked": asked, "log": told, "layers": found, "span": span, "themes": themes}


def years(layer):
    """Count what is drawn in the middle of each year."""
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    shown = {}
    for year in range(2018, 2028):
        ends = [QDateTime(QDate(year, month, 1), QTime(0, 0)) for month in (6, 7)]
        wanted = layer.temporalProperties().createFilterString(context, QgsDateTimeRange(*ends))
        shown[year] = sorted(
            {row["campagne"] for row in layer.getFeatures(QgsFeatureRequest().setFilterExpression(wanted))}
        )
    return shown
