"""Run by the Python of the system, inside QGIS: looks at an edition's files and says what QGIS makes of them, as JSON.

Usage: probe.py TASK FOLDER TARGET
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

LAYERS = (
    *("territoire", "situations", "communes", "quartiers", "iris", "bailleurs", "residences"),
    *("residences_emprises", "adresses", "series"),
)


def opened(folder, name):
    return QgsVectorLayer(f"{folder}/atlas.gpkg|layername={name}", name, "ogr")


def described(layer):
    """What QGIS knows of a layer once its style is loaded."""
    fields = layer.fields()
    return {
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "aliases": {field.name(): layer.attributeAlias(index) for index, field in enumerate(fields)},
        "widgets": {
            field.name(): [
                layer.editorWidgetSetup(index).type(),
                [next(iter(entry.values())) for entry in layer.editorWidgetSetup(index).config().get("map", [])],
            ]
            for index, field in enumerate(fields)
        },
        "read_only": [field.name() for index, field in enumerate(fields) if layer.editFormConfig().readOnly(index)],
        "metadata": layer.metadata().abstract(),
        "rules": rules(layer),
        "without_class": without_class(layer),
        "labels": layer.labelsEnabled() and layer.labeling().settings().fieldName,
        "label_scale": layer.labelsEnabled() and layer.labeling().settings().minimumScale,
        "filters": {entry.name: entry.expression for entry in layer.storedExpressionManager().storedExpressions()},
        "map_tips": map_tips(layer),
    }


def rules(layer):
    renderer = layer.renderer()
    if renderer is None or renderer.type() != "RuleRenderer":
        return []
    return [
        {
            "label": rule.label(),
            "filter": rule.filterExpression(),
            "error": bool(rule.filter() and rule.filter().hasParserError()),
            "layers": [part.layerType() for part in rule.symbol().symbolLayers()],
        }
        for rule in renderer.rootRule().children()
    ]


def without_class(layer):
    """Identifiers of the features that no class draws."""
    if layer.renderer() is None:
        return []
    context = QgsRenderContext()
    context.expressionContext().appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    lost = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        if not renderer.willRenderFeature(feature, context):
            lost.append(feature["id"])
    renderer.stopRender(context)
    return lost


def map_tips(layer, most=12):
    tips = []
    for feature in layer.getFeatures():
        if len(tips) == most or not layer.mapTipTemplate():
            break
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        context.setFeature(feature)
        tips.append(QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context))
    return tips


def geopackage(folder, target):
    """Open every layer alone, as a planner drags it in, with its default style, then with each other style."""
    found = {}
    for name in LAYERS:
        layer = opened(folder, name)
        if not layer.isValid():
            continue
        message, loaded = layer.loadDefaultStyle()
        told = {"loaded": loaded, "message": message, **described(layer), "styles": {}}
        number, identifiers, names, descriptions, _ = layer.listStylesInDatabase()
        for identifier, title, description in list(zip(identifiers, names, descriptions, strict=True))[:number]:
            qml, _ = layer.getStyleFromDatabase(identifier)
            document = QDomDocument()
            document.setContent(qml)
            done = layer.importNamedStyle(document)
            told["styles"][title] = {
                "loaded": done[0] if isinstance(done, tuple) else done,
                "rules": rules(layer),
                "without_class": without_class(layer),
                "description": description,
            }
        found[name] = told
        del layer
    return found


def project(folder, target):
    """Open the project, draw every theme, print every layout."""
    told_by_qgis = []
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: told_by_qgis.append(f"{tag}: {text}"))
    book = QgsProject.instance()
    read = book.read(f"{folder}/atlas.qgz")
    themes, layers = book.mapThemeCollection(), book.mapLayers()
    for layer in layers.values():
        if layer.type() == QgsMapLayer.VectorLayer:
            layer.setLabelsEnabled(False)  # pictures compare the same whatever the fonts
    extent = book.viewSettings().defaultViewExtent()
    for number, title in enumerate(themes.mapThemes()):
        settings = QgsMapSettings()
        settings.setLayers(themes.mapThemeVisibleLayers(title))
        settings.setLayerStyleOverrides({})
        draw(settings, book, extent, f"{target}/theme_{number:02d}.png")
    residences = layers.get("atlas_couche_residences_niveau")
    first = next(residences.getFeatures())
    layouts = {}
    for layout in book.layoutManager().printLayouts():
        atlas = layout.atlas()
        path = f"{target}/{layout.name()}.pdf"
        result, message = QgsLayoutExporter.exportToPdf(atlas, path, QgsLayoutExporter.PdfExportSettings())
        layouts[layout.name()] = {
            "coverage": atlas.coverageLayer() and atlas.coverageLayer().name(),
            "pages": atlas.count(),
            "result": [result, message],
            "pdf": path,
            "texts": [item.currentText() for item in layout.items() if hasattr(item, "currentText")],
        }
    return {
        "read": read,
        "error": book.error(),
        "log": told_by_qgis,
        "crs": book.crs().authid(),
        "layers": {
            name: {
                "valid": layer.isValid(),
                "source": layer.source(),
                "title": layer.name(),
                "visible": book.layerTreeRoot().findLayer(name).isVisible(),
                "rules": rules(layer) if layer.type() == QgsMapLayer.VectorLayer else [],
                "without_class": without_class(layer) if layer.type() == QgsMapLayer.VectorLayer else [],
                "count": layer.featureCount() if layer.type() == QgsMapLayer.VectorLayer else None,
            }
            for name, layer in layers.items()
        },
        "groups": [group.name() for group in book.layerTreeRoot().findGroups()],
        "themes": themes.mapThemes(),
        "relations": {
            relation.id(): [relation.isValid(), len(list(relation.getRelatedFeatures(first)))]
            for relation in book.relationManager().relations().values()
        },
        "first": first["id"],
        "bookmarks": {mark.name(): mark.group() for mark in book.bookmarkManager().bookmarks()},
        "layouts": layouts,
        "absolute": book.filePathStorage() == 0,
        "dirty": book.isDirty(),
    }


def draw(settings, book, extent, path):
    settings.setDestinationCrs(book.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(300, 280))
    settings.setOutputDpi(60)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)


def edit(folder, target):
    """Change one name and move one point in the project's residences, and save, as a planner does."""
    layer = opened(folder, "residences")
    layer.startEditing()
    feature = next(layer.getFeatures("\"id\" = 'R00003'"))
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf("nom"), "Renommée à la main")
    geometry = feature.geometry()
    geometry.translate(25, -10)
    layer.changeGeometry(feature.id(), geometry)
    return {"saved": layer.commitChanges()}


def correct(folder, target):
    """Change in the layer made for it what ``target/edits.json`` names by address, and save: values, and ``shift``."""
    edits = json.loads(Path(target, "edits.json").read_text("utf-8"))
    layer = QgsVectorLayer(f"{folder}/residences_a_corriger.gpkg", "corrections", "ogr")
    style = layer.loadDefaultStyle()[1]
    layer.startEditing()
    done = []
    for feature in layer.getFeatures():
        edit = edits.get(feature["id_adresse"], {})
        for column, value in edit.items():
            if column == "shift":
                geometry = feature.geometry()
                geometry.translate(*value)
                done.append(layer.changeGeometry(feature.id(), geometry))
            else:
                done.append(layer.changeAttributeValue(feature.id(), layer.fields().indexOf(column), value))
    return {"style": style, "rules": rules(layer), "done": done, "saved": layer.commitChanges()}


def slds(folder, target):
    """Load every SLD on its layer, named in ``target/tables.json``."""
    found = {}
    for name, table in json.loads(Path(target, "tables.json").read_text("utf-8")).items():
        layer = opened(folder, table)
        message, loaded = layer.loadSldStyle(f"{folder}/formats/{name}.sld")
        found[name] = {"loaded": loaded, "message": message, "rules": rules(layer)}
    return found


if __name__ == "__main__":
    application = QgsApplication([], True)
    application.initQgis()
    task, folder, target = sys.argv[1:]
    answer = {"geopackage": geopackage, "project": project, "edit": edit, "correct": correct, "slds": slds}[task](
        folder, target
    )
    Path(target, f"{task}.json").write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    sys.stdout.flush()
    os._exit(0)  # QGIS does not always leave in peace when run without a screen
