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
  map.createPane("noms").style.zIndex = 450;  // names lie over what is drawn and under counts
  for (const [table, group] of Object.entries(Atlas.groups)) {
    group.bindTooltip((shape) => Atlas.tooltip(table, shape.row), {sticky: true, opacity: 1});
    group.on("click", (event) => Atlas.open(table, event.layer.row));
    group.clearLayers().addTo(map);
    Atlas.label(table);
  }
  Atlas.prepareMarks();
};

// Permanent names, where a layer asks for them.
Atlas.labels = {};
Atlas.label = (table) => {
  if (!Atlas.data.couches.some((layer) => layer.table === table && layer.etiquette)) return;
  Atlas.labels[table] = L.layerGroup();
  for (const shape of Atlas.shapes[table]) {
    if (!shape) continue;
    const name = Atlas.make("span", {}, Atlas.text(table, "nom", shape.row));
    const tip = L.tooltip(shape.feature.properties.p, {
      pane: "noms", permanent: true, direction: "center", className: `place place-${table}`, interactive: false, opacity: 1});
    tip.setContent(name);
    tip.shape = shape;
    Atlas.labels[table].addLayer(tip);
  }
};

// A name moves up or down where it would lie over residences, and hides where it meets another or has no room.
Atlas.spaceLabels = () => {
  const {map} = Atlas, kept = [];
  // Names of what is drawn on top come first.
  for (const table of Object.keys(Atlas.labels).reverse()) {
    Atlas.labels[table].eachLayer((tip) => {
      const element = tip.getElement();
      if (!element) return;
      element.hidden = false;
      const {x, y} = map.project(tip.getLatLng()), {offsetWidth: width, offsetHeight: height} = element;
      const hits = (shift) => Atlas.marks.filter(({at, radius}) => Math.abs(at.x - x) < width / 2 + radius
        && Math.abs(at.y - y - shift) < height / 2 + radius).length;
      element.style.marginTop = `${[-14, 14, -28, 28, -42, 42].reduce((best, shift) => (hits(shift) < hits(best) ? shift : best), 0)}px`;
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
