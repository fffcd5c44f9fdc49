"use strict";
// The table that is equivalent to the map: sortable from the keyboard, a page of rows at a time.
Atlas.PAGE = window.innerWidth < 640 ? 20 : 50;

// The columns of a table, then what the map shows and no column says: another indicator, dwellings that a filter asks.
Atlas.columns = (name) => {
  const {state} = Atlas, table = Atlas.table(name), theme = Atlas.themeOf(name);
  const asked = Object.keys(table.parc).filter((feature) => state.filtres[feature]).map((feature) => `${feature}:${state.filtres[feature]}`);
  const shown = table.colonnes.flatMap((column) => (column === "nb_logements" ? [column, ...asked] : [column]));
  if (theme?.table === name) shown.push(theme.indicateur);
  return [...new Set(shown)].filter((column) => table.champs[column]);
};

Atlas.drawTable = (rows) => {
  const {state, make} = Atlas, name = state.tableau, table = Atlas.table(name), columns = Atlas.columns(name);
  if (!columns.includes(state.tri)) Object.assign(state, {tri: columns[0], sens: 1});
  const pages = Math.max(1, Math.ceil(rows.length / Atlas.PAGE));
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  const sorted = Atlas.sorted(name, rows), from = state.page * Atlas.PAGE;
  const head = make("tr", {}, ...columns.map(Atlas.headCell));
  const body = sorted.slice(from, from + Atlas.PAGE).map((row) => Atlas.bodyRow(name, table, columns, row));
  document.querySelector("#tableau thead").replaceChildren(head);
  document.querySelector("#tableau tbody").replaceChildren(...body);
  const told = rows.length
    ? `${Atlas.number(from + 1)} à ${Atlas.number(Math.min(from + Atlas.PAGE, rows.length))} sur ${Atlas.number(rows.length)}`
    : "Aucune ligne ne répond à la recherche et aux filtres.";
  document.getElementById("tableau-titre").textContent = `Tableau des ${Atlas.plural(table)}`;
  document.getElementById("tableau-pages").textContent = told;
  document.getElementById("avant").disabled = state.page === 0;
  document.getElementById("apres").disabled = state.page >= pages - 1;
};

Atlas.headCell = (column) => {
  const {state, make} = Atlas, field = Atlas.table(state.tableau).champs[column];
  const sorted = state.tri === column;
  const button = make("button", {type: "button", class: "sort", "data-column": column, title: field.long || null}, field.titre,
    make("span", {class: "arrow", "aria-hidden": "true"}, sorted ? (state.sens > 0 ? "▲" : "▼") : "↕"));
  return make("th", {scope: "col", class: field.genre === "texte" ? null : "number",
    "aria-sort": sorted ? (state.sens > 0 ? "ascending" : "descending") : "none"}, button);
};

Atlas.bodyRow = (name, table, columns, row) => {
  const {make, text} = Atlas, href = Atlas.pageOf(name, row);
  const link = href && make("a", {href}, table.liens.court, make("span", {class: "visually-hidden"}, ` : ${text(name, "nom", row)}`));
  const cells = columns.map((column, rank) => {
    const field = table.champs[column], said = text(name, column, row) || "–";
    const heading = {"data-heading": field.titre};
    if (rank === 0) {
      return make("th", {scope: "row"}, make("button", {type: "button", class: "show", "data-row": row}, said), link && make("small", {}, link));
    }
    if (column in Atlas.data.niveaux) return make("td", {...heading, class: "level"}, make("span", {}, Atlas.levelSwatch(name, row, column, said), said + Atlas.near(name, column, row)));
    if (column === "situation" && text(name, "code_qpv", row)) {
      return make("td", heading, make("span", {}, said, make("small", {class: "soft"}, ` ${text(name, "code_qpv", row)}`)));
    }
    const rate = field.genre === "taux" && Atlas.filterLayer(name, column);
    const reached = rate && rate.seuil != null && Atlas.classOf(rate, row).atteint;
    const kind = field.genre === "texte" ? null : Atlas.figure(field, row) != null ? "number" : "number status";
    const cell = make("td", {...heading, class: [kind, reached && "reached"].filter(Boolean).join(" ") || null}, said);
    if (reached) cell.append(make("span", {class: "visually-hidden"}, " (critère atteint)"));
    return cell;
  });
  return make("tr", {}, ...cells);
};

// The symbol of a row's level; where no layer maps levels of this kind of unit, the symbol of the same word.
Atlas.levelSwatch = (name, row, column, said) => {
  const own = Atlas.data.couches.find((one) => one.table === name && one.colonne === column);
  const layer = own || Atlas.layersById.get(Atlas.data.niveaux[column]);
  const key = own ? Atlas.classOf(own, row).cle : layer?.classes.find((one) => one.cle === said)?.cle;
  return layer && key ? Atlas.swatch(layer.id, key) : "";
};

Atlas.prepareTable = () => {
  const {state} = Atlas;
  document.querySelector("#tableau thead").addEventListener("click", (event) => {
    const button = event.target.closest("button.sort");
    if (!button) return;
    const column = button.dataset.column;
    Object.assign(state, {sens: state.tri === column ? -state.sens : 1, tri: column, page: 0});
    Atlas.refresh({map: false});
    document.querySelector(`#tableau button.sort[data-column="${column}"]`).focus();
    const field = Atlas.table(state.tableau).champs[column];
    Atlas.say(`Trié par ${field.titre}, ordre ${state.sens > 0 ? "croissant" : "décroissant"}.`);
  });
  document.querySelector("#tableau tbody").addEventListener("click", (event) => {
    const button = event.target.closest("button.show");
    if (button) Atlas.open(state.tableau, Number(button.dataset.row), {go: true});
  });
  for (const [id, step] of [["avant", -1], ["apres", 1]]) {
    document.getElementById(id).addEventListener("click", () => {
      state.page += step;
      Atlas.refresh({map: false});
      Atlas.say(`Lignes ${document.getElementById("tableau-pages").textContent}`);
    });
  }
};
