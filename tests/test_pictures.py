"""Pictures: places equal values, nothing masked has a place, nothing hostile lives, two engines draw the same."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import escape

import numpy as np
import pytest
import shapely

from atlas.methods import every
from atlas.methods.seuils import LEVELS
from atlas.publish import pictures
from atlas.publish.pictures import (
    Comparison,
    Line,
    Mark,
    Panel,
    Residence,
    Row,
    background,
    bars,
    beside,
    distribution,
    gauge,
    levels_bar,
    locator,
    small_multiples,
    stock_flux,
    strip,
)
from atlas.publish.pictures.style import looks
from atlas.publish.pictures.words import cut, width_of
from atlas.publish.rendering import gate
from atlas.tables import STATUSES
from atlas.writing import typeset

SVG = "{http://www.w3.org/2000/svg}"
WIDTH = 360
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "{{ 7 * 7 }} {% raw %}",
    "</svg></style></script>",
    "إقامة الزيتون \u202e renversé",
    "\x00\x0b\ud800 contrôles",
    "]]> &amp; <!-- -->",
    "Résidence " + "très " * 60 + "longue",
    "W" * 300,
)
SECRET = Mark("secret", status="secret")
UNKNOWN = Mark("non renseigné", status="non renseigné")
NONE = Mark("sans objet", status="sans objet")


def rate(value: float, name: str = "") -> Mark:
    return Mark(f"{value} %", value, name=name)


def named(mark: Mark, name: str) -> Mark:
    return replace(mark, name=name)


COMMUNE = shapely.Polygon([(0, 0), (3000, -400), (5200, 300), (5600, 2600), (2500, 3600), (-500, 2200)])
GROUND = background(
    COMMUNE,
    [COMMUNE.intersection(shapely.box(x, -500, x + 2000, 4000)) for x in (-500, 1500, 3500)],
    [
        ("QPV", shapely.Point(1800, 1500).buffer(500)),
        ("QVA", shapely.box(3600, 600, 4300, 1200)),
        ("secteur A", shapely.box(600, 2000, 900, 2300)),
        ("secteur B", shapely.box(600, 900, 900, 1300)),
    ],
    [(x, y) for x in range(700, 4500, 400) for y in range(500, 2500, 500)],
)


def samples(name: str = "Les Tilleuls", label: str = "seuil : 40 %") -> dict[str, str]:
    """Every picture, in every state, with a name that a test may make hostile."""
    marks = [rate(value) for value in (12, 14, 22, 27, 27, 31, 38, 40, 41, 47, 55, 55, 62, 71)]
    lines = (
        Line(name, ((2018, rate(35)), (2020, SECRET), (2022, rate(44)), (2024, rate(47))), main=True),
        Line("commune", ((2018, rate(30)), (2020, rate(31)), (2022, rate(33)), (2024, rate(33)))),
    )
    residences = [
        Residence(name, rate(58), "très fragile"),
        Residence("Le Clos", rate(40), "fragile"),
        Residence("Les Acacias", Mark.read("≤ 5 %", 5, "publié"), "sans fragilité repérée"),
        Residence("Bois Joli", rate(33)),
        Residence(f"{name} 2", SECRET),
        Residence("Les Lilas", UNKNOWN),
    ]
    classes = [
        Residence(name, Mark.read("de 60 à moins de 70 %", 60, "publié"), "fragile"),
        Residence("Les Saules", Mark.read("80 % et plus", 80, "publié"), "très fragile"),
        Residence("Les Ormes", Mark.read("moins de 10 %", 0, "publié")),
    ]
    return {
        "gauge": gauge(rate(42), 40, label, key="a1", title=name, margin="7 ménages au-dessus du seuil"),
        "gauge_class": gauge(Mark.read("de 40 à moins de 50 %", 40, "publié"), 40, label, key="a2"),
        "gauge_secret": gauge(SECRET, 40, label, key="a3", title=name),
        "gauge_unknown": gauge(UNKNOWN, 40, label, key="a4"),
        "gauge_none": gauge(NONE, 40, label, key="a5"),
        "distribution": distribution(
            marks, 40, key="b1", threshold_label=label, highlight=rate(62, name),
            asides=[("secret", f"{name} : secret")],
        ),
        "distribution_many": distribution(marks * 30, 40, key="b2", threshold_label=label),
        "distribution_empty": distribution([SECRET], 40, key="b3", highlight=named(SECRET, name)),
        "strip": strip(residences, 40, key="c1", threshold_label=label, highlight=name),
        "strip_classes": strip(classes, 40, key="c2", threshold_label=label),
        "small_multiples": small_multiples([Panel(name, lines, 40), Panel("Vacance", lines)], key="d1"),
        "stock_flux": stock_flux(
            rate(42, name), rate(58, "Emménagés récents"), (40, 50), (label, "seuil : 50 %"), key="e1",
            references=[(rate(31, name), rate(45, "commune"))],
        ),
        "stock_flux_secret": stock_flux(rate(22, name), named(SECRET, "Récents"), (40, 50), (label, ""), key="e2"),
        "levels_bar": levels_bar([Row(level, f"{n}", n) for n, level in enumerate(LEVELS, 3)], key="f1", unit=name),
        "locator": locator(GROUND, (2000, 1500), shapely.box(1980, 1480, 2020, 1560), key="g1", name=name),
        "locator_unplaced": locator(GROUND, None, key="g2", name=name),
        "bars": bars(
            [Row("T1", "8", 8, part=5, part_label="dont 5"), Row(name, "12", 12), Row("T3", "secret", None, "secret")],
            key="h1", part_name=name,
        ),
        "beside": beside(
            [Comparison(name, rate(25), (rate(20), SECRET)), Comparison("Seuls", UNKNOWN, (rate(31), rate(28)))],
            ["la commune", name], key="i1",
        ),
    }  # fmt: skip


SAMPLES = samples()


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def element(svg: str, identifier: str) -> ET.Element:
    found = [one for one in parsed(svg).iter() if one.get("id") == identifier]
    assert len(found) == 1, identifier
    return found[0]


def words(svg: str) -> list[str]:
    return [(one.text or "").replace("\u00a0", " ").replace("\u202f", " ") for one in parsed(svg).iter(f"{SVG}text")]


def number(one: ET.Element, name: str) -> float:
    return float(one.get(name, "nan"))


# What every picture promises


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_names_and_describes_itself(name):
    root = parsed(SAMPLES[name])
    assert root.get("role") == "img" and root.get("width") == "100%"
    left, top, width, height = map(float, root.get("viewBox").split())
    assert (left, top, width) == (0, 0, WIDTH) and height > 20
    told = {one.get("id"): one.text for one in root if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("aria-labelledby").split() == list(told) and all(told.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_picture_is_only_what_both_engines_draw(name):
    root = parsed(SAMPLES[name])
    allowed = "svg title desc defs pattern clipPath g path rect line circle text use"
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= set(allowed.split())
    identifiers = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for one in root.iter():
        assert not {"class", "onload", "onclick"} & set(one.attrib)
        assert one is root or "style" not in one.attrib
        for reference in re.findall(r"#([\w-]+)", " ".join(v for k, v in one.attrib.items() if k in {"href", "fill"})):
            assert reference in identifiers or re.fullmatch("[0-9a-f]{6}", reference), reference
    gate(f"<main>{SAMPLES[name]}</main>", name)


@pytest.mark.parametrize("name", SAMPLES)
def test_everything_stands_inside_the_frame(name):
    root = parsed(SAMPLES[name])
    width, height = map(float, root.get("viewBox").split()[2:])
    for one in root.findall(f"{SVG}rect") + root.findall(f"{SVG}text"):
        if one.get("transform") is None:
            assert number(one, "x") >= -0.1 and number(one, "x") + float(one.get("width", 0)) <= width + 0.1
            assert number(one, "y") >= -0.1 and number(one, "y") + float(one.get("height", 0)) <= height + 0.1


def test_same_numbers_same_bytes():
    assert samples() == SAMPLES
    marks = [rate(value) for value in (12, 40, 41, 12)]
    assert distribution(marks, 40, key="k") == distribution(marks[::-1], 40, key="k")


def test_identifiers_of_two_pictures_never_meet():
    page = "".join(SAMPLES.values())
    identifiers = re.findall(r'\bid="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("key", ["", "1a", "a b", 'a"', "é"])
def test_a_key_that_cannot_be_an_identifier_is_refused(key):
    with pytest.raises(ValueError, match="clé"):
        gauge(rate(42), 40, "seuil", key=key)


# Places equal values


@pytest.mark.parametrize(("threshold", "top"), [(40, 100), (50, 100), (20, 50)])
def test_a_gauge_places_threshold_and_value_on_one_scale(threshold, top):
    svg = gauge(rate(17), threshold, f"seuil : {threshold} %", key="k")
    assert number(element(svg, "k-seuil"), "x1") == pytest.approx(threshold / top * WIDTH, abs=0.06)
    assert number(element(svg, "k-valeur"), "width") == pytest.approx(17 / top * WIDTH, abs=0.06)
    assert number(element(svg, "k-zone"), "x") == number(element(svg, "k-seuil"), "x1")
    assert "17 %" in words(svg) and f"seuil : {threshold} %" in words(svg)


def test_the_verdict_is_written_and_changes_at_the_threshold():
    assert "critère atteint" in parsed(gauge(rate(40), 40, "s", key="k")).find(f"{SVG}desc").text
    assert "critère non atteint" in words(gauge(rate(39), 40, "s", key="k"))
    straddling = gauge(Mark.read("de 30 à moins de 50 %", 30, "publié"), 40, "s", key="k")
    assert "critère" not in parsed(straddling).find(f"{SVG}desc").text


def test_a_class_is_a_span_between_its_ends():
    svg = gauge(Mark.read("de 40 à moins de 50 %", 40, "publié"), 40, "s", key="k")
    span = element(svg, "k-valeur")
    assert number(span, "x") == pytest.approx(0.4 * WIDTH) and number(span, "width") == pytest.approx(0.1 * WIDTH)


def test_a_value_beyond_the_usual_end_widens_the_scale():
    svg = gauge(rate(80), 20, "seuil : 20 %", key="k")
    assert number(element(svg, "k-valeur"), "width") == pytest.approx(WIDTH)
    assert number(element(svg, "k-seuil"), "x1") == pytest.approx(0.25 * WIDTH)


def test_dots_keep_their_own_place_on_both_sides_of_the_threshold():
    svg = distribution([rate(39), rate(40), rate(40)], 40, key="k")
    dots = parsed(svg).findall(f"{SVG}circle")
    limit = number(element(svg, "k-seuil"), "x1")
    assert sorted(number(dot, "cx") >= limit for dot in dots) == [False, True, True]
    assert len({dot.get("fill") for dot in dots}) == 2
    assert len({(dot.get("cx"), dot.get("cy")) for dot in dots}) == 3


def test_many_dots_become_bars_whose_numbers_add_up():
    marks = [rate(value) for value in range(10, 90) for _ in range(16)]
    svg = distribution(marks, 40, key="k", width=720)
    assert not parsed(svg).findall(f"{SVG}circle")
    over = [one.text or "" for one in parsed(svg).iter(f"{SVG}text") if number(one, "y") < 130]
    assert sum(int(word) for word in over if word.isdigit()) == len(marks)
    assert distribution([*marks, SECRET, UNKNOWN], 40, key="k", width=720) == svg


def test_the_strip_is_ordered_by_figure_and_the_rest_by_name():
    svg = SAMPLES["strip"]
    told = words(svg)
    assert told.index("Les Tilleuls") < told.index("Le Clos") < told.index("Bois Joli") < told.index("Les Acacias")
    shuffled = [Residence(name, SECRET) for name in ("Zola", "École", "abri", "Dumas")]
    drawn = words(strip(shuffled, 40, key="k"))
    assert [one for one in drawn if "secret" not in one] == ["abri", "Dumas", "École", "Zola"]


def test_bars_start_at_zero_and_are_proportional():
    svg = bars([Row("T1", "10", 10), Row("T2", "40", 40, part=20, part_label="dont 20"), Row("T3", "0", 0)], key="k")
    drawn = [one for one in parsed(svg).findall(f"{SVG}rect") if one.get("height") == "15"]
    t1, t2, part = (number(one, "width") for one in drawn)
    assert t2 == pytest.approx(4 * t1, abs=0.3) and part == pytest.approx(t2 / 2, abs=0.1)
    assert "0" in words(svg)


def test_a_comparison_places_every_symbol_on_the_scale_of_its_line():
    svg = beside([Comparison("Seuls", rate(40), (rate(10), rate(20), SECRET))], ["a", "b", "c"], key="k")
    track = next(one for one in parsed(svg).findall(f"{SVG}rect") if one.get("height") == "2")
    start, long, middle = number(track, "x"), number(track, "width"), number(track, "y") + 1
    drawn = [one.get("transform") for one in parsed(svg).findall(f"{SVG}path")]
    places = [float(x) for x, y in (re.findall(r"[\d.]+", where) for where in drawn) if float(y) == middle]
    assert places == pytest.approx([start + share * long for share in (0.25, 0.5, 1)], abs=0.1)
    with pytest.raises(ValueError, match="noms"):
        beside([Comparison("Seuls", rate(40), (rate(10),))], ["a", "b"], key="k")


def test_stock_and_flux_share_one_scale_and_keep_their_thresholds():
    svg = stock_flux(rate(42), rate(58), (40, 50), ("a", "b"), key="k")
    for own, value, threshold in (("k-1", 42, 40), ("k-2", 58, 50)):
        assert number(element(svg, f"{own}-valeur"), "width") == pytest.approx(value / 100 * WIDTH)
        assert number(element(svg, f"{own}-seuil"), "x1") == pytest.approx(threshold / 100 * WIDTH)


def test_a_level_is_told_by_its_shape_and_its_number():
    svg = levels_bar([Row("fragile", "210", 210), Row("très fragile", "90", 90)], key="k", unit="logements")
    assert words(svg) == ["fragile", "210 logements", "très fragile", "90 logements"]
    segments = [number(one, "width") + 1 for one in parsed(svg).findall(f"{SVG}rect") if one.get("y") == "0.5"]
    assert segments == pytest.approx([0.7 * WIDTH, 0.3 * WIDTH], abs=0.1)
    masked = levels_bar([Row("fragile", "210", 210), Row("très fragile", "secret", None, "secret")], key="k")
    assert not [one for one in parsed(masked).findall(f"{SVG}rect") if one.get("y") == "0.5"]


def test_a_campaign_without_a_figure_breaks_the_curve():
    def runs(*marks):
        line = Line("la résidence", tuple(enumerate(marks, 2018)), main=True)
        svg = small_multiples([Panel("Taux", (line,))], key="k")
        return [
            one.get("d").count("L") + 1 for one in parsed(svg).iter(f"{SVG}path") if one.get("stroke-width") == "2.4"
        ]

    assert runs(rate(30), rate(31), rate(32), rate(33)) == [4]
    assert runs(rate(30), rate(31), SECRET, rate(33), rate(34)) == [2, 2]
    assert runs(rate(30), UNKNOWN, rate(32)) == []


def test_figures_that_would_lie_on_one_another_are_not_both_written():
    """Classes are long words: read back from paper, two of them mixed are figures that nobody publishes."""

    def written(label, value):
        line = Line(
            "la résidence", tuple((year, Mark.read(label, value, "publié")) for year in (2020, 2022, 2024)), main=True
        )
        svg = small_multiples([Panel("Taux", (line,))], key="k", width=168)
        return sum(typeset(label) == "".join(one.itertext()) for one in parsed(svg).iter(f"{SVG}text"))

    assert written("25 %", 25) == 2
    assert written("de 20 à moins de 30 %", 20) == 1


def test_the_ground_keeps_its_shape_with_the_north_up():
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", GROUND.commune)]
    drawn = shapely.Polygon(zip(numbers[::2], numbers[1::2], strict=True))
    placed = shapely.Polygon([GROUND.frame(x, y) for x, y in COMMUNE.exterior.coords])
    assert drawn.symmetric_difference(placed).area < 0.01 * placed.area
    assert GROUND.frame(0, 1000)[1] < GROUND.frame(0, 0)[1] and GROUND.frame(1000, 0)[0] > GROUND.frame(0, 0)[0]
    assert [kind for kind, _ in GROUND.quarters] == ["QPV", "QVA", "autre périmètre"]
    with pytest.raises(ValueError, match="commune"):
        background(shapely.Polygon())


def test_the_residence_stands_in_its_commune():
    left, bottom, right, top = COMMUNE.bounds
    scale = min((GROUND.width - 10) / (right - left), (GROUND.height - 10) / (top - bottom))
    marker = element(locator(GROUND, (2000, 1500), key="k"), "k-lieu").get("transform")
    x, y = map(float, re.match(r"translate\(([\d.]+) ([\d.]+)\)", marker).groups())
    assert x == pytest.approx(GROUND.width / 2 + (2000 - (left + right) / 2) * scale, abs=0.06)
    assert y == pytest.approx(GROUND.height / 2 - (1500 - (bottom + top) / 2) * scale, abs=0.06)
    bar = re.findall(
        r'x1="7" y1="[\d.]+" x2="([\d.]+)" y2="[\d.]+" stroke="#1c2733" stroke-width="1.6"', SAMPLES["locator"]
    )
    written = {"2 km": 2000, "1 km": 1000, "200 m": 200}
    lengths = [written[word] for word in words(SAMPLES["locator"]) if word in written]
    assert [float(end) - 7 for end in bar] == pytest.approx(
        [lengths[0] * GROUND.width / 800, lengths[1] * scale], abs=0.2
    )


# What is not published has no place


def test_a_masked_figure_cannot_carry_a_number():
    for status in STATUSES[1:]:
        with pytest.raises(ValueError, match="pas publié"):
            Mark(status, 12.0, status)
        assert Mark.read(status, 12.0, status).value is None
    with pytest.raises(ValueError, match="sans nombre"):
        Mark("42 %")


def test_masked_pictures_say_their_word_and_nothing_else():
    svg = SAMPLES["gauge_secret"]
    assert words(svg) == ["secret", "seuil : 40 %"]
    assert not any(one.get("id") in {"a3-valeur", "a3-seuil", "a3-zone"} for one in parsed(svg).iter())
    drawn = {gauge(mark, 40, "seuil", key="k") for mark in (SECRET, UNKNOWN, NONE)}
    assert len(drawn) == 3
    residences = [Residence(name, mark) for name, mark in (("A", rate(58)), ("B", SECRET), ("C", SECRET))]
    svg = strip(residences, 40, key="k")
    assert sum(one.get("d", "").startswith(("M-", "M0")) and "translate" in one.get("transform", "")
               for one in parsed(svg).iter(f"{SVG}path")) == 2  # fmt: skip
    assert "rang" not in svg and svg == strip([residences[2], residences[1], residences[0]], 40, key="k")


SCALES = [scale for method in every() for scale in (method.levels, method.readings) if scale]


@pytest.mark.parametrize("levels", SCALES, ids=lambda one: one.column)
def test_statuses_and_levels_all_look_different_without_colour(levels):
    seen = {}
    for name in (*levels.words, *(one for one in STATUSES if one != "publié")):
        look = looks()[name]
        lightness = round(sum(int(look.colour[i : i + 2], 16) for i in (1, 3, 5)) / 3 / 64)
        seen.setdefault((look.shape, look.hatch, look.dash, lightness), []).append(name)
    assert all(len(names) == 1 for names in seen.values()), seen


# Nothing hostile lives


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name):
    for svg in samples(name, name[:40]).values():
        root = parsed(svg)
        assert not {"script", "img", "style"} & {one.tag.removeprefix(SVG) for one in root.iter()}
        assert "{{" not in svg and "{%" not in svg and "<script" not in svg and "\x00" not in svg
        assert not any(attribute.startswith("on") for one in root.iter() for attribute in one.attrib)
        for one in root.iter(f"{SVG}text"):
            assert len(one.text or "") < 80 and "\u202e" not in (one.text or "")


def test_what_does_not_fit_is_cut_with_an_ellipsis():
    assert cut("W" * 300, 100, 12).endswith("…") and width_of(cut("W" * 300, 100, 12), 12) <= 100
    assert cut("court", 100, 12) == "court"


# Two engines


def page_of(svgs: dict[str, str]) -> str:
    shown = "".join(f"<section><h2>{escape(name)}</h2>{svg}</section>" for name, svg in svgs.items())
    columns = "repeat(auto-fill,minmax(min(340px,100%),1fr))"
    style = f"body{{margin:12px}}main{{display:grid;gap:24px;grid-template-columns:{columns}}}"
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Planche</title><style>{style}</style><main>{shown}</main>"
    )


def ink(png: bytes) -> np.ndarray:
    """Darkness by cell of a 24 x 24 grid, between 0 and 1, whatever the size of the image."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        grey = np.asarray(image.convert("RGBA").resize((96, 96)), dtype=float)
    alpha = grey[..., 3:] / 255
    light = (grey[..., :3] * alpha + 255 * (1 - alpha)).mean(axis=2)
    return 1 - light.reshape(24, 4, 24, 4).mean(axis=(1, 3)) / 255


OUTSIDE = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.left < frame.left - 2 || box.right > frame.right + 2;
  }).map((one) => svg.getAttribute("aria-labelledby") + " " + one.textContent);
})"""


OVERLAPPING = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const boxes = [...svg.querySelectorAll("text")].map((one) => [one.textContent, one.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], rank) => boxes.slice(rank + 1).filter(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => `${one} / ${other}`));
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_the_contact_sheet_is_drawn_and_holds_in_the_window(browser, tmp_path, width):
    file = tmp_path / "planche.html"
    file.write_text(page_of(SAMPLES), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for shown in page.locator("svg").all():
        box = shown.bounding_box()
        assert box["width"] >= 330 and box["height"] > 30
        assert ink(shown.screenshot()).max() > 0.05
    assert page.evaluate(OUTSIDE) == [] and page.evaluate(OVERLAPPING) == [] and said == []
    page.close()


def test_hostile_names_run_nothing_in_the_browser(browser, tmp_path):
    page = browser.new_page()
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    for rank, name in enumerate(HOSTILE):
        file = tmp_path / f"{rank}.html"
        file.write_text(page_of(samples(name)), "utf-8")
        page.goto(file.as_uri())
        assert page.locator("svg").count() == len(SAMPLES) and page.locator("script, img").count() == 0
        assert page.evaluate(OUTSIDE) == [] and page.evaluate(OVERLAPPING) == [], name
    assert alerts == []
    page.close()


def test_the_engine_of_the_booklets_draws_the_same(browser, tmp_path):
    typst = pytest.importorskip("typst")
    page = browser.new_page(viewport={"width": 720, "height": 900})
    for name, svg in SAMPLES.items():
        (tmp_path / f"{name}.svg").write_text(svg, "utf-8")
        source = tmp_path / f"{name}.typ"
        source.write_text(
            f'#set page(width: 270pt, height: auto, margin: 0pt)\n#image("{name}.svg", width: 100%)', "utf-8"
        )
        drawn = typst.compile(str(source), format="png", ppi=96)
        page.set_content(f"<body style='margin:0;width:360px'>{svg}")
        shot = page.locator("svg").screenshot()
        # Faces differ between the two, shapes do not: cells of ink agree but for thin letters.
        apart = np.abs(ink(drawn) - ink(shot))
        assert apart.mean() < 0.045, f"{name}: {apart.mean():.3f}"
        assert np.corrcoef(ink(drawn).ravel(), ink(shot).ravel())[0, 1] > 0.75, name
    page.close()


def test_everything_is_reexported():
    assert set(pictures.__all__) <= set(dir(pictures))
