"""The builder's report: what came in, what went on, what was set aside, and whether everything still adds up.

In: the ledger of a run, its remarks, the conservation laws. Out: ``bilan.html`` to read, ``bilan.json`` for programs,
``rejets.csv`` with each row set aside or pointed out. Unmasked: it stays with the service that builds the atlas.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas import __version__
from atlas.ledger import QUANTITIES, REJECT_COLUMNS, SET_ASIDE, Ledger
from atlas.publish.manifest import Fingerprint, described
from atlas.publish.rendering import Page, render
from atlas.publish.tabular import write_csv

if TYPE_CHECKING:
    from atlas.edition import Context

RESERVED = "Bilan réservé au service qui construit l'atlas : les effectifs ne sont pas masqués. À ne pas transmettre."
_HEADINGS = {
    "statut_appariement": "Statut",
    "methode_appariement": "Méthode",
    "methode_groupe": "Méthode",
    "confiance": "Confiance",
    "changement": "Changement",
    "residence": "Résidence",
    "detail": "Détail",
    "adresses": "Adresses",
    "logements": "Logements",
}
_WORDS = {"lignes": "lignes", "logements": "logements", "menages": "ménages"}


def write_report(
    folder: Path,
    ledger: Ledger,
    remarks: Sequence[str],
    checks: pd.DataFrame,
    context: Context,
    tables: Mapping[str, pd.DataFrame] | None = None,
    timings: Mapping[str, float] | None = None,
    inputs: Sequence[Fingerprint] = (),
) -> None:
    """Write ``bilan.html``, ``bilan.json`` and ``rejets.csv`` into the folder of a build.

    Parameters
    ----------
    checks : DataFrame
        As made by :func:`atlas.publish.conservation.conservation`.
    tables : mapping of DataFrame, optional
        Small tables to show as they are, by French title (matching methods, grouping methods).
    timings : mapping, optional
        Seconds by step.
    inputs : sequence of Fingerprint, optional
        Files read, with their size and digest: masked editions do not tell these.
    """
    rejects = _rejects(ledger)
    write_csv(rejects, folder / "rejets.csv")
    shown = {title: table.astype("object").where(table.notna(), None) for title, table in (tables or {}).items()}
    content = {
        "territoire": context.territory,
        "campagnes": list(context.campaigns),
        "publie_le": context.published_on.isoformat(),
        "version": __version__,
        "entrees": described(inputs),
        "etapes": ledger.entries,
        "conservation": checks.to_dict("records"),
        "tableaux": {title: table.to_dict("records") for title, table in shown.items()},
        "remarques": list(remarks),
        "lignes_listees": len(rejects),
        "durees_s": dict(timings or {}),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
    (folder / "bilan.json").write_text(text + "\n", "utf-8")
    page = Page(
        title=f"Bilan : {context.territory}",
        heading=f"Bilan de construction : {context.territory}",
        subtitle=(f"publié le {context.published_on:%d/%m/%Y}", "campagnes " + ", ".join(map(str, context.campaigns))),
        notices=(RESERVED, *context.notices),
    )
    html = render(
        "bilan.html.j2",
        page=page,
        stages=[_stage(entry) for entry in ledger.entries],
        laws=checks.to_dict("records"),
        broken=int((checks["ecart"].abs() > 1e-6).sum()) if len(checks) else 0,
        tables={title: (_headings(table), table.to_numpy().tolist()) for title, table in shown.items()},
        remarks=list(remarks),
        reasons=_reasons(rejects),
        timings=dict(timings or {}),
        version=__version__,
    )
    (folder / "bilan.html").write_text(html, "utf-8")


def _headings(table: pd.DataFrame) -> list[tuple[str, bool]]:
    """Name each column in French, and say whether it holds numbers."""
    numbers = table.map(lambda value: value is None or isinstance(value, int | float)).all().tolist()
    names = [_HEADINGS.get(str(name), str(name).replace("_", " ")) for name in table.columns]
    return list(zip(names, numbers, strict=True))


def _rejects(ledger: Ledger) -> pd.DataFrame:
    """Type the listed rows, with the names of files and never their place on the machine."""
    rejects = ledger.rejects
    numbers = {name: pd.to_numeric(rejects[name], errors="coerce").astype("float64") for name in QUANTITIES[1:]}
    names = {value: Path(str(value)).name for value in rejects["fichier"].dropna().unique()}
    lines = pd.to_numeric(rejects["ligne"], errors="coerce").astype("Int64")
    return rejects.assign(fichier=rejects["fichier"].map(names), ligne=lines, **numbers)[list(REJECT_COLUMNS)]


def _reasons(rejects: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the listed rows by stage, effect and reason, set aside first."""
    if rejects.empty:
        return []
    grouped = rejects.groupby(["etape", "effet", "motif"], dropna=False, sort=False)
    counts = grouped.agg(lignes=("id", "size"), logements=("logements", "sum")).reset_index()
    aside_first = counts.assign(rang=(counts["effet"] != SET_ASIDE).astype(int))
    return aside_first.sort_values("rang", kind="stable").drop(columns="rang").to_dict("records")  # type: ignore[return-value]


def _stage(entry: dict[str, Any]) -> dict[str, Any]:
    """Lay out one stage of the flow: a row per quantity that it carries."""
    carried = [name for name in QUANTITIES if name == "lignes" or entry["entree"][name] or entry["sortie"][name]]
    return {
        "name": entry["etape"],
        "campaign": entry["campagne"] or "toutes",
        "rows": [(_WORDS[name], *(entry[side][name] for side in ("entree", "sortie", "ecarte"))) for name in carried],
        "reasons": entry["motifs"],
    }


def _plain(value: Any) -> Any:
    """Turn what NumPy and dates give into plain JSON."""
    return value.item() if hasattr(value, "item") else str(value)
