"""Laws of reading: what a table says does not depend on how its file is written, and no file makes the reader fall."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from atlas.errors import AtlasError
from atlas.inspect import inspect_file
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources.attributions import read_attributions
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.keys import repeats
from atlas.sources.logements import WANTED, read_logements
from atlas.sources.sentinels import absent
from atlas.sources.streets import street_of
from atlas.territory import FileSource

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEWER = settings(FEW, max_examples=10)

# Letters, spaces and signs that every encoding used holds; no word that stands for "not known".
TEXT = (
    st.text("abcdeéèàçÉ '-.()0123456789\"", min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: len(plain(text)) > 3 and not absent(text))
)
COUNTS = st.one_of(st.none(), st.integers(1, 8))
MONEY = st.one_of(st.none(), st.integers(10_000, 90_000).map(lambda cents: cents / 100))


@st.composite
def dwellings(draw) -> pd.DataFrame:
    """A table of dwellings as a landlord would hold it, texts and numbers possibly not given."""
    rows = draw(st.integers(1, 8))
    several = lambda values: draw(st.lists(values, min_size=rows, max_size=rows))  # noqa: E731
    return pd.DataFrame(
        {
            "id_logement": pd.Series([f"L{number}" for number in range(rows)], dtype="str"),
            "id_adresse": pd.Series(several(TEXT), dtype="str"),
            "bailleur": pd.Series(several(TEXT), dtype="str"),
            "nb_pieces": pd.Series(several(COUNTS), dtype="float64"),
            "loyer_mensuel_hc": pd.Series(several(MONEY), dtype="float64"),
            "financement": pd.Series(several(st.one_of(st.none(), TEXT)), dtype="str"),
        }
    )


def read_bytes(content: bytes, name: str = "logements.csv") -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        desk = Desk(Ledger())
        table = read_logements(FileSource(fichiers=(path,)), read_parameters(), 2022, desk)
        desk.faults.raise_if_any()
    assert table is not None
    return table


def as_csv(table: pd.DataFrame, separator: str = ";", encoding: str = "utf-8", decimal: str = ".") -> bytes:
    text = table.to_csv(sep=separator, index=False, decimal=decimal, lineterminator="\n")
    return text.encode(encoding)


def same(read: pd.DataFrame, written: pd.DataFrame) -> None:
    expected = written.reset_index(drop=True)
    pd.testing.assert_frame_equal(read[list(expected.columns)], expected, check_dtype=False)


@FEW
@given(
    dwellings(),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"]),
    st.sampled_from([".", ","]),
)
def test_what_is_written_is_what_is_read(table, separator, encoding, decimal):
    same(read_bytes(as_csv(table, separator, encoding, decimal)), table)


@FEW
@given(dwellings(), st.randoms(use_true_random=False))
def test_column_order_does_not_matter(table, random):
    shuffled = list(table.columns)
    random.shuffle(shuffled)
    same(read_bytes(as_csv(table[shuffled])), table)


@FEW
@given(dwellings(), st.randoms(use_true_random=False))
def test_row_order_only_orders_rows(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    read = read_bytes(as_csv(table.iloc[order]))
    same(read.sort_values("id_logement", ignore_index=True), table.sort_values("id_logement"))


@FEW
@given(dwellings(), st.lists(st.integers(0, 8), max_size=4))
def test_blank_lines_change_nothing_but_lines(table, places):
    lines = as_csv(table).decode().splitlines()
    for place in places:
        lines.insert(1 + min(place, len(lines) - 1), "")
    text = "\n".join(lines) + "\n"
    read = read_bytes(text.encode())
    same(read, table)
    written = text.split("\n")
    for line, name in zip(read["ligne"], read["id_logement"], strict=True):
        assert written[line - 1].startswith(f"{name};")


@FEWER
@given(dwellings())
def test_workbooks_and_parquet_say_the_same_as_csv(table):
    expected = read_bytes(as_csv(table))
    book, columns = io.BytesIO(), io.BytesIO()
    table.to_excel(book, index=False)
    table.to_parquet(columns)
    for name, content in (("l.xlsx", book.getvalue()), ("l.parquet", columns.getvalue())):
        read = read_bytes(content, name)
        same(read[list(WANTED.table.names)], expected[list(WANTED.table.names)])


@FEW
@given(st.lists(st.sampled_from(["", "0", "1", "2"]), min_size=1, max_size=12))
def test_empty_is_missing_and_zero_is_zero(cells):
    rows = "".join(f"2022;B;non;{cell};refus\n" for cell in cells)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text("annee;bailleur;en_qpv;trimestre;issue\n" + rows.replace(";0;", ";;"), "utf-8")
        desk = Desk(Ledger())
        table = read_attributions(FileSource(fichiers=(path,)), desk)
    assert table is not None
    assert table["trimestre"].fillna("").tolist() == [cell.replace("0", "") for cell in cells]


@FEW
@given(dwellings(), st.data())
def test_no_damage_makes_the_reader_fall(table, data):
    """Bytes lost, changed or added: the file is read, or refused with faults; never anything else."""
    content = bytearray(as_csv(table, encoding=data.draw(st.sampled_from(["utf-8", "latin-1"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        how = data.draw(st.sampled_from(["lose", "change", "add", "cut"]))
        byte = data.draw(st.sampled_from([0, 9, 10, 13, 34, 44, 59, 65, 128, 195, 233, 255]))
        if how == "lose":
            del content[place]
        elif how == "change":
            content[place] = byte
        elif how == "add":
            content.insert(place, byte)
        else:
            del content[max(place, 1) :]
        assume(content)
    name = data.draw(st.sampled_from(["l.csv", "l.csv.gz", "l.zip", "l.xlsx", "l.parquet"]))
    try:
        read_bytes(bytes(content), name)
    except AtlasError as error:
        assert all(fault.what and fault.expected and fault.remedy for fault in error.faults)


@FEWER
@given(dwellings(), st.sampled_from(["xlsx", "parquet"]), st.data())
def test_no_damaged_container_makes_the_reader_fall(table, kind, data):
    stream = io.BytesIO()
    table.to_excel(stream, index=False) if kind == "xlsx" else table.to_parquet(stream)
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.floats(0, 1))  # a share of the file: a workbook's length depends on the hour it holds
        content[int(place * (len(content) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"l.{kind}"
        path.write_bytes(bytes(content))
        for look in (lambda: read_bytes(bytes(content), f"l.{kind}"), lambda: inspect_file(path)):
            try:
                look()
            except AtlasError as error:
                assert error.faults


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([2020, 2022]), st.one_of(st.none(), st.text("ab", max_size=3))), max_size=12))
def test_repeated_keys_are_those_of_a_plain_count(pairs):
    frame = pd.DataFrame(
        {
            "campagne": pd.Series([year for year, _ in pairs], dtype="int64"),
            "id": pd.Series([name for _, name in pairs], dtype="str"),
        }
    )
    whole = [pair for pair in pairs if pair[1] is not None]
    assert repeats(frame, ["campagne", "id"]) == (len(set(whole)) < len(whole))


@FEW
@given(st.text("AV RUE DES'-12BIS", max_size=15), st.sampled_from(["R", "RUE", "AV", None]), st.one_of(st.none(), TEXT))
def test_an_address_has_one_identifier_whatever_its_spacing(name, kind, number):
    def identifier(text: str) -> str:
        fields = {"code_insee": "93010", "code_postal": "93140", "numero": number, "repetition": None}
        row = pd.DataFrame([{**fields, "type_voie": kind, "nom_voie": text}]).astype("str")
        return street_of(row)["id_adresse"].iloc[0]

    assert identifier(name) == identifier(f"  {name.replace(' ', '  ')} ")
    assert identifier(name).startswith("93010-93140-")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_hashes_of_equal_texts_are_equal_across_chunks(count):
    base = pd.Series([f"id{number}" for number in range(3)], dtype="str")
    frame = pd.DataFrame({"id": pd.concat([base] * count, ignore_index=True) if count else base[:0]})
    assert repeats(frame, ["id"]) is bool(np.int64(count) > 1)
