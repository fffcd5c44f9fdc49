"use strict";
// The address: everything needed to reopen the same view.
Atlas.writeHash = () => {
  if (!Atlas.ready) return;
  const {state, map} = Atlas, middle = map.getCenter(), said = new URLSearchParams();
  said.set("carte", [map.getZoom(), middle.lat.toFixed(5), middle.lng.toFixed(5)].join("/"));
  if (state.campagne !== Atlas.data.campagnes[0].annee) said.set("c", state.campagne);
  if (state.avant && state.avant !== Atlas.yearsBefore(state.campagne)[0]) said.set("avant", state.avant);
  said.set("r", state.residences);
  if (state.secteurs) said.set("f", state.secteurs);
  said.set("reperes", [...state.reperes].join(","));
  if (state.recherche) said.set("q", state.recherche);
  for (const [column, value] of Object.entries(state.filtres)) if (value) said.set(`_${column}`, value);
  if (state.liste) { said.set("liste", [...state.liste].join("|")); said.set("demande", state.demande); }
  if (state.caches.size) said.set("sans", [...state.caches].join("|"));
  said.set("t", [state.tableau, state.tri, state.sens, state.page].join(","));
  if (state.choix) said.set("voir", `${state.choix[0]},${Atlas.text(state.choix[0], "id", state.choix[1])}`);
  Atlas.written = `#${said}`;
  history.replaceState(null, "", Atlas.written);
};

Atlas.readHash = () => {
  const said = new URLSearchParams(location.hash.slice(1)), {state} = Atlas;
  Atlas.start();
  if (Atlas.years[said.get("c")]) state.campagne = Number(said.get("c"));
  const years = Atlas.yearsBefore(state.campagne);
  state.avant = years.includes(Number(said.get("avant"))) ? Number(said.get("avant")) : years[0];
  const layer = (id, group) => Atlas.active(id)?.groupe === group;
  if (layer(said.get("r"), "residences")) state.residences = said.get("r");
  if (layer(said.get("f"), "secteurs")) state.secteurs = said.get("f");
  if (said.has("reperes")) state.reperes = new Set(said.get("reperes").split(",").filter((id) => layer(id, "reperes")));
  state.recherche = said.get("q") || "";
  for (const [key, value] of said) if (key.startsWith("_") && Atlas.table("residences") && Atlas.filtersOf("residences").includes(key.slice(1))) state.filtres[key.slice(1)] = value;
  // A list made by « Où loger ? »: the residences that it found, by identifier, and what was asked of it.
  if (said.has("liste") && Atlas.table("residences")) Object.assign(state, {liste: new Set(said.get("liste").split("|").filter(Boolean)), demande: said.get("demande") || ""});
  if (said.has("sans")) state.caches = new Set(said.get("sans").split("|"));
  const [tableau, tri, sens, page] = (said.get("t") || "").split(",");
  if (Atlas.data.tables[tableau]) Object.assign(state, {tableau, tri, sens: Number(sens) < 0 ? -1 : 1, page: Number(page) || 0});
  const place = (said.get("carte") || "").split("/").map(Number);
  return {place: place.length === 3 && place.every(Number.isFinite) ? place : null, chosen: (said.get("voir") || "").split(",")};
};

Atlas.reopen = () => {
  Atlas.ready = false;
  Atlas.close();
  const {place, chosen} = Atlas.readHash();
  if (place) Atlas.map.setView([place[1], place[2]], place[0], {animate: false});
  Atlas.fillControls();
  Atlas.refresh();
  Atlas.ready = true;
  const ids = Atlas.data.tables[chosen[0]]?.champs.id.v;
  const row = ids ? ids.indexOf(chosen.slice(1).join(",")) : -1;
  if (row >= 0) Atlas.open(chosen[0], row, place ? {still: true} : {go: true});
};
