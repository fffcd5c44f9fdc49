"use strict";
// Residences on the map: a symbol each where they stand apart, a neutral count where they would hide one another. Over
// each of them in view lies a button, so that the keyboard and a screen reader go where the pointer goes.
Object.assign(Atlas, {placed: [], marks: [], buttons: L.layerGroup(), ring: L.layerGroup()});

// Smaller from afar, where symbols would hide each other; larger from near, where there is room.
Atlas.scale = (zoom) => Math.min(1.3, Math.max(0.68, 1 + (zoom - 14) * 0.13));

// Radius (px) of a count: a finger's room, or that of its digits.
Atlas.countRadius = (number) => Math.max(12, 6 + 3 * String(number).length);

Atlas.alone = (rows, zoom) => {
  const {map, shapes: {residences}} = Atlas, layer = Atlas.active(Atlas.state.residences), scale = Atlas.scale(zoom);
  return rows.map((row) => {
    const place = residences[row].getLatLng(), rank = Atlas.rankOf(layer, row);
    return {place, at: map.project(place, zoom), rows: [row], rank, radius: layer.classes[rank].rayon * scale + 1};
  });
};

// Marks in the order of rows; those that touch are merged at the place of the first, until none touches another.
// Distances are pixels of the whole world at this zoom: moving the map changes nothing. Neighbours are looked for in
// a grid, whose cells are as wide as two of the largest counts.
Atlas.gather = (rows, zoom, cell = 42) => {
  let marks = Atlas.alone(rows, zoom);
  for (let before = Infinity; marks.length < before;) {
    before = marks.length;
    const grid = new Map();
    marks = marks.filter((mark) => {
      const x = Math.floor(mark.at.x / cell), y = Math.floor(mark.at.y / cell), near = (i, j) => grid.get(`${i} ${j}`) || [];
      const touches = (other) => mark.at.distanceTo(other.at) < mark.radius + other.radius;
      let met;
      for (let i = x - 1; i <= x + 1 && !met; i++) for (let j = y - 1; j <= y + 1 && !met; j++) met = near(i, j).find(touches);
      if (!met) return grid.set(`${x} ${y}`, [...near(x, y), mark]);
      met.rows.push(...mark.rows);
      met.radius = Atlas.countRadius(met.rows.length);
      return false;
    });
  }
  return marks;
};

// The zoom from which a residence stands alone; 16, a few streets, where none sets it apart.
Atlas.zoomOf = (row) => {
  const {residences} = Atlas.shapes, place = residences[row].getLatLng();
  const near = Atlas.placed.filter((other) => place.distanceTo(residences[other].getLatLng()) < 200);
  const alone = (zoom) => Atlas.gather(near, zoom).some(({rows}) => rows.length === 1 && rows[0] === row);
  return [16, 17, 18, 19].find(alone) || 16;
};

Atlas.drawResidences = (rows) => {
  Atlas.placed = Atlas.active(Atlas.state.residences) ? rows.filter((row) => Atlas.shapes.residences?.[row]) : [];
  Atlas.spread();
  Atlas.drawButtons();
  return Atlas.placed.length;
};

// On paper a count could not be opened: there, every symbol is drawn, the most fragile on top.
Atlas.spread = () => {
  const {map, shapes, groups, placed} = Atlas, layer = Atlas.active(Atlas.state.residences), zoom = map.getZoom();
  Atlas.spreadAt = zoom;
  Atlas.marks = Atlas.printing ? Atlas.alone(placed, zoom).sort((a, b) => a.rank - b.rank) : Atlas.gather(placed, zoom);
  groups.residences?.clearLayers();
  // One options object per class, shared by its symbols: copying it 20,000 times is what would cost.
  const styles = layer?.classes.map((one) => Object.assign(Object.create(Atlas.Symbol.prototype.options), Atlas.symbolStyle(one)));
  for (const {rows, rank} of Atlas.marks) {
    if (rows.length > 1) continue;
    const shape = shapes.residences[rows[0]];
    shape.options = styles[rank];
    shape._radius = styles[rank].radius * Atlas.scale(zoom);
    groups.residences.addLayer(shape);
  }
  document.getElementById("groupes").hidden = Atlas.marks.length === placed.length;
  Atlas.spaceLabels();
};

// One button per mark in view, in the order of reading; the symbol under it answers the pointer itself.
Atlas.drawButtons = () => {
  const {map, make, buttons} = Atlas, seen = map.getBounds(), held = document.activeElement.mark;
  buttons.clearLayers();
  if (Atlas.printing) return;
  const inView = Atlas.marks.filter(({place}) => seen.contains(place)).sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x);
  for (const mark of inView) {
    const {rows, radius, place} = mark, many = rows.length > 1, size = 2 * Math.max(radius, 12);
    const said = many ? `${Atlas.number(rows.length)} résidences proches : les montrer` : Atlas.said("residences", rows[0]).filter(Boolean).join(", ");
    const button = make("button", {type: "button", class: many ? "mark many" : "mark", tabindex: mark === inView[0] ? 0 : -1,
      "aria-label": said, title: many && said}, many && Atlas.number(rows.length));
    button.mark = mark;
    const icon = L.divIcon({html: button, className: many ? "" : "under", iconSize: [size, size]});
    buttons.addLayer(L.marker(place, {icon, keyboard: false}).on("click", () => Atlas.choose(mark)));
  }
  if (held) Atlas.focusMark(({mark}) => mark.rows.includes(held.rows[0]));
  Atlas.drawRing();
};

Atlas.focusMark = (test) => {
  const all = [...Atlas.map.getPane("markerPane").querySelectorAll(".mark")], found = all.find(test);
  for (const button of found ? all : []) button.tabIndex = button === found ? 0 : -1;
  (found || Atlas.map.getContainer()).focus({preventScroll: true});
};

// Where the residence of the card is: around its symbol or the count that holds it, or alone where a filter hides it.
Atlas.drawRing = () => {
  const [table, row] = Atlas.state.choix || [], shape = table === "residences" && Atlas.shapes.residences?.[row];
  Atlas.ring.clearLayers();
  if (!shape) return;
  const mark = Atlas.marks.find(({rows}) => rows.includes(row)), size = 2 * (mark?.radius || 8) + 15;
  const icon = L.divIcon({className: "ring", iconSize: [size, size]});
  Atlas.ring.addLayer(L.marker(mark?.place || shape.getLatLng(), {icon, interactive: false, keyboard: false}));
};

Atlas.choose = ({rows}) => {
  const {map} = Atlas, most = map.getMaxZoom();
  if (rows.length === 1) return Atlas.open("residences", rows[0]);
  if (Atlas.gather(rows, most).length === 1) return Atlas.list(rows);
  const held = L.latLngBounds(rows.map((row) => Atlas.shapes.residences[row].getLatLng()));
  const zoom = Math.max(map.getZoom() + 1, map.getBoundsZoom(held, false, L.point(60, 60)));
  map.setView(held.getCenter(), Math.min(most, zoom), {animate: false});
};

// One stop of the keyboard for all of them: arrows go from one to the next.
Atlas.prepareMarks = () => {
  const {map} = Atlas, pane = map.getPane("markerPane");
  pane.setAttribute("role", "group");
  pane.setAttribute("aria-label", "Résidences de la carte ; les flèches vont de l’une à l’autre");
  Atlas.buttons.addTo(map);
  Atlas.ring.addTo(map);
  map.on("moveend", () => {
    if (map.getZoom() !== Atlas.spreadAt) Atlas.spread();
    Atlas.drawButtons();
  });
  pane.addEventListener("keydown", (event) => {
    const {mark} = event.target, step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (!mark || !(step || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) return Atlas.choose(mark);
    const all = [...pane.querySelectorAll(".mark")], next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    Atlas.focusMark((button) => button === next);
  });
};
