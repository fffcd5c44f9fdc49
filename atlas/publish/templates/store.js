"use strict";
// What is asked (search, filters, choices) and which rows answer. Knows nothing of the screen.
Atlas.plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/œ/g, "oe")
  .replace(/[^a-z0-9%]+/g, " ").trim();

Atlas.table = (name) => (name === "residences" && Atlas.compared()) || Atlas.years[Atlas.state.campagne][name];

// Residences as they moved since another campaign than the one before, where one was chosen.
Atlas.compared = () => {
  const {campagne, avant} = Atlas.state, key = `${avant}-${campagne}`, told = Atlas.data.mouvements[key];
  if (!told) return null;
  const own = Atlas.years[campagne].residences;
  return (Atlas.pairs[key] ||= {...own, champs: {...own.champs, ...Object.fromEntries(Object.entries(told.champs).map(([column, field]) => [column, {...own.champs[column], ...field}]))},
    classes: {...own.classes, ...told.classes}});
};

// Tables of each campaign: those of the campaign shown first, where another replaces what changed.
Atlas.then = (table, past) => {
  const champs = {...table.champs};
  for (const [column, field] of Object.entries(past.champs)) champs[column] = {...champs[column], m: null, ...field};
  return {...table, champs, classes: {...table.classes, ...past.classes}, absents: new Set(past.absents), disparues: past.disparues};
};

Atlas.prepareTables = () => {
  const {tables, passe, campagnes} = Atlas.data;
  for (const table of Object.values(tables)) {
    Object.assign(table, {absents: new Set(), disparues: 0});
    for (const [feature, {n}] of Object.entries(table.parc)) {
      for (const [word, v] of Object.entries(n)) {
        table.champs[`${feature}:${word}`] = {genre: "nombre", titre: word[0].toUpperCase() + word.slice(1), v, vide: "non renseigné"};
      }
    }
  }
  Atlas.years = {};
  Atlas.pairs = {};
  for (const {annee} of campagnes) {
    const past = passe[annee];
    Atlas.years[annee] = past ? Object.fromEntries(Object.keys(past).map((name) => [name, Atlas.then(tables[name], past[name])])) : tables;
  }
};

Atlas.text = (table, column, row) => {
  const field = Atlas.table(table).champs[column];
  if (!field) return "";
  if (field.u) return field.u[field.i[row]];
  const value = field.v[row];
  return value == null ? field.vide || "" : typeof value === "number" ? Atlas.number(value) : value;
};

// The number behind a label; null for what is not a figure.
Atlas.figure = (field, row) => (field.t ? field.t[field.i[row]] : field.v[row]);

Atlas.number = (value) => value.toLocaleString("fr-FR");

Atlas.state = {
  campagne: Atlas.data.campagnes[0].annee, avant: Atlas.data.campagnes[1]?.annee, recherche: "", filtres: {}, caches: new Set(), residences: "", secteurs: "",
  reperes: new Set(), tableau: "residences", tri: "nom", sens: 1, page: 0, choix: null, liste: null, demande: "",
};
Atlas.prepareTables();

Atlas.start = () => {
  const first = (group) => Atlas.data.couches.find((layer) => layer.groupe === group && layer.visible);
  Object.assign(Atlas.state, {
    campagne: Atlas.data.campagnes[0].annee, avant: Atlas.data.campagnes[1]?.annee, recherche: "", filtres: {}, caches: new Set(), tri: "nom", sens: 1, page: 0, choix: null, liste: null, demande: "",
    residences: first("residences")?.id || "", secteurs: first("secteurs")?.id || "",
    reperes: new Set(Atlas.data.couches.filter((layer) => layer.groupe === "reperes" && layer.visible).map((l) => l.id)),
    tableau: Object.keys(Atlas.data.tables)[0],
  });
};

// One plain text per row: everything one may search for it, written once.
Atlas.haystack = (name) => {
  const table = Atlas.table(name);
  table.meule ||= Array.from({length: table.nombre}, (_, row) =>
    ` ${Atlas.plain(table.recherche.map((column) => Atlas.text(name, column, row)).join(" ") + " " + (table.rues?.[row] || ""))}`);
  return table.meule;
};

// A filter on a rate compares classes of the layer that maps it; any other compares texts.
Atlas.filterLayer = (table, column) => Atlas.layersById.get(`${table}_${column}`);

Atlas.filtersOf = (name) => { const {filtres, parc} = Atlas.table(name); return [...filtres, ...Object.keys(parc)]; };

// What is offered holds for every campaign, so that a choice stays when the year changes.
Atlas.filterOptions = (name, column) => {
  const layer = Atlas.filterLayer(name, column), table = Atlas.table(name), every = Object.values(Atlas.years).map((tables) => tables[name]);
  if (table.parc[column]) return Object.entries(table.parc[column].dit);
  if (layer && table.champs[column]?.genre === "taux") {
    const met = new Set(every.flatMap((one) => [...one.classes[layer.id]]));
    return layer.classes.filter((_, rank) => met.has(rank.toString(36))).map((one) => [one.cle, one.libelle]).reverse();
  }
  const texts = new Set(every.flatMap(({champs: {[column]: field}}) => field.u || field.v));
  return [...texts].filter(Boolean).sort((a, b) => Atlas.rankText(column, a, b)).map((text) => [text, text]);
};

// What a filter asks, in words.
Atlas.filterWords = (column, value) => {
  const table = Atlas.table("residences"), field = table?.champs[column], layer = Atlas.filterLayer("residences", column);
  const feature = table?.parc[column];
  if (feature) return `${feature.titre} : ${feature.dit[value] || value}`;
  return `${field?.titre || column} : ${(field?.genre === "taux" && layer?.classes.find((one) => one.cle === value)?.libelle) || value}`;
};

Atlas.test = (name, column, wanted) => {
  const layer = Atlas.filterLayer(name, column), table = Atlas.table(name), field = table.champs[column];
  if (table.parc[column]) { const counts = table.parc[column].n[wanted] || []; return (row) => counts[row] > 0; }
  if (field.genre === "taux" && layer) return (row) => Atlas.classOf(layer, row).cle === wanted;
  if (field.u) { const rank = field.u.indexOf(wanted); return (row) => field.i[row] === rank; }
  return (row) => field.v[row] === wanted;
};

// Rows of a table that answer the search and the filters it knows; hidden classes count for residences only.
Atlas.rows = (name) => {
  const {state} = Atlas, table = Atlas.table(name), tests = [];
  const words = Atlas.plain(state.recherche).split(" ").filter(Boolean);
  if (words.length) {
    const hay = Atlas.haystack(name);
    tests.push((row) => words.every((word) => hay[row].includes(` ${word}`) || (word.length > 3 && hay[row].includes(word))));
  }
  for (const column of Atlas.filtersOf(name)) if (state.filtres[column]) tests.push(Atlas.test(name, column, state.filtres[column]));
  if (name === "residences" && state.liste) tests.push((row) => state.liste.has(table.champs.id.v[row]));
  const layer = name === "residences" && Atlas.layersById.get(state.residences);
  if (layer && state.caches.size) tests.push((row) => !state.caches.has(Atlas.classOf(layer, row).cle));
  const kept = [];
  for (let row = 0; row < table.nombre; row++) if (!table.absents.has(row) && tests.every((test) => test(row))) kept.push(row);
  return kept;
};

Atlas.collator = new Intl.Collator("fr", {numeric: true, sensitivity: "base"});

// The place of each row in the order of names, compared once.
Atlas.nameRanks = (table) => {
  if (!table.rangs) {
    const names = table.champs.nom.v;
    table.rangs = new Array(table.nombre);
    [...names.keys()].sort((a, b) => Atlas.collator.compare(names[a], names[b]) || a - b).forEach((row, rank) => { table.rangs[row] = rank; });
  }
  return table.rangs;
};

// What is not a figure always comes last, whichever way the column is sorted.
Atlas.sorted = (name, rows) => {
  const {tri, sens} = Atlas.state, table = Atlas.table(name), field = table.champs[tri];
  if (!field) return rows;
  const rank = Atlas.nameRanks(table), byName = (a, b) => rank[a] - rank[b];
  if (tri === "nom") return [...rows].sort((a, b) => sens * (rank[a] - rank[b]));
  if (field.genre !== "texte") {
    return [...rows].sort((a, b) => {
      const [one, other] = [Atlas.figure(field, a), Atlas.figure(field, b)];
      if (one == null || other == null) return (one == null) - (other == null) || byName(a, b);
      return sens * (one - other) || byName(a, b);
    });
  }
  const texts = field.u ? field.u : field.v;
  const order = field.u ? [...texts.keys()].sort((a, b) => Atlas.rankText(tri, texts[a], texts[b])) : null;
  const place = order && order.reduce((ranks, text, rank) => { ranks[text] = rank; return ranks; }, []);
  const key = (row) => place[field.i[row]];
  return [...rows].sort((a, b) => sens * (place ? key(a) - key(b) : Atlas.collator.compare(texts[a], texts[b])) || byName(a, b));
};

// Levels go from the least to the most fragile, not from A to Z.
Atlas.rankText = (column, one, other) => {
  const layer = Atlas.data.couches.find((candidate) => candidate.id === Atlas.data.niveaux[column]);
  if (!layer) return Atlas.collator.compare(one, other);
  const rank = (text) => layer.classes.findIndex((candidate) => candidate.cle === text);
  return rank(one) - rank(other);
};
