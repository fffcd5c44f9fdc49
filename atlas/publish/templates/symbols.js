"use strict";
// What the page knows, how symbols are drawn, and what folium's layers call back. Runs before the map's own script.
const Atlas = {
  data: JSON.parse(document.getElementById("donnees").textContent),
  shapes: {},   // by table, the Leaflet layer of each row that has a place
  patterns: new Map(),
};

Atlas.layersById = new Map(Atlas.data.couches.map((layer) => [layer.id, layer]));

// The classes of a row are digits in base 36, one character per row.
Atlas.rankOf = (layer, row) => parseInt(Atlas.table(layer.table).classes[layer.id][row], 36);
Atlas.classOf = (layer, row) => layer.classes[Atlas.rankOf(layer, row)];

Atlas.pattern = (hatch, colour) => {
  const key = `${hatch} ${colour}`;
  if (!Atlas.patterns.has(key)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = pen.fillStyle = colour;
    if (hatch === "diagonale") {
      pen.lineWidth = 1.3;
      pen.beginPath();
      for (const shift of [-6, 0, 6]) { pen.moveTo(shift, 6); pen.lineTo(shift + 6, 0); }
      pen.stroke();
    } else {
      pen.fillRect(1, 1, 1.4, 1.4);
      pen.fillRect(4, 4, 1.4, 1.4);
    }
    Atlas.patterns.set(key, pen.createPattern(tile, "repeat"));
  }
  return Atlas.patterns.get(key);
};

L.Canvas.include({
  _updateSymbol(layer) {
    if (!this._drawing || layer._empty()) return;
    const pen = this._ctx, {x, y} = layer._point, radius = layer._radius;
    const outline = Atlas.data.formes[layer.options.forme] || [];
    pen.beginPath();
    if (!outline.length) {
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    } else if (layer.options.forme === "cross") {
      for (let i = 0; i < outline.length; i += 2) {
        pen.moveTo(x + radius * outline[i][0], y + radius * outline[i][1]);
        pen.lineTo(x + radius * outline[i + 1][0], y + radius * outline[i + 1][1]);
      }
    } else {
      outline.forEach(([dx, dy], i) => pen[i ? "lineTo" : "moveTo"](x + radius * dx, y + radius * dy));
      pen.closePath();
    }
    if (layer.options.halo) {
      pen.setLineDash([]);
      pen.globalAlpha = 0.9;
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = layer.options.weight + 2.4;
      pen.stroke();
    }
    this._fillStroke(pen, layer);
  },
});

Atlas.Symbol = L.CircleMarker.extend({
  _updatePath() { this._renderer._updateSymbol(this); },
});

Atlas.marker = (feature, place) => new Atlas.Symbol(place, {radius: 5});
Atlas.styler = () => () => ({});
Atlas.register = (table) => (feature, shape) => {
  shape.row = feature.properties.i;
  (Atlas.shapes[table] ||= [])[shape.row] = shape;
};

Atlas.symbolStyle = (one) => ({
  forme: one.forme, radius: one.rayon, color: one.contour, weight: one.epaisseur, opacity: 1, halo: true,
  dashArray: one.tirets || null, fill: one.forme !== "cross", fillOpacity: 1,
  fillColor: one.trame ? Atlas.pattern(one.trame, one.contour) : one.couleur,
});

Atlas.surfaceStyle = (one) => ({
  stroke: true, color: one.tirets ? one.contour : "#ffffff", weight: one.tirets ? 1.2 : 1, opacity: 1,
  dashArray: one.tirets || null, fill: true, fillOpacity: one.trame ? 0.75 : 0.8,
  fillColor: one.trame ? Atlas.pattern(one.trame, one.contour) : one.couleur,
});

Atlas.outlineStyle = (one) => ({
  stroke: true, color: one.contour, weight: one.epaisseur, opacity: 1, dashArray: one.tirets || null,
  lineCap: one.tirets ? "butt" : "round", fill: false,
});

// Builds an element; texts always go through textContent.
Atlas.make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child || child === 0));
  return element;
};
