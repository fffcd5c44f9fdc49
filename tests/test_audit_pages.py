"""Pages as written: whatever holds a rate that is not published, the audit finds it."""

from __future__ import annotations

import json
import re

import pytest
from audit_factory import change, manifest, reasons, sound

from atlas.audit.page_tables import undeclared_data
from atlas.audit.read_back import read_written
from atlas.publish.departments import departments, overview
from atlas.publish.frame import shipped_catalogue
from atlas.publish.page_data import page_data
from atlas.publish.pictures import (
    Comparison,
    Line,
    Mark,
    Panel,
    Residence,
    Row,
    bars,
    beside,
    distribution,
    gauge,
    levels_bar,
    small_multiples,
    stock_flux,
    strip,
)
from tests.edition_factory import make_edition


@pytest.fixture
def build(tmp_path):
    """A builder's edition and a masked one, both as they should be."""
    return sound(tmp_path)


def test_what_a_page_alone_tells_is_found(build):
    path = build / "index.html"
    content = json.loads(path.read_text("utf-8").split(">")[1].split("<")[0])
    field = content["tables"]["residences"]["champs"]["inf40"]
    field["u"][0], field["m"] = "99 %", [1] * 6
    path.write_text(f'<script type="application/json">{json.dumps(content)}</script>', "utf-8")
    manifest(build)
    found = reasons(build)
    assert "index.html, table residences : valeur différente du GeoPackage, colonne lb_inf40" in found
    assert "colonne absente du GeoPackage (par exemple marge_inf40)" in found


SHEET = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Les Lilas</title>
<style>p { width: 50% }</style></head><body><main><h1>Les Lilas</h1>
<p>Seuil : 40 %.
<span data-unite="residences" data-id="r-0001" data-campagne="2022" data-indicateur="inf40">45 %</span></p>
SECRET PUBLIE</main></body></html>"""
FIGURE = "inf40 2022 {} {}"


def mark(label, value, unit="r-0001", kind="residences", status="publié") -> Mark:
    return Mark.read(label, value, status, "Les Lilas", FIGURE.format(kind, unit))


HIDDEN = gauge(mark("secret", None, "a-0004", "adresses", "secret"), 40, "seuil : 40 %", key="a")
SHOWN = gauge(mark("45 %", 45), 40, "seuil : 40 %", key="b")


def planted(build, find="", put="", count=1, page=SHEET):
    """Write a sheet of the edition where ``put`` stands in place of ``find``; give what the audit says of it."""
    text = page.replace("SECRET", HIDDEN).replace("PUBLIE", SHOWN)
    assert find in text
    (build / "residences").mkdir(exist_ok=True)
    (build / "residences" / "r-0001.html").write_text(text.replace(find, put, count), "utf-8")
    content = json.loads((build / "manifeste.json").read_text("utf-8"))
    manifest(build, content | {"regles": [{"cle": "seuil", "valeur": 40, "unite": "%"}]})
    return reasons(build)


def counted_again(build, claim) -> str:
    """Share of the addresses of the edition (or of their dwellings) whose rate is published, by plain counting."""
    table = read_written(build).units["adresses"]
    weights = [1 if claim == "unites" else size for size in table["nb_logements"]]
    known = sum(one for one, status in zip(weights, table["st_inf40"], strict=True) if status == "publié")
    return f"{100 * known / sum(weights):.1f}".replace(".", ",").removesuffix(",0")


@pytest.mark.parametrize("claim", ["unites", "logements"])
def test_a_share_of_the_edition_is_counted_again(build, claim):
    told = '<i data-part="adresses st_inf40 {}">{}</i></main>'
    right = counted_again(build, claim)
    assert right not in ("0", "100") and planted(build, "</main>", told.format(claim, right)) == ""
    for wrong in (told.format(claim, "37,3"), told.format("menages", right), told.format(claim, "–")):
        assert "part que le GeoPackage ne donne pas" in planted(build, "</main>", wrong)
    for extra in ("<b></b>", '<b title="45">', "<!-- 45 -->", "<svg><text>45</text></svg>"):
        assert "contenu caché dans une part" in planted(build, "</main>", told.format(claim, f"{right}{extra}"))
    for text in (f"{right} et 37", "nan", "inf", f"{right}1"):
        assert "part que le GeoPackage ne donne pas" in planted(build, "</main>", told.format(claim, text))


def test_a_page_that_tells_what_is_published_passes(build):
    assert planted(build) == ""


# Where a masked rate of 50 % would be read, in an edition that publishes no 50 %, nor 37 %.
PLACES = {
    "words": ("<main>", "<main><p>50 %</p>"),
    "words in pieces": ("<main>", "<main><p>5<b>0</b>&#8239;%</p>"),
    "wide figures": ("<main>", "<main><p>５０％</p>"),
    "in full": ("<main>", "<main><p>50 pour cent</p>"),
    "a published rate without its mark": ("<main>", "<main><p>45 %</p>"),
    "a number with decimals": ("<main>", "<main><p>37,5</p>"),
    "hidden words": ("<main>", "<main><p hidden>50 %</p>"),
    "no script": ("<main>", "<main><noscript>50 %</noscript>"),
    "a field": ("<main>", "<main><textarea>50 %</textarea>"),
    "the title": ("<title>", "<title>50 % "),
    "a tooltip": ("<main>", '<main title="50 %">'),
    "a label for screen readers": ("<main>", '<main aria-label="50 %">'),
    "a value": ("<main>", '<main><input value="50 %">'),
    "a link": ("<main>", '<main><a href="#taux=50%25">voir</a>'),
    "an attribute that nobody reads": ("<main>", '<main data-taux="50">'),
    "an event": ("<main>", '<main onclick="alert(50)">'),
    "a meta": ("<title>", '<meta name="description" content="50 %"><title>'),
    "a comment": ("<main>", "<main><!-- inf40 : 50 -->"),
    "a comment in a picture": ("</svg>", "<!-- 50 --></svg>"),
    "a style sheet": ("</style>", ".barre { width: 37% }</style>"),
    "a drawn word": ("</style>", 'p::after { content: "50" }</style>'),
    "a style": ("<main>", '<main style="width:37%">'),
    "a style in pixels": ("<main>", '<main style="width:88px">'),
    "a width": ("<main>", '<main><table><tr><td width="37%"></td></tr></table>'),
    "a template": ("<main>", "<main><template>50 %</template>"),
    "a meter": ("<main>", '<main><meter value="50" max="100"></meter>'),
    "an image": ("<main>", '<main><img src="carte.png" alt="">'),
    "an image in an address": ("<main>", '<main><a href="data:image/png;base64,AAAA">x</a>'),
    "data under a name that nothing reads": (
        "</main>",
        '</main><script type="application/json">{"notes": [50]}</script>',
    ),
    "data that is no table": ("</main>", '</main><script type="application/json">[50]</script>'),
    "a script of another nature": ("</main>", '</main><script type="text/x-taux">50</script>'),
    "a unit in a script": ("</main>", '</main><script>const taux = {"a-0004": 50};</script>'),
    "text of a picture": ("</svg>", '<text x="1" y="1">50 %</text></svg>'),
    "a number of a picture": ("</svg>", '<text x="1" y="1">52</text></svg>'),
    "title of a picture": ("</title><desc", " 50 %</title><desc"),
    "description of a picture": ("</desc>", " 50 %</desc>"),
    "width of a picture": ('width="100%"', 'width="37%"'),
    "a style in a picture": ("</svg>", "<style>rect { width: 88px }</style></svg>"),
    "an animation": ("</svg>", '<animate attributeName="width" to="118"/></svg>'),
    "a picture without a name": ("</main>", '<svg aria-hidden="true"><text>50</text></svg></main>'),
    "a picture of no known kind": ("</main>", '<svg role="img"><rect width="118" height="9"/></svg></main>'),
    "a bar": ("</svg>", '<rect x="0" y="9" width="118" height="9" fill="#1d2f7f"/></svg>'),
    "a pale bar": ("</svg>", '<rect x="0" y="9" width="118" height="9" fill="#eeeeee"/></svg>'),
    "a dot": ("</svg>", '<circle cx="118" cy="9" r="3" fill="#1d2f7f"/></svg>'),
    "a line": ("</svg>", '<line x1="0" x2="118" y1="9" y2="9" stroke="#1d2f7f"/></svg>'),
    "a curve": ("</svg>", '<path d="M0 0L118 9" stroke="#1d2f7f" data-courbe=""/></svg>'),
    "a bar of a masked figure": (
        "</svg>",
        '<rect x="0" y="9" width="118" height="9" data-chiffre="inf40 2022 adresses a-0004" '
        'data-echelle="x 0 237 100"/></svg>',
    ),
    "a bar without a scale": (
        "</svg>",
        '<rect x="0" y="9" width="118" height="9" data-chiffre="inf40 2022 residences r-0001"/></svg>',
    ),
    "another scale": (' 360 100"', ' 360 90"'),
    "a longer bar": ('width="162"', 'width="163"'),
    "a bar moved": ('<rect x="0" y="33" width="162"', '<rect x="3" y="33" width="162"'),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_masked_rate_is_found_wherever_a_page_holds_it(build, place):
    find, put = PLACES[place]
    assert "residences/r-0001.html : " in planted(build, find, put)


def pictures() -> dict[str, str]:
    """Every picture of figures, of published figures alone: what each draws agrees with the edition."""
    own, other, none = (
        mark("45 %", 45),
        mark("38 %", 38, "r-0003"),
        mark("secret", None, "a-0004", "adresses", "secret"),
    )
    curve = Line("la résidence", ((2020, mark("non renseigné", None, status="non renseigné")), (2022, own)), main=True)
    return {
        "gauge": gauge(own, 40, "seuil : 40 %", key="g"),
        "flux": stock_flux(own, none, (40, None), ("seuil : 40 %", ""), key="f", references=[(other, none)]),
        "beside": beside([Comparison("Ressources", own, (other,))], ["le quartier"], key="c"),
        "strip": strip([Residence("A", own), Residence("B", other), Residence("C", none)], 40, key="s"),
        "multiples": small_multiples([Panel("Ressources", (curve,), 40)], key="m"),
        "distribution": distribution([own, other], 40, key="d", highlight=own),
        "bins": distribution([own, other] * 60, 40, key="e"),
        "levels": levels_bar([Row("fragile", "12", 12), Row("très fragile", "3", 3)], key="l"),
        "bars": bars([Row("T2", "12", 12), Row("T3", "40", 40, part=10, part_label="10")], key="h"),
    }


def test_every_picture_of_published_figures_agrees_with_them(build):
    assert planted(build, "</main>", "".join(pictures().values()) + "</main>") == ""


# What tells the length of a shape, and how far it may be drawn from where it stands before anyone sees another figure.
MOVED = {"rect": ' width="', "circle": ' c{}="', "line": ' x2="', "path": "translate("}


@pytest.mark.parametrize("name", ["gauge", "flux", "beside", "strip", "multiples", "distribution", "levels", "bars"])
def test_every_picture_is_refused_when_a_length_says_another_figure(build, name):
    """Each shape that stands for a figure, drawn two hundredths of the scale further: not one passes."""
    drawn, axis = pictures()[name], "y" if name == "multiples" else "x"
    shapes = [one for one in re.findall(r"<[a-z]+ [^>]*>", drawn) if "data-chiffre" in one or "data-effectif" in one]
    assert shapes
    for shape in shapes:
        before = MOVED[shape[1:].split()[0]].format(axis)
        start = shape.index(before) + len(before)
        number = re.match(r"[\d.]+", shape[start:])[0]
        further = float(number) * 1.2 + 3
        wrong = drawn.replace(shape, f"{shape[:start]}{further:g}{shape[start + len(number) :]}", 1)
        assert "residences/r-0001.html : " in planted(build, "</main>", wrong + "</main>"), shape


HOMES = (
    '<span data-parc="residences" data-id="r-0001" data-caracteristique="taille" data-modalite="{}" '
    'data-colonne="{}">{}</span>'
)
SPAN = '<span data-unite="{}" data-id="{}" data-campagne="2022" data-indicateur="inf40">{}</span>'


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        (SPAN.format("residences", "r-0001", "45\u202f%"), False),
        (SPAN.format("residences", "r-0001", "46 %"), True),
        (SPAN.format("adresses", "a-0004", "secret"), False),
        (SPAN.format("adresses", "a-0004", "50 %"), True),
        (SPAN.format("residences", "r-9999", "non renseigné"), False),
        (SPAN.format("residences", "r-9999", "12 %"), True),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="nb_logements">35 logements</b>', False),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="nb_logements">36</b>', True),
        ('<b data-unite="adresses" data-id="a-0004" data-colonne="menages">6</b>', True),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="inventee">6</b>', True),
        (HOMES.format("T3", "nb_logements", "12 logements"), False),
        (HOMES.format("T3", "nb_logements", "13"), True),
        (HOMES.format("T4", "nb_logements", "2"), True),
        (HOMES.format("T3", "logements_bas_loyer", "4"), True),
    ],
)
def test_a_marked_figure_is_compared_with_the_geopackage(build, marked, found):
    change(
        build,
        "CREATE TABLE parc (unite TEXT, id TEXT, caracteristique TEXT, modalite TEXT, nb_logements INTEGER)",
        "INSERT INTO parc VALUES ('residences', 'r-0001', 'taille', 'T3', 12)",
        "INSERT INTO gpkg_contents VALUES ('parc')",
    )
    (build / "fiche.html").write_text(f"<p>{marked}</p>", "utf-8")
    manifest(build)
    assert ("fiche.html : chiffre autre que celui du GeoPackage" in reasons(build)) is found
    assert "pourcentage que le GeoPackage ne publie pas" not in reasons(build)


@pytest.mark.parametrize("masked", [True, False])
def test_what_the_map_carries_is_all_declared(masked):
    """Editions that show counts carry margins too, and the audit reads those of a landlord."""
    edition = make_edition(masked=masked)
    catalogue = shipped_catalogue()
    for part in (edition, overview(edition), *departments(edition).values()):
        assert list(undeclared_data([page_data(part, catalogue)])) == []
    table = page_data(edition, catalogue)
    table["tables"]["residences"]["champs"]["inf40"]["exact"] = [37.2]
    assert list(undeclared_data([table])) == ["inf40.exact"]
