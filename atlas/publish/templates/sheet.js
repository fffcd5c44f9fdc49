"use strict";
// What opens when something is chosen: a few words under the pointer, a card beside the map.
Atlas.swatch = (layer, key) => {
  const drawn = document.querySelector(`[data-swatch="${CSS.escape(`${layer}|${key}`)}"] svg`);
  return drawn ? drawn.cloneNode(true) : "";
};

Atlas.themeOf = (table) => (table === "residences" ? Atlas.active(Atlas.state.residences) : Atlas.active(Atlas.state.secteurs));

// The name of a unit, then what the map shows of it.
Atlas.said = (table, row) => {
  const {text} = Atlas, layer = Atlas.themeOf(table), name = text(table, "nom", row) || "Sans nom";
  if (Atlas.table(table).absents.has(row)) return [name, Atlas.absentWords()];
  if (layer?.table !== table) return [name];
  return [name, layer.indicateur ? `${layer.titre} : ${text(table, layer.indicateur, row)}` : Atlas.classOf(layer, row).libelle];
};

Atlas.tooltip = (table, row) => {
  const {make} = Atlas, layer = Atlas.themeOf(table), [name, shown] = Atlas.said(table, row);
  const drawn = layer?.table === table && !Atlas.table(table).absents.has(row) && Atlas.swatch(layer.id, Atlas.classOf(layer, row).cle);
  return make("div", {class: "tip"}, make("strong", {}, name), shown && make("span", {}, drawn, shown));
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
    return {title: field.long || field.titre, value: Atlas.text(table, column, row), near: Atlas.near(table, column, row), threshold: rate?.seuil, reached,
      margin: field.m?.[row], population: field.population, level: column in Atlas.data.niveaux, column};
  });
  lines.splice(lines.findIndex((line) => line.column === "nb_logements") + 1, 0, ...Atlas.stockLines(table, row));
  // The level first: it is what one opens a sheet for.
  return [...lines.filter((line) => line.level), ...lines.filter((line) => !line.level)];
};

// Of which answer a level hangs, said beside it where it is told; known of the campaign shown first alone.
Atlas.near = (table, column, row) => {
  const close = Atlas.data.proches[column], latest = Atlas.state.campagne === Atlas.data.campagnes[0].annee;
  const classes = Atlas.layersById.get(Atlas.data.niveaux[column])?.classes ?? [];
  const told = classes.some((one) => one.cle === Atlas.text(table, column, row));
  const said = latest && told && Atlas.table(table).champs[close] && Atlas.text(table, close, row);
  return said ? `, ${said}` : "";
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
  const own = [Atlas.mapLink(table, row), Atlas.pageLink(table, row)].filter(Boolean), found = [...own, ...holders.filter(Boolean)];
  for (const link of own) link.className = "button";
  return found.length ? Atlas.make("ul", {class: "pages"}, ...found.map((link) => Atlas.make("li", {}, link))) : "";
};

// How many answers would flip the criterion: shown where the edition may show it.
Atlas.marginWords = ({margin, population}) => {
  if (margin == null) return "";
  const number = Math.abs(margin), word = number === 1 ? population.replace(/s( |$)/g, "$1") : population;
  return margin > 0 ? `, dépassé de ${number} ${word}` : `, à ${number} ${word}`;
};

// What is read of a unit: its lines, in the order of the layer.
Atlas.sheet = (table, row) => {
  const {make} = Atlas, list = make("dl");
  for (const line of Atlas.lines(table, row)) {
    if (!line.value) continue;
    const said = line.level ? [Atlas.levelSwatch(table, row, line.column, line.value), line.value + line.near] : [line.value];
    const group = make("div", {class: line.reached ? "reached" : null}, make("dt", {}, line.title), make("dd", {}, ...said));
    if (line.threshold != null) {
      const told = line.reached ? `critère atteint (seuil ${line.threshold} %)` : `seuil ${line.threshold} %`;
      group.append(make("dd", {class: "threshold"}, told + Atlas.marginWords(line)));
    }
    list.append(group);
  }
  return list;
};

// The card: beside the map on a wide screen, a drawer at the foot of a narrow one.
Atlas.show = (kind, title, content, still = false) => {
  const card = document.getElementById("encart"), heading = document.getElementById("encart-titre");
  if (!card.contains(document.activeElement)) Atlas.back = document.activeElement;
  document.getElementById("encart-genre").textContent = kind;
  heading.textContent = title;
  document.getElementById("encart-corps").replaceChildren(...content.filter(Boolean));
  card.hidden = false;
  card.scrollTop = 0;
  Atlas.drawRing();
  Atlas.writeHash();
  if (!still) heading.focus({preventScroll: true});
};

Atlas.close = () => {
  const card = document.getElementById("encart"), held = card.contains(document.activeElement);
  Atlas.state.choix = null;
  card.hidden = true;
  Atlas.drawRing();
  Atlas.writeHash();
  if (!held) return;
  // A mark may have been drawn again since; a row of the table may be gone.
  if (Atlas.back.mark) Atlas.focusMark(({mark}) => mark.rows.includes(Atlas.back.mark.rows[0]));
  else (Atlas.back.isConnected ? Atlas.back : Atlas.map.getContainer()).focus({preventScroll: true});
};

// Scrolls until the map is seen above the drawer; gives the height (px) of the map that the drawer still covers.
Atlas.reveal = () => {
  const card = document.getElementById("encart"), drawer = getComputedStyle(card).position === "fixed";
  const floor = drawer ? card.getBoundingClientRect().top : window.innerHeight, bottom = () => Atlas.map.getContainer().getBoundingClientRect().bottom;
  window.scrollBy(0, Math.min(document.getElementById("carte").getBoundingClientRect().top, Math.max(0, bottom() - floor)));
  return drawer ? Math.max(0, bottom() - floor) : 0;
};

// Opens the card of a unit: ``go`` moves the map to it, ``still`` moves neither the page, nor the map, nor the focus.
Atlas.open = (table, row, {go = false, still = false} = {}) => {
  const {map, data} = Atlas, shape = Atlas.shapes[table]?.[row], name = Atlas.text(table, "nom", row) || "Sans nom";
  if (Atlas.table(table).absents.has(row)) {
    const link = Atlas.pageLink(table, row);
    Atlas.close();
    Atlas.say(`${name} : ${Atlas.absentWords()}.`, link);
    if (go && link) link.focus();
    return;
  }
  Atlas.state.choix = [table, row];
  const kind = [Atlas.table(table).singulier, data.campagnes.length > 1 && `campagne ${Atlas.state.campagne}`].filter(Boolean).join(" · ");
  const nowhere = !shape && Atlas.make("p", {class: "past"}, "Position inconnue, absente de la carte.");
  Atlas.show(kind, name, [Atlas.links(table, row), nowhere, Atlas.sheet(table, row)], still);
  if (still) return;
  const room = {paddingTopLeft: [28, 28], paddingBottomRight: [28, 28 + Atlas.reveal()], animate: false};
  if (shape?.getBounds) {
    if (go) map.fitBounds(shape.getBounds(), {...room, maxZoom: 16});
  } else if (shape) {
    if (go) map.setView(shape.getLatLng(), Math.max(map.getZoom(), Atlas.zoomOf(row)), {animate: false});
    map.panInside(shape.getLatLng(), room);
  }
};

// Residences that no scale of the map sets apart.
Atlas.list = (rows) => {
  const {make} = Atlas, layer = Atlas.active(Atlas.state.residences);
  const items = rows.map((row) => {
    const button = make("button", {type: "button", class: "show"}, Atlas.text("residences", "nom", row) || "Sans nom");
    button.addEventListener("click", () => Atlas.open("residences", row));
    return make("li", {}, Atlas.swatch(layer.id, Atlas.classOf(layer, row).cle), button);
  });
  Atlas.state.choix = null;
  Atlas.show("au même endroit", `${Atlas.number(rows.length)} résidences`, [make("ul", {class: "together"}, ...items)]);
  Atlas.reveal();
};

Atlas.prepareCard = () => {
  document.querySelector("#encart .close").addEventListener("click", Atlas.close);
  document.querySelector(".view").addEventListener("keydown", (event) => { if (event.key === "Escape") Atlas.close(); });
};
