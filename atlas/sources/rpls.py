"""The register of social dwellings (RPLS), open file of any vintage, counted to addresses.

Grain in: one row per dwelling, or per group of dwellings where ``nb`` counts them. Grain out: one row per address, in
the columns of the survey; every household count is missing, since the register asks tenants nothing. Sets aside totals
and rows without a commune code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.geo import within
from atlas.sources.checks import check
from atlas.sources.contract import read_rows, refuse_copies
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.occupancy import occupancy
from atlas.sources.sentinels import absent
from atlas.sources.streets import residence_names, street_of
from atlas.sources.totals import without_totals
from atlas.tables import CODE_INSEE, OPS, RPLS, UNDISCLOSED
from atlas.territory import DatedSource, Territory
from atlas.writing import many

STAGE = "lecture RPLS"
_WORDS = {
    "code_insee": ("depcom", "depcom_code", "depcom_arm", "code_commune"),
    "code_postal": ("codepostal", "cp"),
    "commune": ("libcom", "depcom_libelle", "lib_com"),
    "numero": ("numvoie",),
    "repetition": ("indrep",),
    "type_voie": ("typvoie",),
    "nom_voie": ("nomvoie",),
    "immeuble": ("immeu",),
    "complement": ("complgeo",),
    "lieu_dit": ("lieudit",),
    "batiment": ("bat",),
    "en_qpv": ("qpv", "plg_qp24", "plg_qp15", "plg_qp"),
    "epsg": ("code_epsg",),
    "nb": ("nb_logements", "nblog"),
    "mode": ("mode", "mode_occupation"),
    "depart": ("date_dep_derlocat",),
    "bail": ("bail", "date_bail"),
    "mise_en_location": ("locdate", "date_locdate"),
}
VARIANTS = {name: (*words, *(f"{word}_red" for word in words)) for name, words in _WORDS.items()}  # 2018: _red
WANTED = expected("RPLS", RPLS, VARIANTS, national=True)
FILLED = ("code_insee", "nb")
_PLACE = ["code_insee", "code_postal", "numero", "repetition", "type_voie", "nom_voie", "repere"]
_UNKNOWN = frozenset({"999", "9999", "SO"})  # of the register alone, beside the words that nobody means
_TEXTS = ("numero", "repetition", "type_voie", "nom_voie", "immeuble", "complement", "lieu_dit")


def read_registers(
    sources: Sequence[DatedSource], territory: Territory, communes: frozenset[str], desk: Desk
) -> pd.DataFrame | None:
    """Read the register at each of its vintages, one per campaign, and count each to addresses.

    Returns
    -------
    DataFrame or None
        As :func:`read_rpls`; None when a fault was recorded.
    """
    read = [read_rpls(source, territory, communes, desk) for source in sources]
    counted = [frame for frame in read if frame is not None]
    if len(counted) < len(read) or not counted:
        return None
    held = [frame["campagne"].iloc[0] for frame in counted if len(frame)]
    for campaign in sorted({year for year in held if held.count(year) > 1}):
        desk.faults.add(
            "RPLS-DEUX-MILLESIMES",
            f"{held.count(campaign)} blocs [[sources.rpls]] se rattachent à la campagne {campaign}.",
            "un millésime par campagne ; les fichiers d'un même millésime dans un seul bloc",
            'réunir leurs fichiers : fichiers = ["…", "…"], ou retirer l\'un des blocs',
        )
    if len(counted) == 1:
        return counted[0]
    whole = pd.concat([frame.astype({"fichier": "str"}) for frame in counted], ignore_index=True)
    return whole.assign(fichier=whole["fichier"].astype("category"))


def read_rpls(source: DatedSource, territory: Territory, communes: frozenset[str], desk: Desk) -> pd.DataFrame | None:
    """Read the register and count it to addresses; of a wider file, those of the ``communes`` (all without any).

    Returns
    -------
    DataFrame or None
        The columns of ``tables.OPS`` with ``fichier``, ``ligne`` (of the first dwelling), ``en_qpv_declare`` and
        ``epsg`` (of ``x`` and ``y``); None when a fault was recorded.
    """
    campaign = _campaign(source, territory.territoire.campagnes, desk)
    frame = read_rows(source, WANTED, desk)
    if frame is None or campaign is None:
        return None
    refuse_copies(frame, WANTED.prefix, desk)
    frame = without_totals(frame, RPLS, "lignes de total RPLS", desk)
    frame = _of_territory(frame, communes, desk)
    frame = frame.assign(campagne=campaign, nb=_dwellings(frame))
    without = frame["code_insee"].isna()
    kept = frame[~without].reset_index(drop=True)
    if not check(kept, WANTED, desk, filled=FILLED):
        return None
    frame, kept = (rows.assign(nb_logements=rows["nb"]) for rows in (frame, kept))
    desk.ledger.balance(STAGE, frame, kept, frame[without].assign(motif="commune vide"))
    counted = _by_address(_cleaned(kept, desk), source.millesime or campaign)
    desk.note(
        f"RPLS : {many(len(kept), 'ligne')} comptées en {many(len(counted), 'adresse')}, "
        f"{many(int(counted['nb_logements'].sum()), 'logement')} ; ni bailleur ni ménages dans ce fichier."
    )
    return counted


def _campaign(source: DatedSource, campaigns: Sequence[int], desk: Desk) -> int | None:
    """Attach the state of the register, at 1 January of its vintage, to the nearest campaign."""
    if source.millesime is None:
        if len(campaigns) == 1:
            desk.note(f"RPLS : millésime non donné, rattaché à la campagne {campaigns[0]}.")
            return campaigns[0]
        desk.faults.add(
            "RPLS-MILLESIME",
            "[sources.rpls] ne dit pas son millésime, et le territoire a plusieurs campagnes.",
            "millesime = l'année du fichier (situation au 1er janvier)",
            "ajouter millesime à [sources.rpls]",
        )
        return None
    vintage = source.millesime
    nearest = min(campaigns, key=lambda campaign: (abs(campaign - vintage), campaign))
    if nearest != vintage:
        desk.note(f"RPLS : millésime {vintage} rattaché à la campagne {nearest}, la plus proche.")
    return nearest


def _of_territory(frame: pd.DataFrame, communes: frozenset[str], desk: Desk) -> pd.DataFrame:
    """Keep the communes of the territory when they are known: the file may hold a whole region.

    A text that has not the form of a code ("1901") is of no commune: it is kept for the contract to name.
    """
    if not communes:
        return frame
    codes = frame["code_insee"]
    inside = within(codes, communes) | codes.isna() | ~codes.str.fullmatch(CODE_INSEE).fillna(True).astype(bool)
    if not inside.all():
        desk.note(f"RPLS : {many(int((~inside).sum()), 'ligne')} d'autres communes que celles du territoire, non lues.")
    return frame[inside].reset_index(drop=True)


def _dwellings(frame: pd.DataFrame) -> pd.Series:
    """Give the dwellings of each row: one in a file that counts none, otherwise what it counts, blanks left blank."""
    counting = frame["nb"].notna().groupby(frame["fichier"].astype("str")).transform("any").astype(bool)
    return frame["nb"].astype(float).where(counting, 1.0)


def _cleaned(frame: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """Blank the sentinels of the address, and read the declared quarter: 1 yes, 2 no, a quarter's code yes."""
    texts = {
        name: frame[name].mask(
            frame[name].isin(
                [word for word in frame[name].dropna().unique() if word.upper() in _UNKNOWN or absent(word)]
            )
        )
        for name in _TEXTS
    }
    said = frame["en_qpv"].str.upper()
    declared = pd.Series(
        np.select(
            [
                said.isin(["1", "OUI", "O"]) | said.str.match(r"Q[PNV]\d").fillna(False),
                said.isin(["2", "0", "NON", "N"]),
            ],
            ["oui", "non"],
            "",
        ),
        index=frame.index,
        dtype="str",
    )
    odd = (declared == "") & said.notna()
    if odd.any():
        desk.note(f"RPLS : en QPV illisible sur {many(int(odd.sum()), 'ligne')}, lu « non renseigné ».")
    landmark = texts["complement"].fillna(texts["immeuble"]).fillna(texts["lieu_dit"]).where(texts["nom_voie"].isna())
    return frame.assign(**texts, repere=landmark.astype("str"), en_qpv=declared.mask(declared == ""))


def _by_address(frame: pd.DataFrame, vintage: int) -> pd.DataFrame:
    """Count dwellings by address, at 1 January of the vintage.

    Spellings of one address ("16 R X", "16 RUE X") share its identifier.
    """
    written = frame.groupby(_PLACE, dropna=False, sort=False).ngroup().to_numpy()
    first = frame.drop_duplicates(_PLACE).reset_index(drop=True)
    streets = street_of(first)
    code, identifiers = pd.factorize(streets["id_adresse"])
    address = code[written]
    start = pd.Series(np.arange(len(frame))).groupby(address).first().to_numpy()
    street = streets.drop_duplicates("id_adresse").reset_index(drop=True)
    base = frame.iloc[start].reset_index(drop=True)
    counted = pd.DataFrame(
        {
            "campagne": base["campagne"],
            "bailleur": pd.Series(UNDISCLOSED, base.index, "str"),
            "id_adresse": pd.Series(identifiers, dtype="str"),
            "nom_residence": _main(residence_names(frame), frame["nb_logements"], address, len(base)),
            **{name: street[name] for name in ("numero", "repetition", "type_voie", "nom_voie")},
            **{name: base[name] for name in ("code_postal", "code_insee", "commune", "epsg", "fichier", "ligne")},
            "nb_logements": np.bincount(address, weights=frame["nb_logements"], minlength=len(base)),
            **occupancy(frame, address, len(base), vintage),
            "en_qpv_declare": _main(frame["en_qpv"], frame["nb_logements"], address, len(base)),
            **{name: frame[name].groupby(address).first().to_numpy() for name in ("x", "y")},
        }
    )
    absent = {
        column.name: pd.Series(np.nan, counted.index, "float64" if column.numeric else "str")
        for column in OPS.columns
        if column.name not in counted
    }
    return counted.assign(**absent)[[*OPS.names, "fichier", "ligne", "en_qpv_declare", "epsg"]]


def _main(values: pd.Series, weights: pd.Series, address: np.ndarray, count: int) -> pd.Series:
    """Take, at each address, the value that most dwellings carry; missing when none carries one."""
    known = values.notna().to_numpy()
    table = pd.DataFrame({"address": address[known], "value": values[known], "weight": weights[known]})
    heaviest = table.groupby(["address", "value"], sort=True).sum().reset_index()
    best = heaviest.sort_values("weight", ascending=False, kind="stable").drop_duplicates("address")
    return best.set_index("address")["value"].reindex(range(count)).reset_index(drop=True).astype("str")
