"""The page of help: made for the edition it goes with, and as closed to the network as the others."""

from __future__ import annotations

import pytest

from atlas.publish.book import Book
from atlas.publish.layers import layers_of
from atlas.publish.qgis.guide import write_guide
from tests.edition_factory import make_edition


@pytest.mark.parametrize("masked", [True, False])
def test_the_page_says_what_the_edition_holds(tmp_path, masked):
    edition = make_edition(masked=masked, hostile=True)
    html = write_guide(Book.of(edition), tmp_path).read_text("utf-8")
    for layer in layers_of(edition):
        assert f"<code>{layer.name}</code>" in html
    assert "Données fictives" in html and "Synthèse" in html
    assert ("Non publié dans cette édition" in html) is masked
    assert ("residences_a_corriger" in html) is not masked
    assert ("ne sort du service" in html) is not masked
    assert ("Corrections faites à la main" in html) is not masked
    assert "historique (critères et niveau par campagne)" in html
    assert "<script>window" not in html
