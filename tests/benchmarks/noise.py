"""Seeded addresses with a known answer: a base of streets, then the same addresses as landlords type them.

`make_case` draws communes, streets and numbers, takes some streets out of the base (so that a matcher that always
answers is caught), and gives each asked address one to three slips: abbreviations, lost accents, glued words, dropped
articles and given names, typing errors, ranges, suffixes, buildings, wrong commune codes, unknown numbers, cut
fields. All names are drawn at random from common words; coordinates are metres on an invented plane.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

_GIVEN = """
Jean Paul Pierre Louis Jules Victor Henri Marcel Georges Émile Léon Albert Charles René André Maurice Robert Roger
Lucien Gaston Édouard François Jacques Michel Claude Anatole Ambroise Camille Louise Marie Simone Rosa Marguerite
Jeanne Germaine Lucie Olympe George Hélène Irène Françoise Gisèle Édith Colette Suzanne Marthe Denise Théodore
Auguste Aristide Eugène Fernand Wangari Kateb Rigoberta Aimé Frantz Nelson Pablo Salvador Alexandre Honoré Gustave
Guy Hector Claude Frédéric Antoine Louis-Auguste Jean-Jacques Jean-Baptiste Pierre-Joseph
"""
GIVEN = _GIVEN.split()
_SURNAMES = """
Moulin Jaurès Curie Hugo Zola Ferry Gambetta Blum Salengro Barbusse Thorez Semard Cachin Brossolette Vaillant Guesde
Bert Pasteur Berlioz Debussy Ravel Gounod Manet Monet Cézanne Renoir Courbet Rodin Verlaine Rimbaud Baudelaire
Éluard Aragon Prévert Balzac Flaubert Maupassant Dumas Sand Michel Weil Kergomard Auclert Maathaï Yacine Menchú
Césaire Fanon Mandela Neruda Allende Becquerel Ampère Arago Monge Lavoisier Carnot Thiers Kléber Hoche Marceau
Lafargue Lafayette Mermoz Guynemer Blériot Daurat Delaunay Delacroix Watteau Fragonard Poussin Lorrain Collardeau
Douvillez Chapelain Polissard Desnos Perec Queneau Sartre Camus Duras Sarraute Morisot Valadon Vigée Lenglen Hilsz
Bastié Boucher Dolet Ronsard Rabelais Villon Marot Scève Labé Bayle Fermat Vauban Riquet Turgot Colbert Sully
Mansart Ledoux Garnier Perret Lurçat Prouvé Candilis Ferrat Brassens Ferré Trenet Fréhel Damia Martin Bernard Dubois
Durand Moreau Laurent Simon Lefèvre Roux Fournier Morel Girard Mercier Blanc Guérin Faure Rousseau Blanqui
Sainte-Beuve Ledru-Rollin Rol-Tanguy Vaillant-Couturier
"""
SURNAMES = _SURNAMES.split()
RANKS = [
    ("Général", "GAL"),
    ("Maréchal", "MAL"),
    ("Docteur", "DR"),
    ("Commandant", "CDT"),
    ("Capitaine", "CNE"),
    ("Colonel", "COL"),
    ("Professeur", "PR"),
    ("Sergent", "SGT"),
    ("Président", "PDT"),
    ("Abbé", "ABB"),
]
_NOUNS = """
de la République|de la Liberté|de l'Égalité|de la Fraternité|des Lilas|des Roses|des Acacias|des Tilleuls|des Peupliers
du Moulin|du Vieux Moulin|du Moulin Vert|du Château|du Vieux Château|de la Fontaine|de l'Église|de la Gare|du Stade
du Lavoir|du Four|des Écoles|de la Mairie|du Marché|des Prés|des Grands Prés|des Champs|des Vignes|des Coteaux|du Pont
du Pont Neuf|de la Rivière|du Bois|du Petit Bois|de la Forêt|des Chênes|des Hêtres|des Érables|des Bleuets
des Primevères|des Anémones|des Jonquilles|du Soleil|du Levant|du Couchant|de l'Avenir|de l'Espérance|de la Paix
de Verdun|de Paris|de Lyon|de Strasbourg|de Metz|de Belfort|de Meaux|du 8 Mai 1945|du 11 Novembre 1918|du 4 Septembre
du 14 Juillet|du 19 Mars 1962|des Frères Lumière|des Droits de l'Homme|Neuve|des Deux Communes|des Cinq Ormes|du Bel Air
du Bon Air|de la Croix Rouge|de la Croix Blanche|du Clos|du Grand Clos|de la Plaine|de la Montagne|des Alouettes
des Mésanges|des Hirondelles|du Rossignol|de la Source|de l'Étang|du Lac|des Sources|du Chemin de Fer
du Chemin de Fer Prolongé|de la Terre Saint-Blaise|de la Résistance|de la Libération|du Progrès|du Travail
de l'Industrie|du Port|de la Verrerie|des Tanneurs|des Tisserands|du Général de Gaulle|du Maréchal de Lattre de Tassigny
du Général Leclerc|Basse|Haute|de la Division Leclerc|de Lattre de Tassigny|du Champ de Mars|de Champagne|de Bourgogne
de Normandie|de Bretagne|de Provence|du Puits|des Lavandières|de la Chapelle|Saint-Michel|Saint-Jean|Sainte-Barbe
Saint-Louis|Saint-Louis Prolongée|Saint-Exupéry|Saint-Just|Notre-Dame|de Tivoli|de l'Abreuvoir|des Remparts|de la Poste
du Théâtre|des Arts|de la Mare à la Veuve|de Montreuil
"""
NOUNS = _NOUNS.strip().replace("\n", "|").split("|")
KINDS = [
    ("Rue", ["R", "RUE"], 0.55),
    ("Avenue", ["AV", "AVE", "AVENUE"], 0.12),
    ("Allée", ["ALL", "ALLEE"], 0.1),
    ("Impasse", ["IMP", "IMPASSE"], 0.06),
    ("Boulevard", ["BD", "BLD", "BOULEVARD"], 0.04),
    ("Chemin", ["CHE", "CHEM"], 0.05),
    ("Place", ["PL", "PLACE"], 0.04),
    ("Square", ["SQ", "SQUARE"], 0.02),
    ("Route", ["RTE", "ROUTE"], 0.02),
]
SHORT = {kind: forms for kind, forms, _ in KINDS}
ARTICLES = ("de la ", "de l'", "des ", "du ", "de ")


@dataclass(frozen=True)
class Case:
    """A base, the addresses asked for, and for each the street and the row of the base it means (missing: not in the
    base)."""

    ban: pd.DataFrame
    addresses: pd.DataFrame
    truth: pd.DataFrame


def plain(text: str) -> str:
    """Capitals without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()


def _name(rng: np.random.Generator) -> str:
    draw = rng.random()
    if draw < 0.45:
        return f"{GIVEN[rng.integers(len(GIVEN))]} {SURNAMES[rng.integers(len(SURNAMES))]}"
    if draw < 0.6:
        return SURNAMES[rng.integers(len(SURNAMES))]
    if draw < 0.66:
        return f"du {RANKS[rng.integers(len(RANKS))][0]} {SURNAMES[rng.integers(len(SURNAMES))]}"
    return NOUNS[rng.integers(len(NOUNS))]


def _streets(rng: np.random.Generator, communes: int, rows: int) -> pd.DataFrame:
    kinds, weights = [kind for kind, *_ in KINDS], np.array([weight for *_, weight in KINDS])
    sizes = np.clip(rng.lognormal(3.3, 0.8, communes), 8, 400)
    sizes = np.maximum(8, sizes * rows / 16.3 / sizes.sum()).astype(int)
    out = []
    for commune, size in enumerate(sizes):
        names: dict[tuple[str, str], None] = {}
        while len(names) < size:
            name, kind = _name(rng), kinds[rng.choice(len(kinds), p=weights / weights.sum())]
            names[kind, name] = None
            if rng.random() < 0.04:
                names[kinds[rng.integers(len(kinds))], name] = None
        out += [(commune, kind, name) for kind, name in names]
    return pd.DataFrame(out, columns=["commune", "kind", "name"])


def make_base(rows: int, seed: int = 0) -> pd.DataFrame:
    """Draw a base of about `rows` addresses, with `commune`, `kind`, `name` beside the columns of the BAN."""
    rng = np.random.default_rng(seed)
    communes = max(3, rows // 800)
    streets = _streets(rng, communes, rows)
    count = np.maximum(1, rng.lognormal(2.6, 0.9, len(streets)).astype(int))
    street = np.repeat(np.arange(len(streets)), count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    number = rank + 1 + np.repeat(rng.integers(0, 3, len(streets)) * 20 * (count > 40), count)
    kept = rng.random(len(street)) > 0.15
    street, number = street[kept], number[kept]
    suffix = np.where(rng.random(len(street)) < 0.04, rng.choice(["bis", "ter", "a", "b"], len(street)), "")
    table = streets.iloc[street].reset_index(drop=True)
    centre = np.stack([np.arange(communes) % 60, np.arange(communes) // 60], axis=1) * 4000.0 + 600_000
    start = centre[table.commune] + rng.uniform(-1200, 1200, (len(streets), 2))[street]
    angle = rng.uniform(0, 2 * np.pi, len(streets))[street]
    point = start + (number * 7.0)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shown = (table.kind + " " + table.name).to_numpy(dtype=object)
    broken = rng.random(len(streets))[street] < 0.1
    table["nom_voie"] = [
        text.encode().decode("latin-1") if bad else text for text, bad in zip(shown, broken, strict=True)
    ]
    table["nom_afnor"] = [plain(text.replace("'", " "))[:32] for text in shown]
    table["numero"], table["rep"] = number.astype(str), pd.Series(suffix, dtype=object).replace("", None)
    codes = np.array([f"{10 + commune // 90:02d}{commune % 90 + 1:03d}" for commune in range(communes)])
    posts = np.array([f"{10 + commune // 90:02d}{(commune % 90) // 3 * 10:03d}" for commune in range(communes)])
    towns = np.array([f"Ville-{SURNAMES[n % len(SURNAMES)]}-{n}" for n in range(communes)])
    table["code_insee"], table["code_postal"] = codes[table.commune], posts[table.commune]
    table["nom_commune"] = towns[table.commune]
    table["x"], table["y"] = point[:, 0].round(2), point[:, 1].round(2)
    table["street"] = street
    table["id"] = [
        f"{code}_{n:04d}_{i:06d}" for i, (code, n) in enumerate(zip(table.code_insee, street % 10_000, strict=True))
    ]
    return table


def _typo(rng: np.random.Generator, name: str) -> str:
    places = [n for n, letter in enumerate(name) if letter.isalpha()]
    if len(places) < 6:
        return name
    n = places[rng.integers(1, len(places))]
    letter = "abcdefghilmnoprstuv"[rng.integers(19)]
    return [
        name[:n] + letter + name[n + 1 :],
        name[:n] + name[n + 1 :],
        name[:n] + name[n] + name[n:],
        name[: n - 1] + name[n] + name[n - 1] + name[n + 1 :],
    ][rng.integers(4)]


def _spoil_name(rng: np.random.Generator, name: str) -> str:
    """One or two slips in a name."""
    first, _, rest = name.partition(" ")
    draw = rng.random()
    if first in GIVEN and draw < 0.35:
        initials = [f"{part[0]}." for part in first.split("-")]
        name = [rest, f"{''.join(initials)} {rest}", f"{''.join(initials)}{rest}", f"{first[0]} {rest}"][
            rng.integers(4)
        ]
    elif draw < 0.35:
        for rank, short in RANKS:
            if rank in name:
                name = name.replace(rank, short) if rng.random() < 0.6 else name.replace(f"du {rank} ", "")
                break
        else:
            name = next((name[len(article) :] for article in ARTICLES if name.startswith(article)), name)
    elif draw < 0.55:
        name = _typo(rng, name)
    elif draw < 0.65:
        name = name.replace("Saint-", "ST ").replace("Sainte-", "STE ").replace("-", " ").replace("'", " ")
    return name


BUILDINGS = [
    " BAT A",
    " BAT.G1",
    " - BATIMENT N°2",
    " ENTREE B",
    " ESC 3",
    " APT 12",
    " - LES TERRASSES",
    " (HALL C)",
    " RESIDENCE DU PARC",
]


def _write(rng: np.random.Generator, numero: str, rep: str, kind: str, name: str) -> tuple[str, dict[str, str]]:
    """One address as typed: a free string, or columns."""
    if rng.random() < 0.65:
        name = _spoil_name(rng, name)
    draw = rng.random()
    if draw < 0.015:
        kind = {"Rue": "Avenue", "Avenue": "Rue", "Boulevard": "Avenue"}.get(kind, kind)
    elif draw < 0.03:
        kind = ""
    kind = kind if rng.random() < 0.4 else (SHORT[kind][rng.integers(len(SHORT[kind]))] if kind else "")
    if rng.random() < 0.6:
        name, kind = plain(name), plain(kind)
    suffix = {"bis": ["BIS", "bis", "B"], "ter": ["TER", "ter", "T"]}.get(rep, [rep.upper()])
    rep = suffix[rng.integers(len(suffix))] if rep else ""
    if numero and rng.random() < 0.05:
        numero = (
            f"{numero}-{int(numero) + 2}" if rng.random() < 0.6 else f"{numero}/{int(numero) + 2}/{int(numero) + 4}"
        )
    if rng.random() < 0.4:
        numero = numero + ".0" if numero.isdigit() and rng.random() < 0.1 else numero
        return "", {"numero": numero, "repetition": rep, "type_voie": kind, "nom_voie": name}
    glue = rng.random()
    head = f"{numero}{rep}" if glue < 0.5 or not rep else f"{numero} {rep}"
    street = f"{kind}{name}" if glue < 0.15 and len(kind) > 1 else f"{kind} {name}".strip()
    text = f"{head}{street}" if glue < 0.25 and len(kind) > 1 and not rep else f"{head} {street}".strip()
    if rng.random() < 0.1:
        text += BUILDINGS[rng.integers(len(BUILDINGS))]
    elif rng.random() < 0.03 and numero:
        text = f"ENTREE {rng.integers(1, 9)} {text}"
    elif rng.random() < 0.04:
        text = text[:26]
    return text, {}


def make_case(count: int, rows: int, seed: int = 0, unknown: float = 0.01) -> Case:
    """Draw a base and `count` noisy addresses; a share `unknown` of the streets is asked for and absent from the
    base."""
    rng = np.random.default_rng(seed + 1)
    base = make_base(rows, seed)
    hidden = rng.random(int(base.street.max()) + 1)[base.street] < unknown
    asked = base.iloc[rng.integers(0, len(base), count)].reset_index(drop=True)
    unnumbered, gone = rng.random(count) < 0.01, rng.random(count) < 0.03
    ban = base[~hidden & ~base.id.isin(asked.id[gone])]
    texts, columns = [], []
    for numero, rep, kind, name in zip(
        np.where(unnumbered, "", asked.numero), asked.rep.fillna(""), asked.kind, asked.name, strict=True
    ):
        text, own = _write(rng, numero, rep if numero else "", kind, name)
        texts.append(text)
        columns.append(own)
    out = pd.DataFrame(columns, index=asked.index).reindex(columns=["numero", "repetition", "type_voie", "nom_voie"])
    out = out.replace("", None).assign(id_adresse=[f"A{n:07d}" for n in range(count)], adresse=texts)
    draw = rng.random(count)
    wrong = asked.code_insee.to_numpy()[rng.permutation(count)]
    out["code_insee"] = np.where(draw < 0.02, wrong, np.where(draw < 0.04, None, asked.code_insee))
    out["code_postal"] = np.where((draw > 0.9) & (draw < 0.93), None, asked.code_postal)
    out["commune"] = [
        plain(town) if upper else town for town, upper in zip(asked.nom_commune, rng.random(count) < 0.5, strict=True)
    ]
    present = asked.street.isin(ban.street)
    truth = pd.DataFrame(
        {
            "street": asked.street.where(present),
            "id": asked.id.where(asked.id.isin(ban.id) & ~unnumbered),
            "x": asked.x,
            "y": asked.y,
        }
    )
    return Case(ban.reset_index(drop=True), out, truth)


def judge(case: Case, answer: pd.DataFrame) -> dict[str, float]:
    """Precision and recall of an answer.

    Right: the street meant, and the very row of the base when the base has the address (otherwise any row of that
    street: a neighbour, flagged). Recall counts every address whose street is in the base.
    """
    given = (answer.statut_appariement == "apparié").to_numpy()
    row = case.ban.set_index("id").street.reindex(answer.id_ban).to_numpy()
    numero = case.ban.set_index("id").numero
    right = row == case.truth.street.to_numpy()
    same = numero.reindex(answer.id_ban).to_numpy() == numero.reindex(case.truth.id).to_numpy()
    right &= same | case.truth.id.isna().to_numpy()
    return {
        "precision": float(right[given].mean()),
        "rappel": float((right & given)[case.truth.street.notna()].mean()),
        "fausses voies": float((row != case.truth.street.to_numpy())[given].mean()),
        "ambigus": float((answer.statut_appariement == "ambigu").mean()),
    }
