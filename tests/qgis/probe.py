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
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsLayoutExporter,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsProjectBadLayerHandler,
    QgsProviderRegistry,
    QgsRenderContext,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument


def names(folder):
    """List the layers of a GeoPackage as QGIS finds them: none is left out because a list here forgot it."""
    found = QgsProviderRegistry.instance().querySublayers(f"{folder}/atlas.gpkg")
    return sorted(one.name() for one in found if one.name() != "layer_styles")


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
    for name in names(folder):
        layer = opened(folder, name)
        message, loaded = layer.loadDefaultStyle()
        told = {"loaded": loaded, "message": message, **described(layer), "styles": {}}
        number, identifiers, titles, descriptions, _ = layer.listStylesInDatabase()
        for identifier, title, description in list(zip(identifiers, titles, descriptions, strict=True))[:number]:
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
    asked = questions(book)
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
        settings = QgsLayoutExporter.PdfExportSettings()
        settings.textRenderFormat = QgsRenderContext.TextFormatAlwaysText  # for the test to read
        result, message = QgsLayoutExporter.exportToPdf(atlas, path, settings)
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
        "asked": asked,
        "code": code_inside(book),
        "crs": book.crs().authid(),
        "layers": {
            name: {
                "valid": layer.isValid(),
                "crs": layer.crs().authid() if layer.isSpatial() else None,
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


class Missing(QgsProjectBadLayerHandler):
    """What QGIS asks a window about when a layer is not found."""

    def __init__(self, asked):
        super().__init__()
        self.asked = asked

    def handleBadLayers(self, layers):
        self.asked += [f"couche introuvable : {layer.toElement().firstChildElement('id').text()}" for layer in layers]


def questions(book):
    """Collect what would open a window or a bar while a project opens."""
    asked = []
    book.setBadLayerHandler(Missing(asked))
    book.oldProjectVersionWarning.connect(lambda version: asked.append(f"ancienne version : {version}"))
    book.missingDatumTransforms.connect(lambda missing: asked.append(f"transformation absente : {missing}"))
    return asked


def code_inside(book):
    """Name what makes QGIS ask whether a project is to be trusted: Python in it, actions of its layers."""
    found = [scope for scope in ("Macros", "ExpressionFunctions") if book.readEntry(scope, "/pythonCode")[0]]
    for name, layer in book.mapLayers().items():
        if layer.type() == QgsMapLayer.VectorLayer:
            found += [f"action de {name}"] if layer.actions().actions() else []
            found += [f"formulaire de {name}"] if layer.editFormConfig().initCode() else []
    return found


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
    """Change the first name of every layer and move one residence, and save, as a planner does."""
    saved = {}
    for name in names(folder):
        layer = opened(folder, name)
        if not layer.isValid() or layer.fields().indexOf("nom") < 0:
            continue
        layer.loadDefaultStyle()
        layer.startEditing()
        feature = layer.getFeature(1)
        layer.changeAttributeValue(feature.id(), layer.fields().indexOf("nom"), "Renommée à la main")
        if name == "residences":
            geometry = feature.geometry()
            geometry.translate(25, -10)
            layer.changeGeometry(feature.id(), geometry)
        saved[name] = layer.commitChanges()
        del layer
    return saved


def export(folder, target):
    """Save the layer to correct under other names, as « Sauvegarder les entités sous… » does."""
    layer = QgsVectorLayer(f"{folder}/residences_a_corriger.gpkg", "corrections", "ogr")
    done = {}
    for driver, name, code in (("GPKG", "ailleurs.gpkg", "EPSG:3857"), ("GeoJSON", "ailleurs.geojson", "EPSG:4326")):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = driver
        options.ct = QgsCoordinateTransform(
            layer.crs(), QgsCoordinateReferenceSystem(code), QgsProject.instance().transformContext()
        )
        context = QgsProject.instance().transformContext()
        done[name] = QgsVectorFileWriter.writeAsVectorFormatV3(layer, f"{target}/{name}", context, options)[0]
    return done


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


def follow(folder, target):
    """Change one event, refuse another and add a third, as a planner does in the layer of filiation."""
    layer = QgsVectorLayer(f"{folder}/residences_a_corriger.gpkg|layername=filiation", "filiation", "ogr")
    style = layer.loadDefaultStyle()[1]
    told = described(layer)
    layer.startEditing()
    features = sorted(layer.getFeatures(), key=lambda feature: feature["id"])
    fields = layer.fields()
    done = [
        layer.changeAttributeValue(features[0].id(), fields.indexOf("evenement"), "démolition ou vente"),
        layer.changeAttributeValue(features[1].id(), fields.indexOf("evenement"), "aucun"),
    ]
    new = QgsFeature(fields)
    for name, value in {"campagne": 2022, "id": "R00030", "evenement": "livraison", "preuve": "visite"}.items():
        new.setAttribute(name, value)
    new.setGeometry(features[2].geometry())
    done.append(layer.addFeature(new))
    return {"style": style, **told, "done": done, "saved": layer.commitChanges()}


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
    from probe_years import campaigns

    tasks = {task.__name__: task for task in (geopackage, project, edit, correct, export, follow, slds, campaigns)}
    answer = tasks[task](folder, target)
    Path(target, f"{task}.json").write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
    sys.stdout.flush()
    os._exit(0)  # QGIS does not always leave in peace when run without a screen
