"use strict";
// The campaign that is shown: every figure, class, count and date of the page follows it.
Atlas.chooseCampaign = (year) => Atlas.showYears({campagne: year, avant: Atlas.yearsBefore(year)[0]});

// The campaigns before one, the nearest first: those that it may be compared with.
Atlas.yearsBefore = (year) => Atlas.data.campagnes.map((one) => one.annee).filter((one) => one < year).sort((a, b) => b - a);

// To compare two campaigns is to look at who moved.
Atlas.compareWith = (year) => {
  const moves = Atlas.data.couches.find((layer) => layer.colonne === "mouvement");
  if (moves) { Atlas.state.residences = moves.id; Atlas.state.caches.clear(); }
  Atlas.showYears({avant: year});
};

Atlas.showYears = (years) => {
  const {state} = Atlas, chosen = state.choix;
  Object.assign(state, years, {page: 0});
  Atlas.close();
  Atlas.fillControls();
  Atlas.refresh();
  Atlas.sayCount();
  if (chosen) Atlas.open(...chosen, {still: true});
};

Atlas.absentWords = () => `absent de la campagne ${Atlas.state.campagne}`;

Atlas.showCampaign = () => {
  const {annee, jour, dite} = Atlas.data.campagnes.find((one) => one.annee === Atlas.state.campagne);
  for (const place of document.querySelectorAll("[data-jour]")) place.textContent = jour;
  document.querySelector(".subtitle span").textContent = dite;
  const past = annee === Atlas.data.campagnes[0].annee ? "" : Atlas.pastWords(annee);
  const moves = Atlas.active(Atlas.state.residences)?.colonne === "mouvement" && Atlas.movesWords();
  document.getElementById("campagne-dite").textContent = [past, moves].filter(Boolean).join(" ");
};

// An earlier campaign is told as such, with what it lacks and what it had that has no place any more.
Atlas.pastWords = (year) => {
  const latest = Atlas.data.campagnes[0].annee, tables = Object.values(Atlas.years[year]);
  const many = (number, table) => `${Atlas.number(number)} ${number > 1 ? Atlas.plural(table) : table.singulier}`;
  const list = (key) => tables.map((table) => [key(table), table]).filter(([number]) => number).map(([number, table]) => many(number, table));
  const absent = list((table) => table.absents.size), gone = list((table) => table.disparues);
  return [`Campagne ${year} ; la plus récente est celle de ${latest}. Les niveaux suivent les règles en vigueur à la publication.`,
    absent.length && `Absents de cette campagne et non montrés : ${absent.join(", ")}.`,
    gone.length && `Connus de cette campagne seulement, sans place sur la carte et non montrés : ${gone.join(", ")}.`].filter(Boolean).join(" ");
};

Atlas.movesWords = () => {
  const {campagne, avant} = Atlas.state;
  return avant ? `Évolution de ${avant} à ${campagne}, d’après ce que chaque enquête publie.` : `Aucune enquête avant ${campagne} : rien à comparer.`;
};

Atlas.plural = (table) => (table.titre === "IRIS" ? "IRIS" : table.titre.toLowerCase());
