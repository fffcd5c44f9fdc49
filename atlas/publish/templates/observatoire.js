"use strict";
// Filters of the tables of residences: a row is shown when each of its fields holds what was chosen.
(() => {
  const box = document.getElementById("filtres"), told = document.getElementById("filtres-dit");
  if (!box) return;
  const selects = [...box.querySelectorAll("select")];
  const texts = (row, name) => [...row.querySelectorAll(`.f-${name}`)].map((one) => one.textContent);
  const rows = [...document.querySelectorAll("table.filtered tbody.rows tr")].map((row) => ({
    row, counted: !row.closest("table.quarters"), held: selects.map((select) => texts(row, select.dataset.filter)),
  }));
  const refresh = () => {
    let shown = 0;
    for (const {row, counted, held} of rows) {
      row.hidden = !selects.every((select, rank) => !select.value || held[rank].includes(select.value));
      shown += counted && !row.hidden;
    }
    const plural = shown > 1 ? "s" : "";
    told.textContent = `${shown} résidence${plural} affichée${plural} sur ${rows.filter((one) => one.counted).length}`;
  };
  box.hidden = false;
  box.addEventListener("change", () => {
    for (const one of document.querySelectorAll("details.residences-more")) one.open = true;
    refresh();
  });
  box.querySelector("button").addEventListener("click", () => {
    for (const select of selects) select.value = "";
    refresh();
    selects[0].focus();
  });
  refresh();
})();
