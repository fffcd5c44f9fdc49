// Where to house: the sums of the command « ou-loger », in the same order, on what the page carries.
// LOGEMENT holds the rules of the edition; Simulation, loaded before, what a household does to a residence.
const Offre = (() => {
  "use strict";
  const SURE = "tient", MEAN = "tient en moyenne", SEE = "à vérifier", ABOVE = "au-dessus", UNKNOWN = "non renseigné";
  const NO_MORE = "aucun critère de plus", PERHAPS = "un critère de plus, peut-être", ONE_MORE = "un critère de plus";
  const tenth = (value) => Math.floor(value * 10 + 0.5) / 10;
  const rentOf = (resources) => (resources * LOGEMENT.part) / 100 / 12;

  function holds(word, rooms) { // whether a word of a size holds a number of rooms
    const found = /^T(\d+)( et plus)?$/.exec(word);
    return found !== null && Number(found[1]) <= rooms && (found[2] !== undefined || Number(found[1]) === rooms);
  }

  function rentWords(home, word, wanted) {
    if (wanted.pieces === null) return [SURE, null];
    const surface = LOGEMENT.surfaces[Math.min(Math.max(wanted.pieces, 1), LOGEMENT.surfaces.length) - 1];
    const ceiling = LOGEMENT.plafond * surface, known = (home.loyers || {})[word], mean = known ? known[2] : null;
    const told = mean === null ? ceiling : mean * surface;
    if (wanted.loyer === null || ceiling <= wanted.loyer) return [SURE, told];
    return mean === null ? [SEE, told] : [mean * surface <= wanted.loyer ? MEAN : ABOVE, told];
  }

  function expected(home, wanted) {
    if (home.rotation === null || home.bas_loyer === null) return null;
    let word = "", share = 1;
    if (wanted.pieces !== null) {
      const sizes = Object.entries(home.tailles).filter(([name]) => name !== UNKNOWN);
      const told = sizes.reduce((sum, [, number]) => sum + number, 0);
      if (!told) return null;
      word = (sizes.find(([name]) => holds(name, wanted.pieces)) || [""])[0];
      share = (home.tailles[word] || 0) / told;
    }
    let access = 1;
    if (wanted.accessible) {
      if (!home.acces[1]) return null;
      access = home.acces[0] / home.acces[1];
    }
    const [says, rent] = rentWords(home, word, wanted);
    const [known, low] = (word && (home.loyers || {})[word]) || [0, 0];
    let ends;
    if (known) {
      const joint = (share * low) / known;
      ends = [joint, joint, joint];
    } else {
      const under = home.bas_loyer[0] / 100, over = home.bas_loyer[1] / 100;
      ends = [Math.max(0, share + under - 1), share * ((under + over) / 2), Math.min(share, over)];
    }
    let least = wanted.accessible ? Math.max(0, ends[0] + access - 1) : ends[0];
    let middle = ends[1] * access, most = Math.min(ends[2], access);
    const first = home.rotation[0] / 100, last = home.rotation[1] / 100;
    if (says === SEE || says === MEAN) least = 0;
    else if (says === ABOVE) least = middle = most = 0;
    const whole = home.logements;
    return { par_an: [tenth(whole * first * least), tenth(whole * ((first + last) / 2) * middle), tenth(whole * last * most)], loyer: says, estime: rent };
  }

  function verdict(home, household) {
    let near = null, sure = null;
    const less = (one, other) => (one === null ? other : other === null ? one : Math.min(one, other));
    for (const code of REGLES.criteres) {
      const ways = [false, true].map((way) => Simulation.room(home, code, household, way, false));
      let last = null;
      for (const [low, high] of ways) {
        near = less(near, low);
        if (high !== null) last = last === null ? high : Math.max(last, high);
      }
      sure = less(sure, last);
    }
    const said = sure !== null && sure <= 1 ? ONE_MORE : near !== null && near <= 1 ? PERHAPS : NO_MORE;
    return [said, near === null || near === Infinity ? null : Math.max(0, near - 1)];
  }

  function listed(homes, wanted, household, first) {
    const found = [];
    let full = 0, untold = 0;
    for (const home of homes) {
      if (["commune", "situation", "bailleur"].some((name) => wanted[name] && home[name] !== wanted[name])) continue;
      const told = expected(home, wanted);
      if (told === null) { untold += 1; continue; }
      if (!(told.par_an[2] > 0)) continue;
      const [criteres, places] = verdict(home, household);
      if (criteres === ONE_MORE) { full += 1; continue; }
      found.push({ ...told, home, criteres, places });
    }
    const inside = (one) => Number(first && one.home.situation === "QPV");
    found.sort((one, other) => inside(one) - inside(other) || other.par_an[1] - one.par_an[1]);
    return { found, full, untold };
  }
  return { listed, rentOf };
})();

(() => {
  "use strict";
  const SHOWN = 100;
  const homes = JSON.parse(document.getElementById("donnees").textContent).logements;
  const form = document.getElementById("recherche"), list = document.getElementById("liste");
  const said = document.getElementById("dit"), asked = document.getElementById("demande"), more = document.getElementById("plus");
  let every = false;
  const numeral = (value) => String(value).replace(".", ",");
  const space = (text) => text.replace(/ (?=[%€;:?!])/g, "\u00a0");
  const plural = (number, word) => `${number} ${word}${number > 1 ? "s" : ""}`;
  function make(tag, given, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
    made.append(...children.map((one) => (typeof one === "string" ? space(one) : one)));
    return made;
  }
  const value = (name) => (form.elements[name] ? form.elements[name].value : "");

  function read() {
    const number = (name) => (value(name).trim() === "" ? null : Number(value(name)));
    const wanted = {
      pieces: number("pieces"), loyer: number("loyer"), accessible: form.elements.accessible.checked,
      commune: value("commune"), situation: value("situation"), bailleur: value("bailleur"),
    };
    const resources = number("ressources");
    const household = {
      ressources: value("bande") === "sous" ? [0, REGLES.bande] : [REGLES.bande, Infinity],
      adultes: Number(value("adultes") || NaN), chomeurs: value("chomeurs") === "" ? NaN : Number(value("chomeurs")), famille: "", nombreux: null,
    };
    let wrong = Simulation.refused(household, 1);
    for (const one of [wanted.loyer, resources]) if (one !== null && !(one > 0)) wrong = "Un loyer et des ressources sont des nombres positifs.";
    if (wanted.loyer !== null && resources !== null) wrong = "Le loyer et les ressources disent deux fois la même chose : n'en garder qu'un.";
    if (wanted.pieces === null && (wanted.loyer !== null || resources !== null)) wrong = "Un loyer par mois ne se compare qu'avec une taille : choisir un nombre de pièces.";
    if (resources !== null) wanted.loyer = Offre.rentOf(resources);
    return { wanted, household, wrong, first: form.elements.premier.checked };
  }

  function row(one) {
    const { home, par_an: [least, middle, most] } = one;
    const places = one.places === null ? [] : [make("span", {}, `${home.effectifs ? "" : "au moins "}${plural(one.places, "place")} avant le prochain critère`)];
    const rent = one.estime === null ? "" : `environ ${Math.round(one.estime)} €`;
    return make("tr", {},
      make("th", { scope: "row" }, make("a", { href: LOGEMENT.racine + home.fiche }, home.nom), make("span", {}, [home.commune, home.bailleur].filter(Boolean).join(", "))),
      make("td", {}, home.situation), make("td", { class: "number" }, numeral(middle)),
      make("td", { class: "number" }, least === most ? numeral(most) : `de ${numeral(least)} à ${numeral(most)}`),
      make("td", {}, rent || "selon la taille", ...(rent ? [make("span", {}, one.loyer)] : [])),
      make("td", {}, one.criteres, ...places, make("span", {}, `aujourd’hui : ${home.niveau || "non renseigné"}`)));
  }

  function words(wanted, household, first) {
    const parts = [wanted.pieces === null ? "toutes tailles" : plural(wanted.pieces, "pièce")];
    if (wanted.loyer !== null) parts.push(`loyer de ${numeral(Math.round(wanted.loyer * 100) / 100)} € au plus`);
    if (wanted.accessible) parts.push("accessible");
    parts.push(...[wanted.commune, wanted.situation, wanted.bailleur].filter(Boolean));
    const means = household.ressources[0] === 0 ? `sous ${REGLES.bande} % du PLUS` : `${REGLES.bande} % du PLUS ou plus`;
    return `Recherche : ${parts.join(", ")}. Ménage : ${means}, ${plural(household.adultes, "adulte")}, ${household.chomeurs ? plural(household.chomeurs, "chômeur") : "aucun chômeur"}${first ? ", du premier quartile" : ""}.`;
  }

  // The map is given the list itself: rents and households need more than the map holds of a residence.
  function mapped(found, sentence) {
    const ids = found.map((one) => one.home.id).join("|");
    return `${LOGEMENT.carte}#${new URLSearchParams({ liste: ids, demande: sentence })}`;
  }

  function answer() {
    const { wanted, household, wrong, first } = read();
    const map = document.getElementById("carte");
    map.hidden = Boolean(wrong);
    if (wrong) { said.textContent = space(wrong); list.replaceChildren(); asked.textContent = ""; more.hidden = true; return; }
    const { found, full, untold } = Offre.listed(homes, wanted, household, first);
    map.setAttribute("href", mapped(found, words(wanted, household, first)));
    const shown = every ? found : found.slice(0, SHOWN);
    list.replaceChildren(...shown.map(row));
    asked.textContent = space(words(wanted, household, first));
    const parts = [plural(found.length, "résidence")];
    if (full) parts.push(`${full} laissée${full > 1 ? "s" : ""} de côté : un critère de plus y serait atteint`);
    if (untold) parts.push(`${untold} sans les chiffres voulus`);
    if (shown.length < found.length) parts.push(`les ${shown.length} premières sont affichées`);
    said.textContent = space(`${parts.join(" ; ")}.`);
    more.hidden = shown.length === found.length;
  }
  form.addEventListener("input", () => { every = false; answer(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); answer(); });
  more.addEventListener("click", () => { every = true; answer(); document.getElementById("t-liste").scrollIntoView(); });
  document.getElementById("imprimer").addEventListener("click", () => { every = true; answer(); window.print(); });
  answer();
  document.documentElement.dataset.loger = "prete";
})();
