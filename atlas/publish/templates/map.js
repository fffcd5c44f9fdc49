"use strict";
// The map: what is drawn, in which order, and what opens when something is chosen.
Atlas.groups = Object.fromEntries(Object.keys(Atlas.shapes).map((table) => [table, window[`geo_json_${table}`]]));
Atlas.map = map_atlas;

Atlas.prepareMap = () => {
  const {map} = Atlas;
  map.setMaxZoom(19);
  L.control.zoom({zoomInTitle: "Zoomer", zoomOutTitle: "Dézoomer"}).addTo(map);
  L.control.scale({imperial: false}).addTo(map);
  map.attributionControl.setPrefix("Leaflet");
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", "Carte ; le tableau plus bas en est l’équivalent");
  for (const [table, group] of Object.entries(Atlas.groups)) {
    group.bindTooltip((shape) => Atlas.tooltip(table, shape.row), {sticky: true, opacity: 1});
    group.on("click", (event) => Atlas.open(table, event.layer.row, event.latlng));
    group.clearLayers().addTo(map);
    Atlas.label(table);
  }
  map.on("zoomend", () => { Atlas.scaleSymbols(); Atlas.spaceLabels(); });
  map.getContainer().addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
  map.on("popupopen", (event) => {
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", "Fermer");
    close.setAttribute("title", "Fermer");
  });
};

// Permanent names, where a layer asks for them; hidden when wider than what they name.
Atlas.labels = {};
Atlas.label = (table) => {
  if (!Atlas.data.couches.some((layer) => layer.table === table && layer.etiquette)) return;
  Atlas.labels[table] = L.layerGroup();
  for (const shape of Atlas.shapes[table]) {
    if (!shape) continue;
    const name = Atlas.make("span", {}, Atlas.text(table, "nom", shape.row));
    const tip = L.tooltip(shape.feature.properties.p, {
      permanent: true, direction: "center", className: `place place-${table}`, interactive: false, opacity: 1});
    tip.setContent(name);
    tip.shape = shape;
    Atlas.labels[table].addLayer(tip);
  }
};

Atlas.spaceLabels = () => {
  const {map} = Atlas, kept = [];
  for (const table of ["quartiers", "communes"]) {
    Atlas.labels[table]?.eachLayer((tip) => {
      const element = tip.getElement();
      if (!element) return;
      element.hidden = false;
      const named = tip.shape.getBounds(), box = element.getBoundingClientRect();
      const room = map.latLngToLayerPoint(named.getNorthEast()).x - map.latLngToLayerPoint(named.getSouthWest()).x;
      const met = kept.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
      element.hidden = met || room < box.width * (table === "communes" ? 0.9 : 0.6);
      if (!element.hidden) kept.push(box);
    });
  }
};

Atlas.active = (id) => Atlas.layersById.get(id) || null;

Atlas.polygonStyle = (table, row, filled, outline) => {
  const base = {interactive: true, stroke: false, fill: false, dashArray: null};
  const one = outline && Atlas.classOf(outline, row);
  if (!filled) return one ? {...base, ...Atlas.outlineStyle(one)} : base;
  const style = {...base, ...Atlas.surfaceStyle(Atlas.classOf(filled, row))};
  return one && !style.dashArray ? {...style, color: one.contour, weight: one.epaisseur} : style;
};

// The coloured background lies under every outline; residences are drawn last, the most fragile on top.
Atlas.drawPolygons = () => {
  const {state, groups} = Atlas, background = Atlas.active(state.secteurs);
  const tables = ["communes", "iris", "quartiers"].filter((table) => groups[table]);
  if (background) tables.sort((a, b) => (b === background.table) - (a === background.table));
  for (const table of tables) {
    const filled = background?.table === table ? background : null;
    const outline = Atlas.data.couches.find((layer) => layer.table === table && layer.genre === "contours" && state.reperes.has(layer.id));
    groups[table].clearLayers();
    Atlas.labels[table]?.remove();
    if (!filled && !outline) continue;
    const interactive = Boolean(filled) || (table === "quartiers" && !background);
    const order = outline ? (row) => Atlas.rankOf(outline, row) : (row) => row;
    const shapes = Atlas.shapes[table].filter(Boolean).sort((a, b) => order(a.row) - order(b.row));
    for (const shape of shapes) {
      Object.assign(shape.options, {lineCap: "round"}, Atlas.polygonStyle(table, shape.row, filled, outline), {interactive});
      groups[table].addLayer(shape);
    }
    if (outline && outline.etiquette) Atlas.labels[table].addTo(Atlas.map);
  }
  Atlas.spaceLabels();
};

Atlas.drawResidences = (rows) => {
  const group = Atlas.groups.residences, layer = Atlas.active(Atlas.state.residences);
  if (!group) return 0;
  group.clearLayers();
  if (!layer) return 0;
  const scale = Atlas.scale(), shapes = Atlas.shapes.residences;
  // One options object per class, shared by its symbols: copying it 20,000 times is what would cost.
  const styles = layer.classes.map((one) => Object.assign(Object.create(Atlas.Symbol.prototype.options), Atlas.symbolStyle(one)));
  const byClass = styles.map(() => []);
  for (const row of rows) if (shapes[row]) byClass[Atlas.rankOf(layer, row)].push(shapes[row]);
  byClass.forEach((members, rank) => {
    for (const shape of members) {
      shape.options = styles[rank];
      shape._radius = styles[rank].radius * scale;
      group.addLayer(shape);
    }
  });
  return byClass.reduce((sum, members) => sum + members.length, 0);
};

// Smaller from afar, where symbols would hide each other; larger from near, where there is room.
Atlas.scale = () => Math.min(1.3, Math.max(0.68, 1 + (Atlas.map.getZoom() - 14) * 0.13));

Atlas.scaleSymbols = () => {
  const layer = Atlas.active(Atlas.state.residences), scale = Atlas.scale();
  if (!layer || !Atlas.groups.residences || scale === Atlas.lastScale) return;
  Atlas.lastScale = scale;
  Atlas.groups.residences.eachLayer((shape) => {
    shape._radius = shape.options.radius * scale;
    shape.redraw();
  });
};

Atlas.swatch = (layer, key) => {
  const drawn = document.querySelector(`[data-swatch="${CSS.escape(`${layer}|${key}`)}"] svg`);
  return drawn ? drawn.cloneNode(true) : "";
};

Atlas.themeOf = (table) => (table === "residences" ? Atlas.active(Atlas.state.residences) : Atlas.active(Atlas.state.secteurs));

Atlas.tooltip = (table, row) => {
  const {make, text} = Atlas, layer = Atlas.themeOf(table);
  const body = make("div", {class: "tip"}, make("strong", {}, text(table, "nom", row) || "Sans nom"));
  if (layer && layer.table === table) {
    const one = Atlas.classOf(layer, row);
    const said = layer.indicateur ? `${layer.titre} : ${text(table, layer.indicateur, row)}` : one.libelle;
    body.append(make("span", {}, Atlas.swatch(layer.id, one.cle), said));
  }
  return body;
};

// Every line of a sheet: heading, text of the edition, and for a criterion its threshold and whether it is reached.
Atlas.lines = (table, row) => {
  const layer = Atlas.themeOf(table)?.table === table ? Atlas.themeOf(table)
    : Atlas.data.couches.find((candidate) => candidate.table === table);
  const shown = layer ? layer.infobulle : Atlas.table(table).colonnes;
  return [...new Set(shown)].filter((column) => Atlas.table(table).champs[column]).map((column) => {
    const field = Atlas.table(table).champs[column];
    const rate = Atlas.filterLayer(table, column);
    const reached = rate?.seuil != null && Atlas.classOf(rate, row).atteint;
    return {title: field.long || field.titre, value: Atlas.text(table, column, row), threshold: rate?.seuil, reached,
      margin: field.m?.[row], population: field.population, level: column === "niveau"};
  });
};

// How many answers would flip the criterion: shown where the edition may show it.
Atlas.marginWords = ({margin, population}) => {
  if (margin == null) return "";
  const number = Math.abs(margin), word = number === 1 ? population.replace(/s( |$)/g, "$1") : population;
  return margin > 0 ? `, dépassé de ${number} ${word}` : `, à ${number} ${word}`;
};

Atlas.sheet = (table, row) => {
  const {make, text} = Atlas, list = make("dl");
  for (const line of Atlas.lines(table, row)) {
    if (!line.value) continue;
    const said = line.level ? [Atlas.levelSwatch(table, row, line.value), line.value] : [line.value];
    const group = make("div", {class: line.reached ? "reached" : null}, make("dt", {}, line.title), make("dd", {}, ...said));
    if (line.threshold != null) {
      const told = line.reached ? `critère atteint (seuil ${line.threshold} %)` : `seuil ${line.threshold} %`;
      group.append(make("dd", {class: "threshold"}, told + Atlas.marginWords(line)));
    }
    list.append(group);
  }
  const title = make("h3", {tabindex: "-1"}, text(table, "nom", row) || "Sans nom");
  return make("div", {class: "sheet", tabindex: "0"}, make("p", {class: "kind"}, Atlas.table(table).singulier), title, list);
};

Atlas.open = (table, row, place, focus = false, still = false) => {
  const shape = Atlas.shapes[table]?.[row], {map} = Atlas;
  const content = Atlas.sheet(table, row);
  Atlas.state.choix = [table, row];
  Atlas.writeHash();
  if (!shape) { Atlas.say(`${Atlas.text(table, "nom", row)} : position inconnue, absente de la carte.`); return; }
  const at = place || (shape.getLatLng ? shape.getLatLng() : L.latLng(shape.feature.properties.p));
  if (focus) {
    if (shape.getBounds) map.fitBounds(shape.getBounds(), {maxZoom: 16, animate: false});
    else map.setView(at, Math.max(map.getZoom(), 16), {animate: false});
  }
  const popup = L.popup({autoPan: !still, maxWidth: Math.min(400, map.getSize().x - 60), minWidth: Math.min(340, map.getSize().x - 60), autoPanPadding: [16, 16]}).setLatLng(at).setContent(content).openOn(map);
  popup.getElement().setAttribute("role", "dialog");
  popup.getElement().setAttribute("aria-label", content.querySelector("h3").textContent);
  popup.on("remove", () => {
    Atlas.state.choix = null;
    Atlas.writeHash();
    if (focus && Atlas.back) Atlas.back.focus();
  });
  if (focus) content.querySelector("h3").focus({preventScroll: true});
};

// The optional background: removed, with a message, after a few errors or five seconds of silence.
Atlas.tiles = (wanted) => {
  const {map} = Atlas, box = document.getElementById("plan");
  clearTimeout(Atlas.silence);
  tile_layer_ign.off().remove();
  box.checked = wanted;
  if (!wanted) return;
  let failed = 0, loaded = 0;
  const give = () => {
    Atlas.tiles(false);
    Atlas.say("Fond de plan indisponible (pas de réseau) : les données restent affichées.");
  };
  tile_layer_ign.on("tileerror", () => { failed += 1; if (failed >= 4 && !loaded) give(); });
  tile_layer_ign.on("tileload", () => { loaded += 1; clearTimeout(Atlas.silence); });
  Atlas.silence = setTimeout(() => { if (!loaded) give(); }, 5000);
  Atlas.say("");
  tile_layer_ign.addTo(map).bringToBack();
};
