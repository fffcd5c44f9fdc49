"use strict";
// Ties the parts together: controls, counters, legend, the address that reopens the same view, print.
Atlas.say = (message, link = "") => { document.getElementById("message").replaceChildren(message, ...(link ? [" ", link] : [])); };

Atlas.refresh = ({map = true} = {}) => {
  const {state} = Atlas, rows = {};
  const answer = (name) => (rows[name] ||= Atlas.rows(name));
  if (map) {
    Atlas.drawPolygons();
    const drawn = Atlas.drawResidences(Atlas.table("residences") ? answer("residences") : []);
    document.documentElement.dataset.dessinees = drawn;
    const lost = drawn || Atlas.state.residences ? (rows.residences?.length || 0) - drawn : 0;
    document.getElementById("sans-place").textContent = lost
      ? `${Atlas.number(lost)} résidence${lost > 1 ? "s" : ""} sans position connue, dans le tableau seulement.` : "";
  }
  if (Atlas.table("residences")) Atlas.count(answer("residences"));
  Atlas.drawTable(answer(state.tableau));
  Atlas.showLegends();
  Atlas.showCampaign();
  Atlas.writeHash();
};

Atlas.count = (rows) => {
  const {state} = Atlas, table = Atlas.table("residences"), sizes = table.champs.nb_logements?.v || [];
  const known = table.nombre - table.absents.size;
  const dwellings = rows.reduce((sum, row) => sum + (sizes[row] || 0), 0);
  const put = (id, text) => { const place = document.getElementById(id); if (place) place.textContent = text; };
  put("compte-residences", Atlas.number(rows.length));
  put("compte-total", rows.length === known ? "" : `sur ${Atlas.number(known)}`);
  put("compte-logements", Atlas.number(dwellings));
  for (const id of new Set([Atlas.data.niveaux[Atlas.data.synthese], state.residences].filter(Boolean))) {
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
  const themes = [state.residences, state.secteurs].filter(Boolean)
    .map((id) => { const layer = Atlas.active(id); return layer.table === "residences" ? layer.titre : `${layer.titre}, par ${Atlas.table(layer.table).singulier}`; });
  if (!themes.length) themes.push(Atlas.data.apercu ? "Communes et quartiers" : "Limites");
  if (Atlas.data.campagnes.length > 1) themes.push(`campagne ${state.campagne}`);
  document.getElementById("theme").textContent = themes.join(" · ");
  const asked = [state.recherche && `« ${state.recherche} »`, ...Object.entries(state.filtres).filter(([, value]) => value)
    .map(([column, value]) => Atlas.filterWords(column, value)), state.liste && Atlas.listWords()].filter(Boolean);
  const set = Object.values(state.filtres).filter(Boolean).length + Number(Boolean(state.liste)), said = document.getElementById("filtres-mis");
  if (said) said.textContent = set ? `\u00a0(${set})` : "";
  const told = document.getElementById("filtres-actifs");
  told.textContent = asked.length ? `Sélection – ${asked.join(" ; ")}` : "";
};

Atlas.listWords = () => `liste de « Où loger ? »${Atlas.state.demande ? ` : ${Atlas.state.demande}` : ""}`;

// Controls say what the state says.
Atlas.fillControls = () => {
  const {state} = Atlas;
  document.getElementById("recherche").value = state.recherche;
  for (const select of document.querySelectorAll("select[data-filter]")) select.value = state.filtres[select.dataset.filter] || "";
  for (const group of ["campagne", "residences", "secteurs"]) {
    const select = document.getElementById(`choix-${group}`);
    if (select) select.value = state[group];
  }
  const before = document.getElementById("choix-avant");
  if (before) {
    before.replaceChildren(...Atlas.yearsBefore(state.campagne).map((year) => Atlas.make("option", {value: year}, String(year))));
    before.disabled = !before.options.length;
    before.value = state.avant || "";
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
  document.getElementById("choix-campagne")?.addEventListener("change", (event) => Atlas.chooseCampaign(Number(event.target.value)));
  document.getElementById("choix-avant")?.addEventListener("change", (event) => Atlas.compareWith(Number(event.target.value)));
  for (const box of document.querySelectorAll("input[data-layer]")) {
    box.addEventListener("change", () => { state.reperes[box.checked ? "add" : "delete"](box.dataset.layer); Atlas.refresh(); });
  }
  for (const box of document.querySelectorAll("input[data-class]")) {
    box.addEventListener("change", () => { state.caches[box.checked ? "delete" : "add"](box.dataset.class); state.page = 0; Atlas.refresh(); Atlas.sayCount(); });
  }
  for (const radio of document.querySelectorAll('input[name="tableau"]')) {
    radio.addEventListener("change", () => { Object.assign(state, {tableau: radio.value, page: 0, tri: "nom", sens: 1}); Atlas.refresh({map: false}); });
  }
  document.getElementById("filtrer")?.addEventListener("click", ({currentTarget}) => {
    const shown = currentTarget.getAttribute("aria-expanded") !== "true";
    currentTarget.setAttribute("aria-expanded", String(shown));
    document.getElementById("filtres").hidden = !shown;
  });
  document.getElementById("plan").addEventListener("change", (event) => Atlas.tiles(event.target.checked));
  document.getElementById("effacer").addEventListener("click", () => {
    Object.assign(state, {recherche: "", filtres: {}, page: 0, liste: null, demande: ""});
    state.caches.clear();
    Atlas.fillControls();
    Atlas.refresh();
    Atlas.sayCount();
  });
  document.getElementById("imprimer").addEventListener("click", () => window.print());
};

Atlas.sayCount = () => {
  if (!document.getElementById("compte-residences")) return;
  Atlas.say(`${document.getElementById("compte-residences").textContent} résidences affichées.`);
};

// Height on paper (mm) of the sentences above the map: their lines, guessed, as paper cannot be measured beforehand.
Atlas.saidOnPaper = () => [["filtres-actifs", 90, 4.5], ["campagne-dite", 115, 4], ["theme", 55, 5]]
  .reduce((sum, [id, letters, height]) => sum + Math.ceil(document.getElementById(id).textContent.length / letters) * height, 0);

// Print: the map takes the width of the paper, redrawn at once because the page is frozen right after.
Atlas.preparePrint = () => {
  const resize = (printing) => {
    const seen = Atlas.map.getBounds();
    Object.assign(Atlas, {printing, spreadAt: null});
    document.documentElement.classList.toggle("printing", printing);
    document.documentElement.style.setProperty("--said", Atlas.saidOnPaper());
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
Atlas.prepareCard();
Atlas.start();
Atlas.prepareTable();
Atlas.prepareSearch();
Atlas.prepareControls();
Atlas.preparePrint();
Atlas.reopen();
Atlas.map.on("moveend", Atlas.writeHash);
window.addEventListener("hashchange", () => { if (location.hash !== Atlas.written) Atlas.reopen(); });
document.documentElement.dataset.pret = "oui";
