"use strict";
// Ties the parts together: controls, counters, legend, the address that reopens the same view, print.
Atlas.say = (message) => { document.getElementById("message").textContent = message; };

Atlas.refresh = ({map = true} = {}) => {
  const {state} = Atlas, rows = {};
  const answer = (name) => (rows[name] ||= Atlas.rows(name));
  if (map) {
    Atlas.drawPolygons();
    const drawn = Atlas.table("residences") ? Atlas.drawResidences(answer("residences")) : 0;
    document.documentElement.dataset.dessinees = drawn;
    const lost = drawn || Atlas.state.residences ? (rows.residences?.length || 0) - drawn : 0;
    document.getElementById("sans-place").textContent = lost
      ? `${Atlas.number(lost)} résidence${lost > 1 ? "s" : ""} sans position connue, dans le tableau seulement.` : "";
  }
  if (Atlas.table("residences")) Atlas.count(answer("residences"));
  Atlas.drawTable(answer(state.tableau));
  Atlas.showLegends();
  Atlas.writeHash();
};

Atlas.count = (rows) => {
  const {state} = Atlas, table = Atlas.table("residences"), sizes = table.champs.nb_logements?.v || [];
  const dwellings = rows.reduce((sum, row) => sum + (sizes[row] || 0), 0);
  const put = (id, text) => { const place = document.getElementById(id); if (place) place.textContent = text; };
  put("compte-residences", Atlas.number(rows.length));
  put("compte-total", rows.length === table.nombre ? "" : `sur ${Atlas.number(table.nombre)}`);
  put("compte-logements", Atlas.number(dwellings));
  for (const id of new Set(["residences_niveau", state.residences])) {
    const layer = Atlas.active(id);
    if (!layer) continue;
    const counts = new Array(layer.classes.length).fill(0);
    for (const row of rows) counts[Atlas.rankOf(layer, row)] += 1;
    layer.classes.forEach((one, rank) => {
      for (const place of document.querySelectorAll(`[data-count="${CSS.escape(`${id}|${one.cle}`)}"]`)) {
        place.textContent = state.caches.has(one.cle) && id === state.residences ? "–" : Atlas.number(counts[rank]);
        const empty = place.closest(".status-count");
        if (empty) empty.hidden = counts[rank] === 0;
      }
    });
  }
};

Atlas.showLegends = () => {
  const {state} = Atlas;
  for (const legend of document.querySelectorAll("[data-legend]")) {
    const id = legend.dataset.legend;
    legend.hidden = !(id === state.residences || id === state.secteurs || state.reperes.has(id));
  }
  document.getElementById("theme").textContent = [state.residences, state.secteurs].filter(Boolean)
    .map((id) => { const layer = Atlas.active(id); return layer.table === "residences" ? layer.titre : `${layer.titre}, par ${Atlas.table(layer.table).singulier}`; }).join(" · ");
  const asked = [state.recherche && `« ${state.recherche} »`, ...Object.entries(state.filtres).filter(([, value]) => value)
    .map(([column, value]) => {
      const field = Atlas.table("residences")?.champs[column], layer = Atlas.filterLayer("residences", column);
      const said = field?.genre === "taux" && layer ? layer.classes.find((one) => one.cle === value)?.libelle : value;
      return `${field?.titre || column} : ${said}`;
    })].filter(Boolean);
  const told = document.getElementById("filtres-actifs");
  told.textContent = asked.length ? `Sélection – ${asked.join(" ; ")}` : "";
};

// Controls say what the state says.
Atlas.fillControls = () => {
  const {state} = Atlas;
  document.getElementById("recherche").value = state.recherche;
  for (const select of document.querySelectorAll("select[data-filter]")) select.value = state.filtres[select.dataset.filter] || "";
  for (const group of ["residences", "secteurs"]) {
    const select = document.getElementById(`choix-${group}`);
    if (select) select.value = state[group];
  }
  for (const box of document.querySelectorAll("input[data-layer]")) box.checked = state.reperes.has(box.dataset.layer);
  for (const box of document.querySelectorAll("input[data-class]")) {
    box.checked = !state.caches.has(box.dataset.class);
  }
  const radio = document.querySelector(`input[name="tableau"][value="${CSS.escape(state.tableau)}"]`);
  if (radio) radio.checked = true;
};

Atlas.prepareControls = () => {
  const {state, make} = Atlas;
  for (const select of document.querySelectorAll("select[data-filter]")) {
    const column = select.dataset.filter;
    select.append(...Atlas.filterOptions("residences", column).map(([value, label]) => make("option", {value}, label)));
    select.addEventListener("change", () => { state.filtres[column] = select.value; state.page = 0; Atlas.refresh(); Atlas.sayCount(); });
  }
  for (const group of ["residences", "secteurs"]) {
    document.getElementById(`choix-${group}`)?.addEventListener("change", (event) => {
      state[group] = event.target.value;
      if (group === "residences") { state.caches.clear(); Atlas.fillControls(); }
      Atlas.refresh();
    });
  }
  for (const box of document.querySelectorAll("input[data-layer]")) {
    box.addEventListener("change", () => { state.reperes[box.checked ? "add" : "delete"](box.dataset.layer); Atlas.refresh(); });
  }
  for (const box of document.querySelectorAll("input[data-class]")) {
    box.addEventListener("change", () => { state.caches[box.checked ? "delete" : "add"](box.dataset.class); state.page = 0; Atlas.refresh(); Atlas.sayCount(); });
  }
  for (const radio of document.querySelectorAll('input[name="tableau"]')) {
    radio.addEventListener("change", () => { Object.assign(state, {tableau: radio.value, page: 0, tri: "nom", sens: 1}); Atlas.refresh({map: false}); });
  }
  document.getElementById("plan").addEventListener("change", (event) => Atlas.tiles(event.target.checked));
  document.getElementById("effacer").addEventListener("click", () => {
    Object.assign(state, {recherche: "", filtres: {}, page: 0});
    state.caches.clear();
    Atlas.fillControls();
    Atlas.refresh();
    Atlas.sayCount();
  });
  document.getElementById("imprimer").addEventListener("click", () => window.print());
};

Atlas.sayCount = () => {
  Atlas.say(`${document.getElementById("compte-residences").textContent} résidences affichées.`);
};

// The address: everything needed to reopen the same view.
Atlas.writeHash = () => {
  if (!Atlas.ready) return;
  const {state, map} = Atlas, middle = map.getCenter(), said = new URLSearchParams();
  said.set("carte", [map.getZoom(), middle.lat.toFixed(5), middle.lng.toFixed(5)].join("/"));
  said.set("r", state.residences);
  if (state.secteurs) said.set("f", state.secteurs);
  said.set("reperes", [...state.reperes].join(","));
  if (state.recherche) said.set("q", state.recherche);
  for (const [column, value] of Object.entries(state.filtres)) if (value) said.set(`_${column}`, value);
  if (state.caches.size) said.set("sans", [...state.caches].join("|"));
  said.set("t", [state.tableau, state.tri, state.sens, state.page].join(","));
  if (state.choix) said.set("voir", `${state.choix[0]},${Atlas.text(state.choix[0], "id", state.choix[1])}`);
  Atlas.written = `#${said}`;
  history.replaceState(null, "", Atlas.written);
};

Atlas.readHash = () => {
  const said = new URLSearchParams(location.hash.slice(1)), {state} = Atlas;
  Atlas.start();
  const layer = (id, group) => Atlas.active(id)?.groupe === group;
  if (layer(said.get("r"), "residences")) state.residences = said.get("r");
  if (layer(said.get("f"), "secteurs")) state.secteurs = said.get("f");
  if (said.has("reperes")) state.reperes = new Set(said.get("reperes").split(",").filter((id) => layer(id, "reperes")));
  state.recherche = said.get("q") || "";
  for (const [key, value] of said) if (key.startsWith("_") && Atlas.table("residences")?.filtres.includes(key.slice(1))) state.filtres[key.slice(1)] = value;
  if (said.has("sans")) state.caches = new Set(said.get("sans").split("|"));
  const [tableau, tri, sens, page] = (said.get("t") || "").split(",");
  if (Atlas.data.tables[tableau]) Object.assign(state, {tableau, tri, sens: Number(sens) < 0 ? -1 : 1, page: Number(page) || 0});
  const place = (said.get("carte") || "").split("/").map(Number);
  return {place: place.length === 3 && place.every(Number.isFinite) ? place : null, chosen: (said.get("voir") || "").split(",")};
};

Atlas.reopen = () => {
  Atlas.ready = false;
  const {place, chosen} = Atlas.readHash();
  if (place) Atlas.map.setView([place[1], place[2]], place[0], {animate: false});
  Atlas.fillControls();
  Atlas.refresh();
  Atlas.ready = true;
  const ids = Atlas.data.tables[chosen[0]]?.champs.id.v;
  const row = ids ? ids.indexOf(chosen.slice(1).join(",")) : -1;
  if (row >= 0) Atlas.open(chosen[0], row, null, !place, Boolean(place));
};

// Print: the map takes the width of the paper, redrawn at once because the page is frozen right after.
Atlas.preparePrint = () => {
  const resize = (printing) => {
    const seen = Atlas.map.getBounds();
    document.documentElement.classList.toggle("printing", printing);
    Atlas.map.options.zoomSnap = printing ? 0 : 0.5;
    Atlas.map.invalidateSize({animate: false, pan: false});
    if (printing) Atlas.map.fitBounds(seen, {animate: false});
    Atlas.map.eachLayer((layer) => { if (layer instanceof L.Canvas) { layer._update(); layer._redraw(); } });
  };
  let before = null;
  window.addEventListener("beforeprint", () => { before = [Atlas.map.getCenter(), Atlas.map.getZoom()]; resize(true); });
  window.addEventListener("afterprint", () => { resize(false); if (before) Atlas.map.setView(...before, {animate: false}); });
};

Atlas.prepareMap();
Atlas.start();
Atlas.prepareTable();
Atlas.prepareSearch();
Atlas.prepareControls();
Atlas.preparePrint();
Atlas.reopen();
Atlas.map.on("moveend", Atlas.writeHash);
window.addEventListener("hashchange", () => { if (location.hash !== Atlas.written) Atlas.reopen(); });
document.documentElement.dataset.pret = "oui";
