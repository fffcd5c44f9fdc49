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
  // Names of what is drawn on top come first.
  for (const table of Object.keys(Atlas.labels).reverse()) {
    Atlas.labels[table].eachLayer((tip) => {
      const element = tip.getElement();
      if (!element) return;
      element.hidden = false;
      const named = tip.shape.getBounds(), box = element.getBoundingClientRect();
      const room = map.latLngToLayerPoint(named.getNorthEast()).x - map.latLngToLayerPoint(named.getSouthWest()).x;
      const met = kept.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
      element.hidden = met || room < box.width * (table === "quartiers" ? 0.6 : 0.9);
      if (!element.hidden) kept.push(box);
    });
  }
};

Atlas.active = (id) => Atlas.layersById.get(id) || null;

Atlas.polygonStyle = (table, row, filled, outline) => {
  const base = {interactive: true, stroke: false, fill: false, dashArray: null};
  const one = outline && Atlas.classOf(outline, row);
  // On an overview communes are to be chosen: one neutral grey, which says nothing of their occupation.
  const plain = Atlas.data.apercu && table === "communes" ? {...base, fill: true, fillColor: "#8b96a1", fillOpacity: 0.25} : base;
  if (!filled) return one ? {...plain, ...Atlas.outlineStyle(one), fill: plain.fill} : plain;
  const style = {...base, ...Atlas.surfaceStyle(Atlas.classOf(filled, row))};
  return one && !style.dashArray ? {...style, color: one.contour, weight: one.epaisseur} : style;
};

// The coloured background lies under every outline; residences are drawn last, the most fragile on top.
Atlas.drawPolygons = () => {
  const {state, groups} = Atlas, background = Atlas.active(state.secteurs);
  const tables = Object.keys(groups).filter((table) => table !== "residences");
  if (background) tables.sort((a, b) => (b === background.table) - (a === background.table));
  for (const table of tables) {
    const filled = background?.table === table ? background : null;
    const outline = Atlas.data.couches.find((layer) => layer.table === table && layer.genre === "contours" && state.reperes.has(layer.id));
    groups[table].clearLayers();
    Atlas.labels[table]?.remove();
    if (!filled && !outline) continue;
    const interactive = Boolean(filled) || (!background && (table === "quartiers" || (Atlas.data.apercu && table === "communes")));
    const order = outline ? (row) => Atlas.rankOf(outline, row) : (row) => row;
    const shapes = Atlas.shapes[table].filter(Boolean).sort((a, b) => order(a.row) - order(b.row));
    for (const shape of shapes) {
      const coloured = Atlas.table(table).absents.has(shape.row) ? null : filled;
      if (!coloured && !outline) continue;
      Object.assign(shape.options, {lineCap: "round"}, Atlas.polygonStyle(table, shape.row, coloured, outline), {interactive});
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
