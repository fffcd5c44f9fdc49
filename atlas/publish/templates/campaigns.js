"use strict";
// The campaign that is shown: every figure, class, count and date of the page follows it.
Atlas.chooseCampaign = (year) => {
  const {state} = Atlas, chosen = state.choix;
  Object.assign(state, {campagne: year, page: 0});
  Atlas.close();
  Atlas.refresh();
  Atlas.sayCount();
  if (chosen) Atlas.open(...chosen, {still: true});
};

Atlas.absentWords = () => `absent de la campagne ${Atlas.state.campagne}`;

Atlas.showCampaign = () => {
  const {annee, jour, dite} = Atlas.data.campagnes.find((one) => one.annee === Atlas.state.campagne);
  for (const place of document.querySelectorAll("[data-jour]")) place.textContent = jour;
  document.querySelector(".subtitle span").textContent = dite;
  document.getElementById("campagne-dite").textContent = annee === Atlas.data.campagnes[0].annee ? "" : Atlas.pastWords(annee);
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

Atlas.plural = (table) => (table.titre === "IRIS" ? "IRIS" : table.titre.toLowerCase());
