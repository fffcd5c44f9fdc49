"use strict";
// What opens when something is chosen: a few words under the pointer, a sheet on the map.
Atlas.swatch = (layer, key) => {
  const drawn = document.querySelector(`[data-swatch="${CSS.escape(`${layer}|${key}`)}"] svg`);
  return drawn ? drawn.cloneNode(true) : "";
};

Atlas.themeOf = (table) => (table === "residences" ? Atlas.active(Atlas.state.residences) : Atlas.active(Atlas.state.secteurs));

Atlas.tooltip = (table, row) => {
  const {make, text} = Atlas, layer = Atlas.themeOf(table);
  const body = make("div", {class: "tip"}, make("strong", {}, text(table, "nom", row) || "Sans nom"));
  if (Atlas.table(table).absents.has(row)) {
    body.append(make("span", {}, Atlas.absentWords()));
  } else if (layer && layer.table === table) {
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
  const lines = [...new Set(shown)].filter((column) => Atlas.table(table).champs[column]).map((column) => {
    const field = Atlas.table(table).champs[column];
    const rate = Atlas.filterLayer(table, column);
    const reached = rate?.seuil != null && Atlas.classOf(rate, row).atteint;
    return {title: field.long || field.titre, value: Atlas.text(table, column, row), threshold: rate?.seuil, reached,
      margin: field.m?.[row], population: field.population, level: column in Atlas.data.niveaux, column};
  });
  lines.splice(lines.findIndex((line) => line.column === "nb_logements") + 1, 0, ...Atlas.stockLines(table, row));
  // The level first: it is what one opens a sheet for.
  return [...lines.filter((line) => line.level), ...lines.filter((line) => !line.level)];
};

// How many dwellings have each size, in the words of the dwellings' file.
Atlas.stockLines = (table, row) => Object.values(Atlas.table(table).parc).map(({titre, n}) => {
  const told = Object.entries(n).filter(([, counts]) => counts[row] > 0);
  return {title: titre, value: told.map(([word, counts]) => `${word}\u00a0: ${Atlas.number(counts[row])}`.replace(/ /g, "\u00a0")).join(" · ") || "non renseigné"};
});

// Where the page of a unit is; empty when the edition has none.
Atlas.pageOf = (table, row) => {
  const {liens, champs} = Atlas.table(table);
  if (!liens) return "";
  const other = liens.autres[row];
  return other === "" ? "" : Atlas.data.racine + (other ?? liens.debut + champs.id.v[row] + liens.fin);
};

Atlas.pageLink = (table, row, named = "") => {
  const href = Atlas.pageOf(table, row);
  return href && Atlas.make("a", {href}, Atlas.table(table).liens.dit, named && ` : ${named}`);
};

// From an overview to the map that shows a unit with its residences.
Atlas.mapLink = (table, row) => {
  const {cartes, champs} = Atlas.table(table), page = cartes?.pages[cartes.i[row]];
  return page && Atlas.make("a", {href: `${page[0]}#${new URLSearchParams({voir: `${table},${champs.id.v[row]}`})}`}, page[1]);
};

// The map of the unit, its own page, then those of the quarter and of the commune that hold it.
Atlas.links = (table, row) => {
  const holders = Object.entries(Atlas.table(table).dans).filter(([, rows]) => rows[row] >= 0)
    .map(([kind, rows]) => Atlas.pageLink(kind, rows[row], Atlas.text(kind, "nom", rows[row])));
  const found = [Atlas.mapLink(table, row), Atlas.pageLink(table, row), ...holders].filter(Boolean);
  return found.length ? Atlas.make("ul", {class: "pages"}, ...found.map((link) => Atlas.make("li", {}, link))) : "";
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
    const said = line.level ? [Atlas.levelSwatch(table, row, line.column, line.value), line.value] : [line.value];
    const group = make("div", {class: line.reached ? "reached" : null}, make("dt", {}, line.title), make("dd", {}, ...said));
    if (line.threshold != null) {
      const told = line.reached ? `critère atteint (seuil ${line.threshold} %)` : `seuil ${line.threshold} %`;
      group.append(make("dd", {class: "threshold"}, told + Atlas.marginWords(line)));
    }
    list.append(group);
  }
  const title = make("h3", {tabindex: "-1"}, text(table, "nom", row) || "Sans nom");
  const kind = [Atlas.table(table).singulier, Atlas.data.campagnes.length > 1 && `campagne ${Atlas.state.campagne}`].filter(Boolean).join(" · ");
  return make("div", {class: "sheet", tabindex: "0"}, make("p", {class: "kind"}, kind), title, Atlas.links(table, row), list);
};

Atlas.open = (table, row, place, focus = false, still = false) => {
  const shape = Atlas.shapes[table]?.[row], {map} = Atlas;
  const stop = (words) => {
    const link = Atlas.pageLink(table, row);
    Atlas.say(`${Atlas.text(table, "nom", row)} : ${words}`, link);
    if (focus && link) link.focus();
  };
  if (Atlas.table(table).absents.has(row)) return stop(`${Atlas.absentWords()}.`);
  const content = Atlas.sheet(table, row);
  Atlas.state.choix = [table, row];
  Atlas.writeHash();
  if (!shape) return stop("position inconnue, absente de la carte.");
  const at = place || (shape.getLatLng ? shape.getLatLng() : L.latLng(shape.feature.properties.p));
  if (focus) {
    if (shape.getBounds) map.fitBounds(shape.getBounds(), {maxZoom: 16, animate: false});
    else {
      // Lower than the middle at once: the sheet holds above the point, and the keyboard need not wait for the map.
      map.setView(at, Math.max(map.getZoom(), 16), {animate: false});
      map.panBy([0, -Math.min(map.getSize().y * 0.38, 170)], {animate: false});
    }
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
