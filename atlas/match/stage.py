"""The match stage: a place for each address, and why.

Grain in: one row per `id_adresse`. Grain out: one row per input row, same order and index. Nothing is dropped: an
address without a place keeps its row, with the status `ambigu` or `non apparié` and a reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.match import numbers, reasons, search, steps
from atlas.match.base import Base, Index, index_base, index_streets, street_names
from atlas.match.columns import Asked, asked, pair_codes, text_column
from atlas.match.communes import AGREED, DOUBTFUL, HOMONYMS, UNKNOWN, Place, place_of
from atlas.match.joins import spans
from atlas.match.parse import as_read
from atlas.match.result import CLOSE, COORDINATES, EXACT, IDENTIFIER, NEIGHBOUR, STREET, Result
from atlas.match.rules import MatchRules
from atlas.match.streets import KIND_NAMES


def match(addresses: pd.DataFrame, ban: pd.DataFrame | None, rules: MatchRules) -> pd.DataFrame:
    """Give each address a place, a method, a score and a reason.

    Identifiers of the base come first, then given coordinates, then the text: the street in its commune (exactly,
    with known liberties, cut short, misspelt), then the number in the street. What two streets fit alike is
    ambiguous, never guessed.

    Parameters
    ----------
    addresses : DataFrame, one row per address
        `id_adresse`, and any of `numero, repetition, type_voie, nom_voie, adresse, code_postal, code_insee, commune,
        id_ban` (text) and `x, y` (metres, legal projection of the territory). `adresse` serves where `nom_voie` is
        absent.
    ban : DataFrame or None
        `id, numero, rep, nom_voie, nom_afnor, code_postal, code_insee, nom_commune, x, y`, same projection, every row
        placed.
    rules : MatchRules
        What to accept.

    Returns
    -------
    DataFrame, one row per input row, same order and index
        `id_adresse, x, y, id_ban, voie, methode_appariement, score_appariement, statut_appariement, raison`.
        Coordinates and score are missing unless the status is `apparié`; `id_ban` is the row of the base whose point
        is taken.

    Examples
    --------
    >>> from atlas.match import MatchRules
    >>> rules = MatchRules(88, 7, 70, 6, 97, 2, 12, 10, 10, 20, 10, 4, 150, 6, 100, 20, 2000)
    >>> ban = pd.DataFrame({"id": ["93010_1_00012"], "numero": ["12"], "nom_voie": ["Avenue Jean Moulin"],
    ...                     "code_insee": ["93010"], "x": [6.0], "y": [7.0]})
    >>> asked = pd.DataFrame({"id_adresse": ["a", "b"], "adresse": ["12AVJ. MOULIN", "3 rue du Lac"]})
    >>> asked = asked.assign(code_insee="93010")
    >>> match(asked, ban, rules)[["x", "id_ban", "statut_appariement"]].values.tolist()
    [[6.0, '93010_1_00012', 'apparié'], [nan, nan, 'non apparié']]
    """
    result = Result(addresses)
    x, y = (_floats(addresses, axis) for axis in "xy")
    located = np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))
    if ban is None or not len(ban):
        result.place(np.flatnonzero(located), x[located], y[located], COORDINATES, 100.0, reasons.LOCATED)
        result.refuse(result.open(), reasons.NO_BASE)
        return result.table()
    base = index_base(ban)
    wanted = asked(addresses)
    places = [place_of(*triple, base.communes) for triple in wanted.triples]
    contradicted = _by_identifier(result, addresses, base, places, wanted)
    _by_coordinates(result, x, y, located, base, places, wanted, rules)
    _by_text(result, base, places, wanted, rules)
    result.contest(contradicted[result.status[contradicted] == "non apparié"], reasons.CONTRADICTED)
    return result.table()


def _floats(table: pd.DataFrame, name: str) -> np.ndarray:
    return table[name].to_numpy(dtype=float, na_value=np.nan) if name in table else np.full(len(table), np.nan)


def _by_identifier(
    result: Result, addresses: pd.DataFrame, base: Base, places: list[Place], wanted: Asked
) -> np.ndarray:
    """Identifiers found in the base; those of another commune than all the rest says are returned, unanswered."""
    codes, values = text_column(addresses, "id_ban")
    given = np.flatnonzero(values[codes] != "")
    if not len(given):
        return given
    ids = base.rows["id"]
    first = ~ids.duplicated().to_numpy()
    row = np.flatnonzero(first)
    known = pd.Index(ids.to_numpy(dtype=object)[first]).get_indexer(pd.Index(values))
    found = known[codes[given]]
    given, row = given[found >= 0], row[found[found >= 0]]
    agreed = [
        places[triple].trust != AGREED or commune in places[triple].communes
        for triple, commune in zip(wanted.triple[given].tolist(), base.row_commune[row].tolist(), strict=True)
    ]
    kept = np.array(agreed, dtype=bool)
    rows, places_of = given[kept], row[kept]
    result.place(rows, base.x[places_of], base.y[places_of], IDENTIFIER, 100.0, reasons.IDENTIFIED)
    result.id[rows], result.street[rows] = ids.to_numpy(dtype=object)[places_of], street_names(base, places_of)
    result.note[given[~kept]] = reasons.SET_ASIDE
    return given[~kept]


def _by_coordinates(
    result: Result,
    x: np.ndarray,
    y: np.ndarray,
    located: np.ndarray,
    base: Base,
    places: list[Place],
    wanted: Asked,
    rules: MatchRules,
) -> None:
    """Given coordinates, unless they lie far from the addresses of the commune (projection, commune)."""
    rows = result.open()
    rows = rows[located[rows]]
    near = np.zeros(len(places), dtype=bool)
    boxes = np.full((len(places), 4), np.nan)
    for n, place in enumerate(places):
        near[n] = not place.communes
        if place.communes:
            of = list(base.communes.whole(place.communes))
            boxes[n] = *base.low[of].min(axis=0), *base.high[of].max(axis=0)
    box = boxes[wanted.triple[rows]]
    slack = rules.coordinate_slack
    with np.errstate(invalid="ignore"):
        inside = (x[rows] >= box[:, 0] - slack) & (x[rows] <= box[:, 2] + slack)
        inside &= (y[rows] >= box[:, 1] - slack) & (y[rows] <= box[:, 3] + slack)
    kept = rows[inside | near[wanted.triple[rows]]]
    result.place(kept, x[kept], y[kept], COORDINATES, 100.0, reasons.LOCATED)
    result.note[rows[~np.isin(rows, kept)]] = reasons.FAR_COORDINATES


def _by_text(result: Result, base: Base, places: list[Place], wanted: Asked, rules: MatchRules) -> None:
    """The text of the address against the streets and numbers of the base."""
    rows = result.open()
    trust = np.array([place.trust for place in places], dtype=np.int8)[wanted.triple[rows]]
    empty = np.array([text == "" for text in wanted.texts], dtype=bool)[wanted.text[rows]]
    result.refuse(rows[empty], reasons.NO_TEXT)
    result.refuse(rows[~empty & (trust == UNKNOWN)], reasons.NO_COMMUNE)
    result.contest(rows[~empty & (trust == HOMONYMS)], reasons.HOMONYMS)
    rows = rows[~empty & ((trust == AGREED) | (trust == DOUBTFUL))]
    of, pair_place, pair_text = pair_codes(wanted.triple[rows], wanted.text[rows], len(wanted.texts))
    searched = np.zeros(len(base.communes.codes), dtype=bool)
    for place in np.unique(pair_place).tolist():
        searched[[*places[place].communes, *places[place].others]] = True
    index = index_streets(base, searched, rules)
    answers = search.search(pair_place, pair_text, places, wanted.texts, index.streets, base.communes.towns, rules)
    state, street = answers.state[of], answers.street[of].copy()
    _settle_city(answers, of, rows, street, state, base, index, wanted, rules)
    names = np.append(index.streets.names, "").astype(object)
    absent = state == search.ABSENT
    texts = np.array(wanted.texts, dtype=object)
    unknown = wanted.text[rows[absent]]
    for text in np.unique(unknown).tolist():
        texts[text] = as_read(texts[text])
    result.refuse(rows[absent], reasons.unknown_street(texts[unknown], names[answers.rival[of[absent]]]))
    contested = state == search.AMBIGUOUS
    result.contest(rows[contested], _ambiguity(street[contested], answers.rival[of[contested]], base, index))
    found = np.flatnonzero(state == search.FOUND)
    _place(result, rows[found], street[found], answers, of[found], base, index, places, wanted, rules)


def _ambiguity(first: np.ndarray, second: np.ndarray, base: Base, index: Index) -> np.ndarray:
    communes, where = np.array(base.communes.names, dtype=object), index.streets.commune
    apart = where[first] != where[second]
    labels = [
        index.streets.names[one] + np.where(apart, " (" + communes[where[one]] + ")", "") for one in (first, second)
    ]
    return reasons.ambiguous_street(*labels)


def _settle_city(
    answers: search.Answers,
    of: np.ndarray,
    rows: np.ndarray,
    street: np.ndarray,
    state: np.ndarray,
    base: Base,
    index: Index,
    wanted: Asked,
    rules: MatchRules,
) -> None:
    """A street of several arrondissements or villages is settled by the one that has the number, and its postcode."""
    if not answers.tied:
        return
    tied = np.array(answers.tied, dtype=np.int64)
    tied = tied[np.argsort(tied[:, 0], kind="stable")]
    names = pd.factorize(index.streets.full[tied[:, 1]])[0] * len(KIND_NAMES) + index.streets.kind[tied[:, 1]]
    tied = tied[pd.Series(names).groupby(tied[:, 0]).transform("nunique").to_numpy() == 1]
    which, place = spans(tied[:, 0], of)
    candidate = tied[place, 1]
    at = rows[which]
    strict = np.zeros(len(at), dtype=bool)
    chosen = numbers.choose(
        candidate, wanted.lists, wanted.numbers[at], wanted.postcode[at], strict, index.houses, rules
    )
    hits = np.flatnonzero(chosen.row >= 0)
    codes, postcodes = text_column(base.rows.iloc[chosen.row[hits]], "code_postal")
    away = (wanted.postcode[at[hits]] != "") & (postcodes[codes] != wanted.postcode[at[hits]])
    cost = chosen.how[hits] * 2 + away
    hits = hits[cost == pd.Series(cost).groupby(which[hits]).transform("min").to_numpy()]
    single = hits[np.bincount(which[hits], minlength=len(of))[which[hits]] == 1]
    street[which[single]], state[which[single]] = candidate[single], search.FOUND


def _place(
    result: Result,
    rows: np.ndarray,
    street: np.ndarray,
    answers: search.Answers,
    pair: np.ndarray,
    base: Base,
    index: Index,
    places: list[Place],
    wanted: Asked,
    rules: MatchRules,
) -> None:
    """Number in the street, score, method and reason of addresses whose street is found."""
    how, score = answers.how[pair], answers.score[pair].copy()
    doubtful = np.array([place.trust == DOUBTFUL for place in places], dtype=bool)[wanted.triple[rows]]
    elsewhere = how == steps.ELSEWHERE
    sure = (score >= rules.sure_score) & ~doubtful & ~elsewhere
    chosen = numbers.choose(
        street, wanted.lists, wanted.numbers[rows], wanted.postcode[rows], sure, index.houses, rules
    )
    names = index.streets.names[street]
    first = [one[0] if one else (0, "") for one in wanted.lists]
    labels = reasons.house(np.array([one[0] for one in first]), np.array([one[1] for one in first], dtype=object))
    asked_number = labels[wanted.numbers[rows]]
    lost = chosen.row < 0
    apart = lost & (chosen.how == numbers.SCATTERED)
    result.contest(rows[apart], reasons.scattered(names[apart], asked_number[apart], chosen.extent[apart]))
    lost &= ~apart
    result.refuse(
        rows[lost],
        reasons.unplaced(names[lost], asked_number[lost], chosen.how[lost], sure[lost], chosen.extent[lost]),
    )
    kept = np.flatnonzero(chosen.row >= 0)
    row, number_how = chosen.row[kept], chosen.how[kept]
    stacked = index.stacked[row]
    score = score[kept] - rules.commune_penalty * (doubtful | elsewhere)[kept]
    score -= rules.name_penalty * (number_how == numbers.SUFFIX) + rules.neighbour_penalty * (
        number_how == numbers.NEIGHBOUR
    )
    score -= rules.street_only_penalty * (number_how == numbers.STREET)
    exact = (how[kept] == steps.EXACT) & (number_how == numbers.EXACT) & ~(doubtful | elsewhere)[kept] & ~stacked
    method = np.select(
        [number_how == numbers.NEIGHBOUR, number_how == numbers.STREET, exact], [NEIGHBOUR, STREET, EXACT], CLOSE
    )
    communes = np.array(base.communes.names, dtype=object)[index.streets.commune[street[kept]]]
    sentence = reasons.matched(
        names[kept], asked_number[kept], reasons.house(chosen.number[kept], chosen.suffix[kept]), how[kept], number_how,
        doubtful[kept], communes, stacked, chosen.extent[kept],
    )  # fmt: skip
    result.place(rows[kept], base.x[row], base.y[row], method.astype(object), np.maximum(score, 0.0), sentence)
    result.id[rows[kept]] = base.rows["id"].to_numpy(dtype=object)[row]
    result.street[rows[kept]] = names[kept]
