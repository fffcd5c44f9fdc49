"use strict";
// Search as you type: it filters everything, and proposes residences and places to go to.
Atlas.suggest = () => {
  const words = Atlas.plain(Atlas.state.recherche).split(" ").filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const name of new Set(["quartiers", "communes", "residences", ...Object.keys(Atlas.data.tables)])) {
    const table = Atlas.table(name), most = {quartiers: 3, residences: 7}[name] || 2;
    if (!table) continue;
    const hay = Atlas.haystack(name);
    table.noms ||= table.champs.nom.v.map((text) => ` ${Atlas.plain(text)}`);
    // Places answer by their own name; residences by their name first, then by anything known of them.
    const named = [], known = [];
    for (let row = 0; row < table.nombre && named.length < most; row++) {
      if (table.absents.has(row)) continue;
      if (words.every((word) => table.noms[row].includes(` ${word}`))) named.push({name, row});
      else if (name === "residences" && known.length < most && words.every((word) => hay[row].includes(` ${word}`))) known.push({name, row});
    }
    found.push(...[...named, ...known].slice(0, most));
  }
  const field = Atlas.table("residences")?.champs.bailleur;
  (field?.u || []).forEach((text) => {
    if (text && words.every((word) => ` ${Atlas.plain(text)}`.includes(` ${word}`))) found.push({name: "bailleur", text});
  });
  return found.slice(0, 12);
};

Atlas.prepareSearch = () => {
  const input = document.getElementById("recherche"), list = document.getElementById("propositions");
  const {make, state} = Atlas;
  let options = [], current = -1, waiting = 0;
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); current = -1; };
  const mark = (next) => {
    if (!options.length) return;
    current = (next + options.length) % options.length;
    [...list.children].forEach((item, rank) => item.setAttribute("aria-selected", String(rank === current)));
    input.setAttribute("aria-activedescendant", `proposition-${current}`);
    list.children[current].scrollIntoView({block: "nearest"});
  };
  const choose = (option) => {
    close();
    if (option.name === "bailleur") {
      state.filtres.bailleur = option.text;
      state.recherche = input.value = "";
      Atlas.fillControls();
      Atlas.refresh();
      return;
    }
    Atlas.open(option.name, option.row, {go: true});
  };
  const show = () => {
    options = Atlas.suggest();
    list.replaceChildren(...options.map((option, rank) => {
      const kind = option.name === "bailleur" ? "bailleur" : Atlas.table(option.name).singulier;
      const more = option.name === "residences"
        ? [Atlas.text("residences", "bailleur", option.row), Atlas.text("residences", "code_insee", option.row)].filter(Boolean).join(", ")
        : "";
      return make("li", {role: "option", id: `proposition-${rank}`, "aria-selected": "false", "data-rank": rank},
        make("span", {class: "kind"}, kind), make("strong", {}, option.text || Atlas.text(option.name, "nom", option.row)),
        more && make("span", {class: "more"}, more));
    }));
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(options.length > 0));
    current = -1;
    input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("input", () => {
    state.recherche = input.value;
    state.page = 0;
    show();
    clearTimeout(waiting);
    waiting = setTimeout(() => Atlas.refresh(), 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show();
      mark(event.key === "ArrowDown" ? current + 1 : current < 0 ? options.length - 1 : current - 1);
    } else if (event.key === "Enter" && !list.hidden && options.length) {
      event.preventDefault();
      choose(options[Math.max(current, 0)]);
    } else if (event.key === "Escape") {
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("li");
    if (item) { event.preventDefault(); choose(options[Number(item.dataset.rank)]); }
  });
  input.addEventListener("blur", close);
};
