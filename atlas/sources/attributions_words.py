"""The words in which landlords' exports tell a decision, and what each is among those of the atlas.

Grain in and out: one row per decision. What the export says its own way (a yes/no flag of the first quartile, the day
of the commission, the day of the lease, the wording of the decision) becomes the canonical columns; what it says
already in them stays. A wording that is not known is left, for the contract to refuse; the territory file may map it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from atlas.sources.attributions_headers import FIRST, REST, group_of
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.sentinels import UNKNOWN_WORDS
from atlas.tables.sources import CODE_QPV
from atlas.writing import many

SIGNED, REFUSED, NO_LEASE, NOT_ALLOCATED = "bail signé", "refus", "sans bail", "non attribué"
_ISSUES = {
    SIGNED: r"(?:bail|baux)_signes?|bail|signe|signature(?:_du_bail)?|attribution_suivie_d_un_bail(?:_signe)?",
    REFUSED: r"refus(?:e|_du|_de_la|_par_le)?(?:_demandeur|_candidat|_menage|_locataire)?|attribution_refusee"
    r"(?:_par_le_(?:demandeur|candidat))?",
    NO_LEASE: r"attribu(?:e|ee|tion)(?:_du_logement(?:_propose)?|_sans_suite|_sans_bail|_conditionnelle)?"
    r"|attribution_sous_conditions?_suspensives?|sans_suite|sans_bail|attribution_sans_signature",
    NOT_ALLOCATED: r"non_attribu(?:e|ee|tion)(?:_au_candidat|_du_logement(?:_propose)?)?"
    r"|(?:rejet|refus)_(?:pour|d)_(?:irrecevabilite|attribution)"
    r"|irrecevab(?:le|ilite)|rejet|refus_(?:de_la_)?(?:commission|caleol|cal)|ajourn(?:e|ee|ement)|report",
}
_PLACES = {"oui": r"en_qpv|qpv|dans_(?:un_|le_)?qpv", "non": r"hors_(?:du_|de_)?qpv|hqpv|pas_en_qpv"}
_SOCIAL = (
    r"(?:locataires?_)?(?:de_|du_|en_|un_|d_un_)*(?:hlm|social|bailleur_social|logement_(?:locatif_)?social"
    r"|parc_(?:locatif_)?(?:hlm|social|public))"
)
_EPOCH, _SERIAL = pd.Timestamp("1899-12-30"), re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]+)?")  # days as Excel counts them
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y", "%Y%m%d")
_HOUR = r"[T ]\d{1,2}[:h]\d{2}.*$"


def in_our_words(frame: pd.DataFrame, wordings: Mapping[str, Mapping[str, str]], desk: Desk) -> pd.DataFrame:
    """Bring the columns of an export to the canonical ones.

    Parameters
    ----------
    frame : DataFrame
        Canonical columns and :data:`atlas.tables.EXPORTED`, missing where the file has none.
    wordings : mapping
        By canonical column, a wording of the file and its value, as the territory file gives them.
    """
    frame = frame.assign(
        **{
            name: _mapped(frame[name], {plain(word): value for word, value in known.items()})
            for name, known in wordings.items()
            if name in frame
        }
    )
    decided, signed = (_days(frame, name, desk) for name in ("date_decision", "date_bail"))
    day = decided.fillna(signed)
    frame = _dated(frame, day, desk)
    return frame.assign(
        quartile=quartiles(frame),
        en_qpv=_mapped(frame["en_qpv"], _spelt(frame["en_qpv"], _place)),
        issue=_issue(frame, signed, desk),
        mutation=_moved(frame, desk),
    )


def quartiles(frame: pd.DataFrame) -> pd.Series:
    """Read the quartile of each row, from its wordings or from a flag of the first one."""
    flag = frame["premier_quartile"].map({"oui": FIRST, "non": REST})
    return _mapped(frame["quartile"], _spelt(frame["quartile"], group_of)).fillna(flag).astype("str")


def _mapped(values: pd.Series, known: Mapping[str, str | None]) -> pd.Series:
    """Replace the texts whose plain form is known."""
    code, texts = pd.factorize(values)
    said = [known.get(plain(str(text)), str(text)) for text in texts]
    return pd.Series(pd.array(said, dtype="str").take(code, allow_fill=True), index=values.index)


def _spelt(values: pd.Series, read: Callable[[str], str | None]) -> dict[str, str | None]:
    """Read each distinct text of a column; what is not understood stays."""
    texts = values.dropna().unique()
    found = {str(text): read(str(text)) for text in texts}
    return {plain(text): value for text, value in found.items() if value in {FIRST, REST, "2", "3", "4", "oui", "non"}}


def _place(text: str) -> str | None:
    if re.fullmatch(CODE_QPV, text):
        return "oui"
    return next((value for value, form in _PLACES.items() if re.fullmatch(form, plain(text))), None)


def _issue(frame: pd.DataFrame, signed: pd.Series, desk: Desk) -> pd.Series:
    """Tell what became of each decision: its wording, then the day of the lease, then the reason of a refusal."""
    forms = {value: re.compile(form) for value, form in _ISSUES.items()}
    words = {
        plain(str(text)): next((value for value, form in forms.items() if form.fullmatch(plain(str(text)))), str(text))
        for text in frame["issue"].dropna().unique()
    }
    issue = _mapped(frame["issue"], words)
    lease, refused = signed.notna(), frame["motif_refus"].notna()
    not_allocated = frame["motif_non_attribution"].notna()
    silent = issue.isna() & (frame["date_decision"].notna() | lease | refused | not_allocated)
    deduced = np.select([lease, refused, not_allocated], [SIGNED, REFUSED, NOT_ALLOCATED], NO_LEASE)
    issue = issue.mask(silent, pd.Series(deduced, frame.index, dtype="str"))
    open_ended = issue.eq(NO_LEASE)
    issue = issue.mask(open_ended & lease, SIGNED).mask(open_ended & ~lease & refused, REFUSED)
    torn = lease & issue.isin([REFUSED, NOT_ALLOCATED])
    if torn.any():
        desk.note(
            f"{many(int(torn.sum()), 'décision')} sans attribution ou refusée(s) par leur libellé portent une date de "
            f"bail ({at_lines(frame.loc[torn, 'ligne'].to_numpy())}) : le libellé est suivi."
        )
    return issue


def _moved(frame: pd.DataFrame, desk: Desk) -> pd.Series:
    """Tell who was a tenant of social housing already: the flag, then the landlord left, then the home left."""
    left = frame["bailleur_actuel"].notna()
    homes = {str(text): re.fullmatch(_SOCIAL, plain(str(text))) for text in frame["logement_actuel"].dropna().unique()}
    told = (
        frame["logement_actuel"].map({text: "oui" if found else "non" for text, found in homes.items()}).astype("str")
    )
    torn = left & frame["mutation"].eq("non")
    if torn.any():
        desk.note(
            f"Bailleur quitté dit, mais mutation « non », sur {many(int(torn.sum()), 'décision')} "
            f"({at_lines(frame.loc[torn, 'ligne'].to_numpy())}) : la colonne mutation est suivie."
        )
    return frame["mutation"].fillna(told.mask(left, "oui")).astype("str")


def _dated(frame: pd.DataFrame, day: pd.Series, desk: Desk) -> pd.DataFrame:
    """Take the year and the quarter from the day where the file does not say them."""
    year = frame["annee"].fillna(day.dt.year.astype("float64"))
    other = day.notna() & frame["annee"].notna() & (day.dt.year != frame["annee"])
    if other.any():
        where = at_lines(frame.loc[other, "ligne"].to_numpy())
        desk.note(
            f"{many(int(other.sum()), 'décision')} d'une autre année que leur date ({where}) : l'année écrite est "
            "suivie."
        )
    quarter = day.dt.quarter.astype("Int64").astype("str").where(day.notna() & ~other)
    trimester = _mapped(frame["trimestre"], {f"{sign}{n}": str(n) for sign in ("t", "trimestre_") for n in range(1, 5)})
    return frame.assign(annee=year, trimestre=trimester.fillna(quarter).astype("str"))


def _days(frame: pd.DataFrame, name: str, desk: Desk) -> pd.Series:
    """Read a column of days, as texts or as the numbers that Excel counts them by; a text that is none is a fault."""
    code, texts = pd.factorize(frame[name])
    days = pd.Series([_day(str(text)) for text in texts], dtype="datetime64[ns]")
    found = pd.Series(days.array.take(code, allow_fill=True), index=frame.index)
    blank = np.array([*(plain(str(text)) in UNKNOWN_WORDS for text in texts), True], dtype=bool)[code]
    wrong = found.isna() & ~blank
    for file, rows in frame[wrong].groupby("fichier", sort=False, observed=True):
        desk.faults.add(
            "ATTRIBUTIONS-DATE",
            f"{file} : {name} n'est pas une date, {at_lines(rows['ligne'].to_numpy())} (« {rows[name].iloc[0]} »).",
            "jj/mm/aaaa, aaaa-mm-jj ou le numéro de jour d'un tableur, ou une cellule vide",
            "corriger ces cellules",
        )
    return found


def _day(text: str) -> pd.Timestamp | None:
    bare = re.sub(_HOUR, "", text.strip())
    if _SERIAL.fullmatch(bare):
        return _EPOCH + pd.Timedelta(days=int(float(bare.replace(",", "."))))
    for form in _DAYS:
        day = pd.to_datetime(bare, format=form, errors="coerce")
        if not pd.isna(day) and 2000 <= day.year <= 2100:
            return day
    return None
