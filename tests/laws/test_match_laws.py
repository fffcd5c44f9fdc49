"""Laws of the match stage: order, independence of rows, coherence, and agreement with a plain dictionary."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.match import match
from tests.benchmarks.noise import Case, make_case
from tests.match_factory import RULES, ask, base

CASE: Case = make_case(count=400, rows=4_000, seed=11)
ANSWER = match(CASE.addresses, CASE.ban, RULES)
SAME = ["id_adresse", "x", "y", "voie", "methode_appariement", "score_appariement", "statut_appariement"]
SEEDS = st.integers(0, 2**32 - 1)


def shuffled(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    return table.iloc[np.random.default_rng(seed).permutation(len(table))]


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_the_order_of_addresses_does_not_matter(seed: int) -> None:
    answer = match(shuffled(CASE.addresses, seed), CASE.ban, RULES)
    pd.testing.assert_frame_equal(answer.sort_index(), ANSWER)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_the_order_of_the_base_does_not_matter(seed: int) -> None:
    answer = match(CASE.addresses, shuffled(CASE.ban, seed).reset_index(drop=True), RULES)
    pd.testing.assert_frame_equal(answer[SAME], ANSWER[SAME])


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.integers(1, 60))
def test_an_address_is_answered_alone_as_in_company(seed: int, size: int) -> None:
    some = shuffled(CASE.addresses, seed).head(size)
    pd.testing.assert_frame_equal(match(some, CASE.ban, RULES), ANSWER.loc[some.index])


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_addresses_given_twice_are_answered_twice_alike(seed: int) -> None:
    twice = pd.concat([CASE.addresses, shuffled(CASE.addresses, seed)])
    answer = match(twice, CASE.ban, RULES)
    pd.testing.assert_frame_equal(answer.iloc[: len(ANSWER)], ANSWER)
    pd.testing.assert_frame_equal(answer.iloc[len(ANSWER) :].sort_index(), ANSWER)


def test_a_row_has_a_place_exactly_when_it_is_matched() -> None:
    placed = ANSWER.statut_appariement == "apparié"
    for column in ("x", "y", "score_appariement", "methode_appariement", "id_ban"):
        assert (ANSWER[column].notna() == placed).all(), column
    assert ANSWER.score_appariement[placed].between(0, 100).all()
    assert set(ANSWER.statut_appariement) <= {"apparié", "ambigu", "non apparié"}
    assert (ANSWER.raison.str.len() > 10).all()


def test_the_point_is_that_of_the_row_named() -> None:
    rows = CASE.ban.set_index("id").loc[ANSWER.id_ban.dropna()]
    placed = ANSWER[ANSWER.id_ban.notna()]
    assert (rows.x.to_numpy() == placed.x.to_numpy()).all() and (rows.y.to_numpy() == placed.y.to_numpy()).all()


def test_every_address_of_the_base_finds_itself() -> None:
    ban = CASE.ban
    own = pd.DataFrame(
        {
            "id_adresse": ban.id,
            "numero": ban.numero,
            "repetition": ban.rep,
            "nom_voie": ban.kind + " " + ban["name"],
            "code_insee": ban.code_insee,
        }
    )
    answer = match(own, ban, RULES)
    assert (answer.methode_appariement == "adresse exacte").all(), answer[
        answer.methode_appariement != "adresse exacte"
    ]
    assert (answer.id_ban == ban.id).all()


def test_what_a_plain_dictionary_finds_is_found_the_same() -> None:
    """An independent reading: lower-case words of commune, number and street, nothing else."""
    ban = CASE.ban[CASE.ban.rep.isna()]
    keys = (ban.code_insee + "|" + ban.numero + "|" + (ban.kind + " " + ban["name"]).str.casefold()).to_numpy()
    rows = dict(zip(keys, ban.id, strict=True))
    asked = CASE.addresses[CASE.addresses.repetition.isna()]
    text = asked.adresse.where(
        asked.nom_voie.isna(),
        asked.numero.fillna("") + " " + asked.type_voie.fillna("") + " " + asked.nom_voie.fillna(""),
    )
    found = 0
    for index, code, line in zip(asked.index, asked.code_insee, text, strict=True):
        number, _, street = " ".join(line.split()).partition(" ")
        expected = rows.get(f"{code}|{number}|{street.casefold()}")
        if expected and CASE.truth.id[index] == expected:
            found += 1
            assert ANSWER.id_ban[index] == expected, line
    assert found > 20


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_text_gets_an_answer(texts: list[str]) -> None:
    answer = ask(base(("12", "Rue du Lac"), ("8", "Rue du 8 Mai 1945")), *texts)
    assert len(answer) == len(texts)
    assert answer.raison.notna().all() and answer.statut_appariement.notna().all()


ALPHABET = st.sampled_from([*"ABDELRSTU 0123456789.-,'/()", "RUE ", "AV", "BIS ", "BAT ", "LAC", "DU "])


@settings(max_examples=200, deadline=None)
@given(st.lists(ALPHABET, max_size=14).map("".join))
def test_a_text_that_does_not_name_the_street_never_takes_its_place(text: str) -> None:
    row = ask(base(("12", "Chemin des Hirondelles"), ("8", "Place Wangari Maathai")), text).iloc[0]
    assert row.statut_appariement != "apparié", (text, row.raison)
