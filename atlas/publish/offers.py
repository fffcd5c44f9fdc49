"""« Où loger ? », ``ou-loger.html``: the residences where a household would find a home that suits, to filter and print.

In: an edition whose sheets have a form, with low rents and turnover. Out: one page; its script does the sums of
:mod:`atlas.offer` and of the sheets' form on what the page carries, so that it answers as ``atlas ou-loger`` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.methods.household_words import read_households, words_of
from atlas.offer import Home, homes_of
from atlas.publish.frame import OFFERS, offering, page_of
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.paths import file_names, href
from atlas.publish.rendering import asset, json_text, render
from atlas.publish.simulation import SCRIPT, carried_of
from atlas.tables.offered import HOUSEHOLDS, RENT_CEILING, RENT_SHARE, SURFACES
from atlas.writing import natural, quantity

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

_KIND = "residences"
_CARRIED = ("niveau", "effectifs", "menages")


def write_offers(book: Book, folder: Path) -> list[Path]:
    """Write the page of an edition; give the files written, none where it cannot say anything."""
    edition = book.edition
    if not offering(edition):
        return []
    path = folder / OFFERS
    path.write_text(offers_page(book), "utf-8")
    return [path]


def offers_page(book: Book) -> str:
    """Render the page: what to look for, then the residences, which the script lists."""
    edition = book.edition
    rules = {rule.key: rule for rule in edition.context.rules}
    supposed = read_households(str(rules[HOUSEHOLDS].value[0]))[1]
    homes = _carried(edition)
    low, beyond = supposed.resources
    constants = {
        "plafond": float(rules[RENT_CEILING].value),
        "surfaces": [float(one) for one in rules[SURFACES].value],
        "part": float(rules[RENT_SHARE].value),
    }
    return render(
        "ou-loger.html.j2",
        page=page_of(
            edition,
            title="Où loger ?",
            heading=f"Où loger ? {edition.context.territory}",
            here=OFFERS,
            data={"logements": homes},
            scripts=(f"const LOGEMENT = {json_text(constants)};\n{asset('ou-loger.js')}",),
            beside=SCRIPT,
        ),
        choices=[
            ("commune", "Commune", sorted({one["commune"] for one in homes if one["commune"]}, key=natural)),
            ("situation", "Situation", sorted({one["situation"] for one in homes if one["situation"]})),
            ("bailleur", "Bailleur", sorted({one["bailleur"] for one in homes if one["bailleur"]}, key=natural)),
        ],
        rooms=range(1, len(constants["surfaces"]) + 1),
        surfaces=[quantity(one) for one in constants["surfaces"]],
        supposed=words_of(supposed).partition(" : ")[2],
        adults=supposed.adults,
        unemployed=supposed.unemployed,
        under=low == 0,
        band=quantity(beyond if low == 0 else low),
        rules=rules,
        keys={"share": RENT_SHARE, "ceiling": RENT_CEILING},
        masked=edition.masked,
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
        caveats=book.reservations(),
    )


def _carried(edition: Edition) -> list[dict[str, Any]]:
    """Gather what the page carries of each residence, in the order of names."""
    read, _ = edition.read(_KIND, edition.units[_KIND])
    communes = edition.units.get("communes")
    names = {} if communes is None else dict(zip(communes["id"].astype(str), communes["nom"].astype(str), strict=True))
    homes = homes_of(read, edition.stock, names)
    forms, files = carried_of(edition), file_names(edition.units[_KIND]["id"])
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
