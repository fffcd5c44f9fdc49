"""« Où loger ? », ``ou-loger.html``: the residences where a household would find a suitable home, to filter and print.

In: an edition whose sheets have a form, with low rents and turnover. Out: one page or, above the number of residences
that a page can show, one page per département and one that leads to them. Its script does the sums of
:mod:`atlas.offer` and of the sheets' form on what the page carries, so that it answers as ``atlas ou-loger`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.methods.household_words import read_households, words_of
from atlas.offer import Home, homes_of
from atlas.output import ATLAS_PAGE
from atlas.publish.departments import FOLDER, departments, divided
from atlas.publish.frame import OFFERS, offering, page_of
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.page_links import Part
from atlas.publish.paths import file_names, href
from atlas.publish.rendering import asset, json_text, render
from atlas.publish.simulation import SCRIPT, carried_of
from atlas.tables.offered import HOUSEHOLDS, RENT_CEILING, RENT_SHARE, SURFACES
from atlas.writing import natural, quantity

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

_KIND, _STEM = "residences", Path(OFFERS).stem
_CARRIED = ("niveau", "effectifs", "menages")


def write_offers(book: Book, folder: Path) -> list[Path]:
    """Write the page of an edition; give the files written, none where it cannot say anything."""
    edition = book.edition
    if not offering(edition):
        return []
    path = folder / OFFERS
    if not divided(edition):
        path.write_text(offers_page(book, edition), "utf-8")
        return [path]
    parts = departments(edition)
    (folder / FOLDER).mkdir(exist_ok=True)
    written = [folder / FOLDER / f"{_STEM}-{code}.html" for code in parts]
    files = file_names(edition.units[_KIND]["id"])
    for (code, part), page in zip(parts.items(), written, strict=True):
        page.write_text(offers_page(book, part, files, department=code), "utf-8")
    path.write_text(_overview(book, parts), "utf-8")
    return [path, *written]


def _overview(book: Book, parts: Mapping[str, Edition]) -> str:
    """Render the page that leads to those of the départements."""
    edition = book.edition
    return render(
        "ou-loger-departements.html.j2",
        page=page_of(edition, title="Où loger ?", heading=f"Où loger ? {edition.context.territory}", here=OFFERS),
        parts=[Part(code, f"{FOLDER}/{_STEM}-{code}.html", len(part.units[_KIND])) for code, part in parts.items()],
        most=edition.context.rule(ATLAS_PAGE).value,
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
        caveats=book.reservations(),
    )


def offers_page(book: Book, edition: Edition, files: Mapping[str, str] | None = None, *, department: str = "") -> str:
    """Render a page: what to look for, then the residences, which the script lists.

    Parameters
    ----------
    edition : Edition
        Whose residences are listed: that of the book, or a part of it.
    files : mapping, optional
        File name of the sheet of each residence in the whole edition, of which ``edition`` may be a part.
    department : str
        Code of the département that the page is about, empty for a whole territory.
    """
    root = "../" if department else ""
    rules = {rule.key: rule for rule in edition.context.rules}
    supposed = read_households(str(rules[HOUSEHOLDS].value[0]))[1]
    homes = _carried(edition, files or file_names(edition.units[_KIND]["id"]))
    low, beyond = supposed.resources
    surfaces = [float(one) for one in rules[SURFACES].value]
    constants = {
        "plafond": float(rules[RENT_CEILING].value),
        "surfaces": surfaces,
        "part": float(rules[RENT_SHARE].value),
        "racine": root,
        "carte": f"{department}.html" if department else "index.html",
    }
    where = f"{edition.context.territory}{f', département {department}' if department else ''}"
    return render(
        "ou-loger.html.j2",
        page=page_of(
            edition,
            title="Où loger ?" + (f" Département {department}" if department else ""),
            heading=f"Où loger ? {where}",
            here="" if department else OFFERS,
            root=root,
            data={"logements": homes},
            scripts=(f"const LOGEMENT = {json_text(constants)};\n{asset('ou-loger.js')}",),
            beside=f"{root}{SCRIPT}",
        ),
        choices=[
            ("commune", "Commune", sorted({one["commune"] for one in homes if one["commune"]}, key=natural)),
            ("situation", "Situation", sorted({one["situation"] for one in homes if one["situation"]})),
            ("bailleur", "Bailleur", sorted({one["bailleur"] for one in homes if one["bailleur"]}, key=natural)),
        ],
        rooms=range(1, len(surfaces) + 1),
        surfaces=[quantity(one) for one in surfaces],
        supposed=words_of(supposed).partition(" : ")[2],
        adults=supposed.adults,
        unemployed=supposed.unemployed,
        under=low == 0,
        band=quantity(beyond if low == 0 else low),
        rules=rules,
        keys={"share": RENT_SHARE, "ceiling": RENT_CEILING},
        masked=edition.masked,
        department=department,
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
        caveats=book.reservations(),
    )


def _carried(edition: Edition, files: Mapping[str, str]) -> list[dict[str, Any]]:
    """Gather what the page carries of each residence, in the order of names."""
    read, _ = edition.read(_KIND, edition.units[_KIND])
    communes = edition.units.get("communes")
    names = {} if communes is None else dict(zip(communes["id"].astype(str), communes["nom"].astype(str), strict=True))
    homes = homes_of(read, edition.stock, names)
    forms = carried_of(edition)
    ordered = sorted(homes, key=lambda one: (natural(one.name), one.id))
    return [_one(home, forms[home.id], href(_KIND, files[home.id]), edition) for home in ordered]


def _one(home: Home, form: dict[str, Any], page: str, edition: Edition) -> dict[str, Any]:
    return {
        **home.carried,
        "nom": home.name,
        "bailleur": home.landlord,
        "commune": home.commune,
        "situation": home.situation,
        "fiche": page,
        **{name: form[name] for name in _CARRIED if name in form},
        "chiffres": {code: form["chiffres"][code] for code in edition.method.codes},
    }
