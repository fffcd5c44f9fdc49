"""A method is one module, its rules and its layer: added to a copy of the program, it shows on every face.

Built as the second method of a territory, then as the only one. Nothing else of the copy is touched.
"""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from program_factory import ROOT, atlas, data_of, table_of, text_of
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

METHOD = '''
"""Great poverty: whether many are under 20 %, for the sake of an example."""
import numpy as np
import pandas as pd

from atlas.methods.model import Criterion, Levels, Method
from atlas.tables import PUBLISHED, UNDETERMINED


def thresholds(rules):
    return {"inf20": [rules["grande_pauvrete_forte"]]}


def judge(table, rules):
    told = table["st_inf20"] == PUBLISHED
    met = table["tx_inf20"] >= rules["grande_pauvrete_forte"]
    words = np.select([~told, met], [UNDETERMINED, "grande_pauvrete"], "courante")
    columns = {"etat": words}
    if "n_inf20" in table:
        needed = np.ceil(table["d_inf20"] * rules["grande_pauvrete_forte"] / 100)
        columns["marge_inf20"] = (table["n_inf20"] - needed).where(told)
    return pd.DataFrame(columns, table.index)


METHOD = Method(
    code="grande_pauvrete", label="Grande pauvreté", source="un exemple",
    reading="L'état vient de la part des ménages sous 20 %.",
    needs=("inf20",), rules=("grande_pauvrete_forte",),
    levels=Levels(
        "etat", "État", {"courante": "Peu de ménages sous 20 %", "grande_pauvrete": "Beaucoup de ménages sous 20 %"}
    ),
    judge=judge, thresholds=thresholds,
    criteria=(Criterion("inf20", "grande_pauvrete_forte", "grande_pauvrete", "Sous 20 %"),),
    more=(Outcome(Column("marge_inf20", "Sous 20 % : marge", "ménages", secret=True), counts=True),),
)
'''.replace("import Criterion, Levels, Method\n", "import Criterion, Levels, Method, Outcome\n").replace(
    "import PUBLISHED, UNDETERMINED\n", "import PUBLISHED, UNDETERMINED, Column\n"
)
RULE = """
cle = "grande_pauvrete_forte"
libelle = "Part de ménages sous 20 % à partir de laquelle l'exemple parle de grande_pauvrete"
unite = "%"
nature = "choix du projet"
horloge = "publication"
[[valeurs]]
depuis = 2022-06-01
valeur = 33
reference = "Un exemple"
verifie_jusqu_au = 2028-06-30
"""
LAYER = """
id = "residences_grande_pauvrete"
titre = "Grande pauvreté dans les résidences"
groupe = "residences"
famille = "Synthèse"
table = "residences"
genre = "points"
colonne = "grande_pauvrete_etat"
indetermine = "non déterminé"
criteres = ["inf20"]
ordre = 15
sens = "haut"
lecture = "Plus le symbole est grand, plus il y a de ménages sous 20 %."
unite = "part des ménages sous 20 %"
regles = ["grande_pauvrete_forte"]
mentions = ["declaratif"]
infobulle = ["nb_logements", "grande_pauvrete_etat", "inf20"]
[[classes]]
cle = "courante"
libelle = "courante"
quand = { grande_pauvrete_etat = ["courante"] }
couleur = "#dddddd"
forme = "circle"
taille = 4
[[classes]]
cle = "grande_pauvrete"
libelle = "grande_pauvrete"
quand = { grande_pauvrete_etat = ["grande_pauvrete"] }
couleur = "#222222"
forme = "square"
taille = 6
"""
WORDS = {"courante", "grande_pauvrete", "non déterminé"}


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    """A copy of the program with one more method."""
    copy = tmp_path_factory.mktemp("programme")
    for folder in ("atlas", "layers", "data/parameters", "data/reference"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "atlas" / "methods" / "grande_pauvrete.py").write_text(METHOD, "utf-8")
    (copy / "data" / "parameters" / "grande_pauvrete_forte.toml").write_text(RULE, "utf-8")
    (copy / "layers" / "residences_grande_pauvrete.toml").write_text(LAYER, "utf-8")
    return copy


def built(program: Path, folder: Path, methods: str) -> Path:
    """Build a territory of a few addresses with these methods."""
    shutil.copytree(ROOT / "tests" / "broken" / "base", folder)
    target = folder / "territoire.toml"
    target.write_text(target.read_text("utf-8") + f"\n[methodes]\nactives = [{methods}]\n", "utf-8")
    atlas(program, "build", target, "--sortie", folder / "sortie", "--formats", "sld")
    return folder / "sortie"


@pytest.fixture(scope="module")
def second(program, tmp_path_factory) -> Path:
    """The atlas where it comes after the three criteria."""
    return built(program, tmp_path_factory.mktemp("seconde") / "t", '"seuils", "grande_pauvrete"')


@pytest.fixture(scope="module")
def alone(program, tmp_path_factory) -> Path:
    """The atlas where it is the only one."""
    return built(program, tmp_path_factory.mktemp("seule") / "t", '"grande_pauvrete"')


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_its_columns_are_in_every_file(second, name):
    edition = second / name
    residences = table_of(edition, "residences")
    assert set(residences["grande_pauvrete_etat"]) <= WORDS and "niveau" in residences
    assert ("grande_pauvrete_marge_inf20" in residences) == (name == "interne")
    for layer in ("territoire", "communes", "iris", "quartiers", "residences_emprises", "historique"):
        assert set(table_of(edition, layer)["grande_pauvrete_etat"].dropna()) <= WORDS, layer
    for file in ("residences", "historique"):
        with (edition / "tableaux" / f"{file}.csv").open(encoding="utf-8-sig", newline="") as lines:
            assert any("grande_pauvrete_etat" in cell for cell in next(csv.reader(lines, delimiter=";")))
    book = openpyxl.load_workbook(edition / "tableaux" / "atlas.xlsx", read_only=True)
    cells = {cell for sheet in book for row in sheet.iter_rows(max_row=4, values_only=True) for cell in row}
    assert any("Grande pauvreté : État" in str(cell) for cell in cells)
    assert "grande_pauvrete_etat" in (edition / "dictionnaire.csv").read_text("utf-8-sig")
    fields = json.loads((edition / "datapackage.json").read_text("utf-8"))["resources"]
    (described,) = [
        field
        for one in fields
        if one["name"] == "residences"
        for field in one["schema"]["fields"]
        if field["name"] == "grande_pauvrete_etat"
    ]
    assert set(described["constraints"]["enum"]) == WORDS
    assert json.loads((edition / "manifeste.json").read_text("utf-8"))["methodes"] == ["seuils", "grande_pauvrete"]


def test_it_is_drawn_on_the_map_and_in_qgis(second):
    edition = second / "partenaire"
    data = data_of(edition / "index.html")
    first = {"niveau": "residences_niveau", "lecture": "residences_lecture"}
    further = {"grande_pauvrete_etat": "residences_grande_pauvrete", "accord": "residences_accord"}
    assert data["niveaux"] == first | further
    shown = {layer["id"]: layer["visible"] for layer in data["couches"] if layer["colonne"] in data["niveaux"]}
    assert shown == {"residences_lecture": True} | dict.fromkeys(["residences_niveau", *further.values()], False)
    assert "grande_pauvrete_etat" in data["tables"]["residences"]["champs"]
    assert "Grande pauvreté dans les résidences" in text_of(edition / "index.html")
    with zipfile.ZipFile(edition / "atlas.qgz") as archive:
        project = archive.read(next(name for name in archive.namelist() if name.endswith(".qgs"))).decode()
    assert "Grande pauvreté dans les résidences" in project and "Grande pauvreté : grande_pauvrete" in project
    assert (edition / "formats" / "residences_grande_pauvrete.sld").is_file()


def test_it_is_told_on_every_page_beside_the_first(second):
    edition = second / "partenaire"
    pages = [*(edition / "residences").glob("*.html"), edition / "tableau-de-bord.html"]
    pages += [path for path in (edition / "quartiers").glob("*.html") if path.stem != "index"]
    told = [path for path in pages if "Autres lectures" in text_of(path)]
    assert len(told) >= 4
    for path in told:
        assert "L'état vient de la part des ménages sous 20 %." in text_of(path), path.name
        (mark,) = LexborHTMLParser(path.read_text("utf-8")).css('[data-colonne="grande_pauvrete_etat"]')
        table = table_of(edition, mark.attributes["data-unite"]).set_index("id")
        assert mark.text() == table.loc[mark.attributes["data-id"], "grande_pauvrete_etat"]
    method = text_of(edition / "methode.html")
    assert "Grande pauvreté" in method and "un exemple" in method and "33 % et plus" in method.replace("\u00a0", " ")
    pdf = "".join(page.extract_text() for page in PdfReader(next((edition / "cahiers").glob("*.pdf"))).pages)
    assert "Grande pauvreté" in pdf


def test_it_is_explained_and_compared(program, second):
    identifier = table_of(second / "interne", "residences")["id"][0]
    said = atlas(program, "explain", second, identifier)
    assert "Grande pauvreté : L'état vient de la part des ménages sous 20 %." in said and "(seuil 33 %)" in said
    assert "(Grande pauvreté)" in atlas(program, "compare", second, second)


def test_a_build_that_names_no_method_is_read_as_the_default_one(program, second, tmp_path):
    """Manifests did not always name them."""
    older = shutil.copytree(second, tmp_path / "ancienne")
    path = older / "interne" / "manifeste.json"
    content = json.loads(path.read_text("utf-8"))
    del content["methodes"]
    path.write_text(json.dumps(content), "utf-8")
    identifier = table_of(older / "interne", "residences")["id"][0]
    said = atlas(program, "explain", older, identifier)
    assert "Trois critères à seuil" in said and "(seuil 40 %)" in said and "Grande pauvreté :" not in said
    assert "de niveau" in atlas(program, "compare", older, older)


def test_alone_it_is_the_one_shown_first_and_nothing_speaks_of_another(alone):
    for name in ("interne", "partenaire"):
        edition = alone / name
        residences = table_of(edition, "residences")
        assert set(residences["grande_pauvrete_etat"]) <= WORDS and not {"niveau", "nb_criteres", "lecture"} & set(
            residences
        )
        data = data_of(edition / "index.html")
        assert data["synthese"] == "grande_pauvrete_etat"
        assert [layer["id"] for layer in data["couches"] if layer["visible"] and layer["groupe"] == "residences"] == [
            "residences_grande_pauvrete"
        ]
        assert "grande_pauvrete_etat" in data["tables"]["residences"]["colonnes"]
        titles = {"courante": "Peu de ménages", "grande_pauvrete": "Beaucoup de ménages", "non déterminé": "Niveau non"}
        for sheet in (edition / "residences").glob("*.html"):
            (mark,) = LexborHTMLParser(sheet.read_text("utf-8")).css("#t-niveau")
            assert any(mark.text().startswith(title) for title in titles.values())
            assert "Autres lectures" not in text_of(sheet)
        for page in ("tableau-de-bord.html", "quartiers/index.html", "methode.html"):
            assert "très fragile" not in text_of(edition / page), page


def test_a_method_without_its_layer_is_refused_before_any_data_is_read(program, tmp_path):
    shutil.copytree(program, tmp_path / "p")
    (tmp_path / "p" / "layers" / "residences_grande_pauvrete.toml").unlink()
    shutil.copytree(ROOT / "tests" / "broken" / "base", tmp_path / "t")
    target = tmp_path / "t" / "territoire.toml"
    target.write_text(target.read_text("utf-8") + '\n[methodes]\nactives = ["grande_pauvrete"]\n', "utf-8")
    with pytest.raises(AssertionError, match="METHODE-COUCHE"):
        atlas(tmp_path / "p", "build", target, "--sortie", tmp_path / "sortie")
    assert not (tmp_path / "sortie").exists()
