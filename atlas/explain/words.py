"""The explanation of a residence, in French, one section for each stage."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from atlas.methods import SIDES, Method, load
from atlas.rules import written
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED, UNITS, UNKNOWN
from atlas.tables.wider import CRITERION, PERIMETER, wider_words
from atlas.tables.years import BETWEEN_CODES
from atlas.writing import comma

_WHOLE = (1, 100)  # what a factor is divided by: as it is, or in %


def text_of(facts: dict[str, Any]) -> str:
    """Write what :func:`atlas.explain.facts.explained` gathers."""
    rules = {rule["cle"]: rule for rule in facts["regles"]}
    sections = [
        (f"Résidence {facts['residence']} : {facts['nom']} ({facts['bailleur']})", []),
        ("1. Lignes lues", [_line_read(row) for row in facts["lignes"]]),
        ("2. Appariement des adresses", [_match(row) for row in facts["appariement"]]),
        ("3. Position", [_place(row) for row in facts["position"]]),
        ("4. Regroupement", [_group(facts["regroupement"])]),
        ("5. D'une campagne à l'autre", [_event(row) for row in facts["filiation"]] or ["rien n'est arrivé"]),
        (f"6. Comptes et taux (campagne {facts['campagne']})", list(_rates(facts))),
        ("7. Critères et niveau", [line for one in facts["methodes"] for line in _judged(one, facts["indicateurs"])]),
        ("8. Ce que montrent les autres éditions", list(_elsewhere(facts))),
        (
            "9. Règles appliquées",
            [f"{key} = {written(rule['valeur'])} {rule['unite']} — {rule['reference']}" for key, rule in rules.items()],
        ),
    ]
    return "\n".join(line for title, lines in sections for line in (title, *(f"   {text}" for text in lines), ""))


def _line_read(row: dict[str, Any]) -> str:
    return (
        f"{row['campagne']} : {row['fichier']}, ligne {row['ligne']} : {row['adresse_affichee']} "
        f"({row['id_adresse']}), {_count(row['nb_logements'])} logements, {_count(row['menages'])} ménages répondants"
    )


def _match(row: dict[str, Any]) -> str:
    score = row["score_appariement"]
    how = f", {row['methode_appariement']}, score {score:.0f}" if score is not None and score >= 0 else ""
    return f"{row['id_adresse']} : {row['statut_appariement']}{how} — {row['raison']}"


def _place(row: dict[str, Any]) -> str:
    how = f" (par {row['origine_situation']})" if row["origine_situation"] else ""
    made = "".join(f", {unit.singular} {_text(row[name])}" for name, unit in UNITS.items() if name in row)
    return (
        f"{row['id_adresse']} : commune {row['code_insee']}, IRIS {_text(row['code_iris'])}, "
        f"QPV {_text(row['code_qpv'])}, {row['situation']}{how}{made}"
    )


def _group(one: dict[str, Any]) -> str:
    return f"{one['methode']}, confiance {one['confiance']}, {one['adresses']} adresse(s)"


def _event(row: dict[str, Any]) -> str:
    """Say what happened to a residence, and what proves it."""
    ends = " → ".join(" | ".join(str(row[end]).split(BETWEEN_CODES)) for end in ("de", "vers") if row[end])
    size = f"{_count(row['nb_adresses'])} adresse(s), {_count(row['nb_logements'])} logements"
    return (
        f"{row['campagne_avant']:.0f}-{row['campagne']:.0f} : {row['evenement']} : {ends} ({size}) — "
        f"{row['preuve']} [{row['origine']}]"
    )


def _rates(facts: dict[str, Any]) -> Iterator[str]:
    sizes = facts["tailles"]
    yield f"{_count(sizes['nb_logements'])} logements, {_count(sizes['menages'])} ménages répondants"
    for one in facts["indicateurs"].values():
        counts = f"{_count(one['numerateur'])} / {_count(one['denominateur'])} = {one['affiche']}"
        yield f"{one['libelle']} : {counts if one['statut'] == PUBLISHED else one['statut']}"


def _judged(one: dict[str, Any], figures: dict[str, Any]) -> Iterator[str]:
    """Say how a method reads the residence: each indicator against its thresholds, then the level."""
    method = load([one["code"]])[0]
    labels = {outcome.column.name: outcome.column.label for outcome in method.outcomes}
    yield f"{one['libelle']} : {one['lecture']}"
    yield from (_part(part, figures, one["compare_au_territoire"]) for part in one["contributions"])
    for beside in one["a_cote"]:
        parts = (_part(part, figures, one["compare_au_territoire"]) for part in beside["contributions"])
        said = one["colonnes"].get(beside["colonne"])
        yield f"{labels[beside['colonne']]} : {_text(said)} ({' | '.join(parts)})"
    for number in one["facteurs"]:
        label = labels[f"{number['colonne']}_{SIDES[0]}"].rpartition(" : ")[0]
        yield f"{label} : {_between(*_products(number['facteurs']))} = {' x '.join(map(_factor, number['facteurs']))}"
    met = f" ({_count(one['colonnes'][method.met])} critère(s) atteint(s))" if method.met else ""
    told = method.close and one["niveau"] != UNDETERMINED  # or it would be said of what published figures prove
    near = f", {close}" if told and (close := one["colonnes"].get(method.close)) else ""
    yield f"Niveau : {one['niveau']}{met}{near}"


def _part(part: dict[str, Any], figures: dict[str, Any], relative: bool) -> str:
    """Say what an indicator brings: met or not, and by how many answers, or its points."""
    figure = figures[part["indicateur"]]
    if figure["statut"] != PUBLISHED:
        return f"{figure['libelle']} : {figure['statut']}"
    if part["marge"] is None:
        return f"{figure['libelle']} : {figure['affiche']}, {_points(part, relative)}"
    said = f"{'atteint' if part['marge'] > 0 else 'non atteint'} (seuil {written(part['seuils'][0])} %)"
    return (
        f"{figure['libelle']} : {figure['affiche']}, {said} ; {abs(part['marge'])} réponse(s) feraient basculer le "
        "critère"
    )


def _products(factors: list[dict[str, Any]]) -> tuple[float | None, float | None]:
    """Multiply factors at both ends, None where one is not known."""
    low, high = (
        None
        if any(one[side] is None for one in factors)
        else prod(one[side] / _WHOLE[one["unite"] == "%"] for one in factors)
        for side in SIDES
    )
    return low, high


def _factor(one: dict[str, Any]) -> str:
    """Write a factor.

    >>> _factor({"libelle": "Emménagements de l'année", "unite": "%", "bas": 5.5, "haut": 6.5})
    "Emménagements de l'année de 5,5 à 6,5 %"
    """
    return f"{one['libelle']} {_between(one['bas'], one['haut'])}{' %' if one['unite'] == '%' else ''}"


def _between(low: float | None, high: float | None) -> str:
    """Write a number, or the two that it is between.

    >>> _between(3, 3), _between(1.25, 3.26), _between(None, None)
    ('3', 'de 1,2 à 3,3', 'non renseigné')
    """
    ends = [UNKNOWN if end is None else comma(round(end, 1)) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"de {ends[0]} à {ends[1]}"


def _points(part: dict[str, Any], relative: bool) -> str:
    """Say how many thresholds a rate reaches, out of which.

    >>> _points({"seuils": [25, 50.04], "points": [1, 1]}, relative=True)
    '1 seuil atteint sur 2 (25 et 50 %, d’après le territoire)'
    """
    told = [comma(round(value, 1)) for value in part["seuils"] if value is not None]
    reached, plural = part["points"][0], "s" if part["points"][0] > 1 else ""
    among = f"{' et '.join(told) or 'inconnus'} %{', d’après le territoire' if relative else ''}"
    return f"{reached} seuil{plural} atteint{plural} sur {len(part['seuils'])} ({among})"


def _elsewhere(facts: dict[str, Any]) -> Iterator[str]:
    methods = load([one["code"] for one in facts["methodes"]])
    for row in facts["editions"]:
        told = [f"{row['edition']} : {_shown(row, methods[0])}"]
        yield " ; ".join([*told, *(f"{method.label} : {row[method.level]}" for method in methods[1:])])
    if not facts["editions"]:
        yield "aucune autre édition dans cette construction"


def _shown(row: dict[str, Any], method: Method) -> str:
    """Say what an edition shows: the level, what published figures prove, the rates, where movers are read."""
    rates = [f"{INDICATORS[code].label} : {row[INDICATORS[code].lb]}" for code in method.codes]
    wider = wider_words(row[PERIMETER], row[CRITERION], row[method.wider]) if method.wider else ""
    level, proven = row[method.level], row.get(method.proven)
    more = f" (critères publiés : {proven})" if proven and proven != level else ""
    return " ; ".join(filter(None, (f"{level}{more}", ", ".join(rates), wider)))


def _count(value: Any) -> str:
    return "non renseigné" if value is None else f"{value:.0f}"


def _text(value: Any) -> str:
    return "aucun" if value is None else str(value)
