// The form of a residence's sheet: what attributions do to it, as « atlas simulate » computes it, to the last digit.
// REGLES, written before this text, holds what the edition's rules say; the sheet holds what the edition shows of it.
const Simulation = (() => {
  "use strict";
  const PUBLISHED = "publié", SECRET = "secret", UNKNOWN = "non renseigné", NOBODY = "sans objet";
  const AVERAGE = "moyen", LOWEST = "plus favorable", HIGHEST = "plus défavorable";
  const AIR = 1e-9, CLOSE = 1e-6, FAR = Infinity;
  const clip = (value, low, high) => Math.min(Math.max(value, low), high);
  const number = (value) => (Number.isNaN(value) ? 1 : clip(value, -Number.MAX_VALUE, Number.MAX_VALUE));
  const best = (side, one, other) =>
    Number.isNaN(one) ? other : Number.isNaN(other) ? one : side ? Math.max(one, other) : Math.min(one, other);
  const size = (sheet) => (sheet.menages === undefined ? NaN : sheet.menages);

  // What a household adds to an indicator: at least and at most to its numerator, then to its denominator.
  function added(household, rule) {
    const told = (answer) => (answer === null ? [0, 1] : [Number(answer), Number(answer)]);
    const [low, beyond] = household.ressources;
    const childless = REGLES.sans_enfant.includes(household.famille);
    const ways = {
      bande: () => [Number(beyond <= rule.bande), Number(low < rule.bande)],
      famille: () => told(household.famille ? household.famille === rule.famille : null),
      nombreux: () => told(childless ? false : household.nombreux),
      chomeurs: () => [household.chomeurs, household.chomeurs],
    };
    return [...ways[rule.compte](), rule.adultes ? household.adultes : 1];
  }

  function sum(households, rule) {
    return households.map((one) => added(one, rule)).reduce((all, one) => all.map((value, at) => value + one[at]), [0, 0, 0]);
  }

  const goes = (leavers, rule) => leavers.nombre * (rule.adultes ? REGLES.majeurs : 1);

  // Those who leave, taken from a numerator and a denominator.
  function leave(n, d, held, leavers, rule) {
    if (leavers.qui === AVERAGE) {
      const stay = held > 0 ? Math.max(held - leavers.nombre, 0) / held : 1;
      return leavers.nombre ? [n * stay, d * stay] : [n, d];
    }
    const many = goes(leavers, rule);
    const silent = rule.parmi === "all" ? 0 : Number.isNaN(held) || !rule.parmi ? FAR : Math.max(held - d, 0);
    const first = leavers.qui === LOWEST ? n : d - n;
    const taken = Math.min(many, first);
    const rest = clip(many - taken - silent, 0, d - first);
    return leavers.qui === LOWEST ? [n - taken, d - taken - rest] : [n - rest, d - taken - rest];
  }

  function denominators(rule, held) {
    const most = Number.isNaN(held) || !rule.parmi ? FAR : held;
    const least = Math.min(REGLES.effectif, most);
    return [rule.parmi === "all" && most !== FAR ? most : least, most];
  }

  // What a published rate may be after: over every denominator that it may have.
  function carried(ends, held, adds, leavers, rule) {
    const [low, high, below] = adds, many = goes(leavers, rule);
    const shares = ends.map((end) => end / 100);
    if (!below && !many) return shares.map((share) => share * 100);
    const [least, most] = denominators(rule, held);
    const found = [low, high].map((extra, at) => {
      const share = shares[at], side = leavers.qui === LOWEST ? share : 1 - share;
      const out = [many / side, (held - many) / (1 - side)].map((turn) => clip(number(turn), least, most));
      let worst = most === FAR ? share : NaN;
      for (const d of [least, most, ...out]) {
        const whole = d === FAR ? NaN : d;
        for (const base of [held, Number.isNaN(held) ? REGLES.effectif : held]) {
          const [leftN, leftD] = leave(share * whole, whole, base, leavers, rule);
          worst = best(at, worst, (leftN + extra) / (leftD + below));
        }
      }
      return worst;
    });
    return [clip(found[0] * 100 - AIR, 0, 100), clip(found[1] * 100 + AIR, 0, 100)];
  }

  // One figure of the sheet: [label, n, d] where counts are shown, [label, least, most] elsewhere, [status] alone.
  function read(sheet, code) {
    const told = sheet.chiffres[code];
    if (!told || told.length === 1) {
      const status = told ? told[0] : UNKNOWN;
      return { statut: status, n: status === NOBODY ? 0 : NaN, d: status === NOBODY ? 0 : NaN, ends: [NaN, NaN] };
    }
    const [, one, two] = told;
    if (sheet.effectifs) return { statut: PUBLISHED, n: one, d: two, ends: [(100 * one) / two, (100 * one) / two] };
    return { statut: PUBLISHED, n: NaN, d: NaN, ends: [one, two] };
  }

  function after(sheet, households, leavers) {
    const found = {}, held = size(sheet);
    for (const [code, rule] of Object.entries(REGLES.indicateurs)) {
      const figure = read(sheet, code), known = figure.statut === PUBLISHED || figure.statut === NOBODY;
      const adds = sum(households, rule), counted = known && !Number.isNaN(figure.n);
      const one = { statut: figure.statut, bas: null, haut: null, numerateur: null, denominateur: null };
      if (counted) {
        const [leftN, leftD] = leave(figure.n, figure.d, held, leavers, rule);
        const whole = leftD + adds[2];
        one.statut = whole === 0 ? NOBODY : PUBLISHED;
        if (whole !== 0) [one.bas, one.haut] = [adds[0], adds[1]].map((more) => (100 * (leftN + more)) / whole);
        if (adds[0] === adds[1]) [one.numerateur, one.denominateur] = [leftN + adds[0], whole];
      } else if (known) {
        [one.bas, one.haut] = carried(figure.ends, held, adds, leavers, rule);
      }
      found[code] = one;
    }
    return found;
  }

  // The level is that of the method, told beforehand for every state of its criteria.
  function level(figures) {
    let rank = 0;
    REGLES.criteres.forEach((code, at) => {
      const one = figures[code], bar = REGLES.indicateurs[code].seuil;
      let state = [PUBLISHED, PUBLISHED, SECRET, UNKNOWN, NOBODY].indexOf(one.statut);
      if (one.statut === PUBLISHED) state = one.bas < bar && one.haut >= bar ? 2 : Number(one.bas >= bar);
      rank += state * 5 ** at;
    });
    return REGLES.niveaux[parseInt(REGLES.etats[rank], 36)];
  }

  const nine = (value) => { // rounded at 1e-9, halves to even, as a method reads a rate
    const big = value * 1e9, under = Math.floor(big), rest = big - under;
    return (rest > 0.5 || (rest === 0.5 && under % 2) ? under + 1 : under) / 1e9;
  };

  function rank(n, d, goal, a, b, base, down) {
    const lacking = goal * d - 100 * n, pace = 100 * a - goal * b + lacking / base;
    const guess = Math.ceil(Math.round((lacking / pace) * 1e6) / 1e6);
    if ((down ? pace >= 0 : pace <= 0) || guess > base || d === FAR) return FAR;
    let found = FAR;
    for (const step of [1, 0, -1]) {
      const k = Math.max(guess + step, 1), stay = Math.max(1 - k / base, 0);
      const rate = nine((100 * (n * stay + k * a)) / (d * stay + k * b));
      if ((down ? rate < goal : rate >= goal) && k <= base) found = k;
    }
    return found;
  }

  // The rank of the household like this one that reaches the threshold, or that brings the rate back under it.
  function room(sheet, code, household, replacing, down) {
    const rule = REGLES.indicateurs[code], figure = read(sheet, code), held = size(sheet), goal = rule.seuil;
    const [low, high, below] = added(household, rule);
    const nobody = figure.statut === NOBODY, counted = !Number.isNaN(figure.n);
    if (!(nobody && !down) && figure.statut !== PUBLISHED) return [null, null];
    const exact = figure.d > 0 ? nine((100 * figure.n) / figure.d) : 0;
    const [under, over] = counted ? [exact, exact] : figure.ends;
    if (down ? !(goal <= over) : !(goal > under || nobody)) return [null, null];
    const [fewer, more] = denominators(rule, held), base = replacing && !Number.isNaN(held) ? held : FAR;
    const soonest = [high, over, fewer], latest = [low, under, more];
    const ways = down ? [[low, under, fewer], [high, over, more]] : [soonest, latest];
    let found = ways.map(([extra, share, whole]) => {
      const d = counted ? figure.d : whole;
      return rank(counted ? figure.n : (share * (d === FAR ? 1 : d)) / 100, d, goal, extra, below, base, down);
    });
    if (replacing && Number.isNaN(held) && !counted) found = [1, FAR];
    if (!counted && (down ? under < goal : over >= goal)) found[0] = 0;
    return found;
  }

  // Answers that would have to change for the criterion to flip: positive above the threshold, negative below.
  function margin(one, rule) {
    if (rule.seuil === null || one.statut !== PUBLISHED || !Number.isInteger(one.numerateur)) return null;
    const gap = one.numerateur - Math.ceil(nine((one.denominateur * rule.seuil) / 100));
    return gap < 0 ? gap : gap + 1;
  }

  const numeral = (value) => String(Number(value.toFixed(1))).replace(".", ",");

  function rateWords(one, edges) {
    if (one.bas === null) return one.statut;
    const { bas: low, haut: high } = one;
    if (high - low < CLOSE) {
      let near = Math.floor(10 * low + 0.5 + CLOSE) / 10;
      if (edges.some((edge) => low < edge - CLOSE && near >= edge)) near -= 0.1;
      if (edges.some((edge) => low >= edge && edge > near)) near += 0.1;
      return `${numeral(near)} %`;
    }
    const up = Math.ceil(10 * high - CLOSE) / 10;
    const crossed = edges.find((edge) => high < edge - CLOSE && up >= edge);
    const last = crossed === undefined ? numeral(up) : `moins de ${numeral(crossed)}`;
    return `de ${numeral(Math.floor(10 * low + CLOSE) / 10)} à ${last} %`;
  }

  const nth = (value) => (value === 1 ? "1er" : `${value}e`);

  function rankWords([least, most]) {
    if (least === null) return "sans objet";
    if (least === FAR) return "jamais";
    if (least === 0) return most === FAR ? "peut-être déjà" : `au ${nth(most)} au plus tard`;
    if (least === most) return `au ${nth(least)}`;
    return most === FAR ? `au ${nth(least)} au plus tôt` : `du ${nth(least)} au ${nth(most)}`;
  }

  function direction(sheet, household, code) {
    const rule = REGLES.indicateurs[code], figure = read(sheet, code), [low, high, below] = added(household, rule);
    const ends = [(100 * low) / below, (100 * high) / below];
    if (figure.statut === SECRET) return ends[1] <= 0 ? "ne monte pas" : ends[0] >= 100 ? "ne baisse pas" : "sens incertain";
    if (figure.statut !== PUBLISHED) return figure.statut;
    if (ends[0] >= figure.ends[1] - 1e-7) return ends[1] <= figure.ends[0] + 1e-7 ? "inchangé" : "hausse";
    return ends[1] <= figure.ends[0] + 1e-7 ? "baisse" : "sens incertain";
  }

  // Refuses what no household is, in a sentence; empty where it may be one.
  function refused(household, many) {
    const [adults] = REGLES.familles[household.famille] || [1];
    if (!(Number.isInteger(many) && many >= 1 && many <= 50)) return "Un nombre de ménages va de 1 à 50.";
    if (!(Number.isInteger(household.adultes) && household.adultes >= 1)) return "Un ménage a au moins un adulte.";
    if (!(Number.isInteger(household.chomeurs) && household.chomeurs >= 0)) return "Un nombre de chômeurs ne peut être négatif.";
    if (household.chomeurs > household.adultes) return "Un ménage n'a pas plus de chômeurs que d'adultes.";
    if (household.adultes < adults) return `${household.famille} : ${adults} adultes au moins.`;
    if (household.famille === REGLES.seul && household.adultes > 1) return `${household.famille} : un seul adulte.`;
    return "";
  }

  return { added, after, level, room, direction, rateWords, rankWords, refused, margin, AVERAGE, LOWEST, HIGHEST };
})();

(() => {
  "use strict";
  const place = document.getElementById("simulation"), held = document.getElementById("donnees");
  const sheet = place && held && JSON.parse(held.textContent).simulation;
  if (!sheet) return;
  const S = Simulation, space = (text) => text.replace(/'/g, "\u2019").replace(/ (?=[%:?])/g, "\u00a0").replace(/ (?=[;!])/g, "\u202f");
  function make(tag, given = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
    made.append(...children.map((one) => (typeof one === "string" ? space(one) : one)));
    return made;
  }
  const field = (label, input) => make("label", {}, make("span", {}, label), input);
  const count = (name, value, least, most) =>
    make("input", { name, type: "number", value: String(value), min: String(least), max: String(most), inputmode: "numeric", required: "" });
  const choice = (name, options) =>
    make("select", { name }, ...options.map(([value, label]) => make("option", { value }, label)));
  const bar = String(REGLES.bande);
  const form = make("form", { novalidate: "" },
    field("Nombre de ménages", count("nombre", 1, 1, 50)),
    field("Ressources", choice("ressources", [["sous", `sous ${bar} % du plafond PLUS`], ["plus", `${bar} % du plafond ou plus`]])),
    field("Adultes", count("adultes", 1, 1, 9)),
    field("Dont chômeurs", count("chomeurs", 0, 0, 9)),
    field("Composition", choice("famille", [["", "non précisée"], ...Object.keys(REGLES.familles).map((one) => [one, one])])),
    field("Enfants", choice("nombreux", [["", "non précisé"], ["non", "moins de 3"], ["oui", "3 et plus"]])),
    field("Qui part", choice("depart", [["", "personne (logement vacant)"], [S.AVERAGE, "un ménage moyen chacun"],
      [S.LOWEST, "le plus favorable"], [S.HIGHEST, "le plus défavorable"]])),
    make("button", { type: "submit" }, "Simuler"));
  const out = make("div", { "aria-live": "polite", role: "status" });
  place.append(form, out);

  const cells = (tag, ...texts) => make("tr", {}, ...texts.map((text, at) => make(at ? "td" : "th", at ? {} : { scope: "row" }, text)));
  const head = (...texts) => make("thead", {}, make("tr", {}, ...texts.map((text) => make("th", { scope: "col" }, text))));
  const table = (caption, heading, rows) => make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", { class: "grid small" }, make("caption", { class: "visually-hidden" }, caption), heading, make("tbody", {}, ...rows)));

  function rooms(household) {
    const told = [];
    for (const code of REGLES.criteres) {
      for (const [down, said] of [[false, "atteint le seuil"], [true, "repasse sous le seuil"]]) {
        const [vacant, moved] = [false, true].map((replacing) => S.room(sheet, code, household, replacing, down));
        if (vacant[0] === null || (vacant[0] === Infinity && moved[0] === Infinity)) continue;
        told.push(`${REGLES.indicateurs[code].nom} : ${said} ${S.rankWords(vacant)} sans départ, ${S.rankWords(moved)} si un ménage moyen part`);
      }
    }
    return told;
  }

  function answer(event) {
    if (event) event.preventDefault();
    const value = (name) => form.elements[name].value;
    const many = Number(value("nombre") || NaN), kids = value("nombreux");
    const household = {
      ressources: value("ressources") === "sous" ? [0, REGLES.bande] : [REGLES.bande, Infinity],
      adultes: Number(value("adultes") || NaN), chomeurs: Number(value("chomeurs") || NaN),
      famille: value("famille"), nombreux: kids ? kids === "oui" : null,
    };
    const wrong = S.refused(household, many)
      || (household.nombreux && REGLES.sans_enfant.includes(household.famille) ? `${household.famille} : sans enfant.` : "");
    if (wrong) { out.replaceChildren(make("p", {}, make("strong", {}, wrong))); return; }
    const leaver = value("depart"), leavers = { nombre: leaver ? many : 0, qui: leaver || S.AVERAGE };
    const then = S.after(sheet, Array(many).fill(household), leavers);
    const [word, proven, met] = S.level(then);
    const rows = Object.entries(REGLES.indicateurs).map(([code, rule]) => {
      const one = then[code], told = [S.rateWords(one, rule.bords)];
      if (Number.isInteger(one.numerateur) && Number.isInteger(one.denominateur)) told.push(`${one.numerateur} sur ${one.denominateur}`);
      const margin = S.margin(one, rule);
      if (margin !== null) told.push(`marge au seuil ${margin > 0 ? "+" : ""}${margin}`);
      return cells("tr", rule.libelle, (sheet.chiffres[code] || ["non renseigné"])[0], told.join(", "));
    });
    const level = proven && proven !== word ? `${word} ; ${proven}` : word;
    const lines = rooms(household);
    const profiles = REGLES.profils.map(([words, low, beyond, adults, jobless, kind, lots]) => {
      const one = { ressources: [low, beyond === null ? Infinity : beyond], adultes: adults, chomeurs: jobless, famille: kind, nombreux: lots };
      return cells("tr", words, ...REGLES.criteres.map((code) => S.direction(sheet, one, code)));
    });
    out.replaceChildren(
      make("p", {}, make("strong", {}, `Après : ${level}`), ` (aujourd'hui : ${sheet.niveau})`, met === null ? "" : `, critères lus atteints : ${met}.`),
      table("Indicateurs avant et après", head("Indicateur", "Aujourd'hui", "Après"), rows),
      make("h3", { class: "apart" }, "Si tous ceux qui entrent ressemblaient à ce ménage"),
      lines.length ? make("ul", {}, ...lines.map((line) => make("li", {}, line))) : make("p", {}, "Aucun critère ne basculerait, quel que soit leur nombre."),
      make("h3", { class: "apart" }, "Ménages types (un choix du projet) : ce que chacun fait des taux"),
      table("Effet des ménages types", head("Ménage", ...REGLES.criteres.map((code) => REGLES.indicateurs[code].nom)), profiles));
  }
  form.addEventListener("submit", answer);
  document.documentElement.dataset.simulation = "prete";
})();
