"""The atlas itself, ``index.html``: map, legend, counters, table; it opens from a folder, without network.

In: an edition and the other pages written beside it. Out: HTML. Everything shown comes from the edition's own columns;
units without a place are in the table and not on the map.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.catalogue import Catalogue, Layer
from atlas.output import ATLAS_PAGE
from atlas.publish.departments import FOLDER, departments, divided, overview
from atlas.publish.frame import page_of
from atlas.publish.legend import cited_sources, legend_of, outline_of, secrecy_of, value_of
from atlas.publish.page_data import drawable, page_data
from atlas.publish.page_links import Files, Part
from atlas.publish.paths import file_names
from atlas.publish.rendering import asset, render
from atlas.publish.web_map import leaflet, web_map
from atlas.tables import UNITS
from atlas.tables.years import MOVE

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

_SCRIPTS = ("store", "map", "marks", "sheet", "table", "search", "campaigns", "address", "main")
_EVERY = {
    "bailleur": ("Bailleur", "Tous"),
    "code_insee": ("Commune", "Toutes"),
    "situation": ("Situation", "Toutes"),
    "bas_loyer": ("Part à bas loyer", "Toutes"),
    "bas_loyer_hors_qpv": ("Bas loyer hors QPV", "Tous"),
    "taille": ("Taille de logements", "Toutes"),
    "accessibilite": ("Accessibilité (PMR)", "Toutes"),
}


@dataclass(frozen=True)
class _Filter:
    column: str
    label: str
    every: str


def write_index(book: Book, folder: Path, beside: Collection[str] = ()) -> list[Path]:
    """Write the atlas: one page or, above the number of residences that a page can show, one page per département and
    an overview that leads to them.

    Parameters
    ----------
    beside : collection of str
        The pages that the edition's folder already holds, by their path: the only ones that the atlas leads to.

    Returns
    -------
    list of Path
        The files written, ``index.html`` first.
    """
    edition, catalogue = book.edition, book.catalogue
    files = {name: file_names(table["id"]) for name, table in edition.units.items()}
    pages = {}
    if not divided(edition):
        pages["index.html"] = index_page(edition, catalogue, beside=beside, files=files)
    else:
        parts, most = departments(edition), edition.context.rule(ATLAS_PAGE).value
        pages["index.html"] = index_page(
            overview(edition), catalogue, beside=beside, files=files, parts=_parts(parts), most=most
        )
        for code, part in parts.items():
            pages[f"{FOLDER}/{code}.html"] = index_page(part, catalogue, beside=beside, files=files, department=code)
        (folder / FOLDER).mkdir(exist_ok=True)
    for name, html in pages.items():
        (folder / name).write_text(html, "utf-8")
    return [folder / name for name in pages]


def index_page(
    edition: Edition,
    catalogue: Catalogue,
    *,
    beside: Collection[str] = (),
    files: Files | None = None,
    parts: Sequence[Part] = (),
    department: str = "",
    most: int = 0,
) -> str:
    """Render the atlas: map, legend, counters, table, caveats.

    Parameters
    ----------
    files : mapping, optional
        By kind of unit, the file name of each identifier in the whole edition, of which ``edition`` may be a part.
    parts : sequence of Part
        The départements that an overview leads to; ``most`` is why there are several.
    department : str
        Code of the département that the page is about, empty for a whole territory.
    """
    root = "../" if department else ""
    data = page_data(edition, catalogue, beside=beside, files=files, root=root, parts=parts)
    drawing = web_map(edition, overview=bool(parts))
    script, style = leaflet()
    layers = drawable(edition, catalogue)
    legends = [legend_of(layer, edition, catalogue) for layer in layers]
    cited = dict.fromkeys(key for layer in layers for key in layer.caveats)
    omitted = edition.context.omitted.items()
    where = f"{edition.context.territory}{f', département {department}' if department else ''}"
    return render(
        "index.html.j2",
        page=page_of(
            edition,
            title="Atlas des résidences" + (f", département {department}" if department else ""),
            heading=f"Atlas des résidences : {where}",
            scripts=(script, asset("symbols.js"), drawing.script, *(asset(f"{name}.js") for name in _SCRIPTS)),
            data=data,
            tiles=True,
            here="" if department else "index.html",
            root=root,
        ),
        parts=parts,
        most=most,
        leaflet_css=style,
        map=drawing,
        legends=legends,
        symbols={entry.layer.id: entry.classes for entry in legends},
        search_label=f"Chercher {', '.join(_searched(data))}",
        level=next((one for one in legends if one.layer.id == data["niveaux"].get(data["synthese"])), None),
        strokes=sorted({one.stroke for entry in legends for one in entry.classes if one.hatch}),
        groups=_groups(catalogue, layers),
        filters=[_filter(column, data) for column in _filters(data)],
        campaigns=[one["annee"] for one in data["campagnes"]],
        followed=edition.followed and any(layer.column == MOVE for layer in layers),
        tables=[(name, view) for name, view in catalogue.tables.items() if name in data["tables"]],
        caveats=[catalogue.caveats[key] for key in cited],
        omitted=[
            (f"Non publié : {UNITS[name].plural}", f"{reason[:1].upper()}{reason[1:]}.") for name, reason in omitted
        ],
        sources=cited_sources(edition),
        secrecy=secrecy_of(edition),
        outline_of=outline_of,
        value_of=value_of,
    )


def _parts(editions: Mapping[str, Edition]) -> list[Part]:
    return [Part(code, f"{FOLDER}/{code}.html", len(edition.units["residences"])) for code, edition in editions.items()]


def _searched(data: dict[str, Any]) -> list[str]:
    """Name what the search box looks through: streets and landlords only where the edition publishes them."""
    residences = data["tables"].get("residences", {"champs": {}, "rues": None})
    found = ["une résidence"] if residences["champs"] else []
    found += ["une rue"] if residences["rues"] else []
    found += ["un bailleur"] if "bailleur" in residences["champs"] else []
    found += ["une commune"] if "communes" in data["tables"] else []
    return [*found, "un quartier"] if "quartiers" in data["tables"] else found


def _filters(data: dict[str, Any]) -> list[str]:
    residences = data["tables"].get("residences")
    return [*residences["filtres"], *residences["parc"]] if residences else []


def _filter(column: str, data: dict[str, Any]) -> _Filter:
    if column in _EVERY:
        return _Filter(column, *_EVERY[column])
    return _Filter(column, data["tables"]["residences"]["champs"][column]["titre"], "Tous")


def _groups(catalogue: Catalogue, layers: tuple[Layer, ...]) -> list[dict[str, Any]]:
    """Gather each group's layers by family, in the order of the catalogue."""
    groups = []
    for group in catalogue.groups:
        families: dict[str, list[Layer]] = {}
        for layer in layers:
            if layer.group == group.key:
                families.setdefault(layer.family, []).append(layer)
        if families:
            groups.append({**group.model_dump(), "families": list(families.items())})
    return groups
