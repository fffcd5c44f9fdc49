"""Look at an unknown file: what it holds, which source it may be, and the block to paste in a territory file.

Grain in: one file, a table or a layer. Grain out: one :class:`Finding`. Nothing is written and nothing is decided: the
planner reads the proposal, corrects it and pastes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pandas as pd

from atlas.errors import AtlasError, excerpt
from atlas.sources import attributions, ban, iris, logements, menages, ops, qpv, residences, rpls, zones
from atlas.sources.cells import UNKNOWN_WORDS
from atlas.sources.content import Unreadable
from atlas.sources.desk import many
from atlas.sources.gdal import LAYER_ENDINGS, RawLayer, layers_of, read_raw
from atlas.sources.headers import Expected, nearest, plain
from atlas.sources.lines import SEPARATORS
from atlas.sources.reading import open_table
from atlas.sources.synonyms import SYNONYMS
from atlas.tables import CRITERIA, Column

_SAMPLE = 2000
_LIKE = 85  # rapidfuzz similarity from which two headers may be one


@dataclass(frozen=True)
class _Candidate:
    """A source that a file may be: its section in the territory file, and extra lines of that section."""

    section: str
    words: str
    wanted: Expected
    lines: tuple[str, ...] = ()
    several: bool = True


_TABLES = (
    _Candidate("ops", "enquête OPS, une ligne par adresse", ops.wanted(CRITERIA)),
    _Candidate("ops", "enquête OPS, une ligne par logement ou ménage", menages.WANTED, ('grain = "menage"',)),
    _Candidate("rpls", "répertoire RPLS", rpls.WANTED),
    _Candidate("logements", "logements", logements.WANTED),
    _Candidate("adresses", "Base adresse nationale", ban.WANTED),
    _Candidate("residences", "résidences déclarées", residences.WANTED, several=False),
    _Candidate("attributions", "décisions d'attribution", attributions.WANTED),
)
_LAYERS = (
    _Candidate("iris", "IRIS", iris.WANTED, several=False),
    _Candidate("qpv", "quartiers prioritaires", qpv.WANTED, several=False),
    _Candidate("zones", "autre périmètre", zones.WANTED, several=False),
)


@dataclass(frozen=True)
class Finding:
    """What was seen in a file and what it is taken for.

    ``mapping`` gives a canonical column its header, only where a build would not find it; ``missing`` lists the
    required columns that were not found, ``unused`` the headers that no column takes.
    """

    path: Path
    seen: tuple[str, ...]
    section: str | None = None
    words: str = "source non reconnue"
    lines: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    several: bool = True
    score: float = 0.0

    @property
    def toml(self) -> str:
        """The block to paste in the territory file; empty when the source was not recognised."""
        if self.section is None:
            return ""
        table = f"sources.{self.section}"
        head = f"[[{table}]]" if self.section == "zones" else f"[{table}]"
        name = _quoted(self.path.name)
        lines = [head, f"fichiers = [{name}]" if self.several else f"fichier = {name}", *self.lines]
        if self.mapping:
            lines.append(f"[{table}.colonnes]")
            lines += [f"{canonical} = {_quoted(header)}" for canonical, header in self.mapping.items()]
        return "\n".join(lines) + "\n"

    @property
    def text(self) -> str:
        """What was seen, what it is taken for, what lacks, and the block to paste, in French."""
        lines = [f"{self.path.name} : {self.words}", *(f"  {entry}" for entry in self.seen)]
        if self.section is not None:
            lines.append(f"  colonnes reconnues : {excerpt(self.found, 60)}")
            if self.mapping:
                lines.append("  correspondances devinées, à vérifier : section colonnes ci-dessous")
            if self.missing:
                lines.append(f"  colonnes requises non trouvées : {', '.join(self.missing)}")
        if self.unused:
            lines.append(f"  en-têtes non utilisés : {excerpt(self.unused, 12)}")
        if self.section is not None:
            lines += ["", "À coller dans le fichier de territoire :", "", self.toml.rstrip()]
        return "\n".join(lines) + "\n"


def inspect_file(path: Path) -> Finding:
    """Look at a table or a layer and guess which source it is, from its headers and its values.

    Raises
    ------
    AtlasError
        When the file cannot be read at all.
    """
    try:
        if not path.is_file():
            raise Unreadable("INSPECT-ABSENT", f"{path} n'existe pas.", "un fichier", "vérifier le chemin")
        return _inspect_layers(path) if _is_layer(path) else _inspect_table(path)
    except Unreadable as error:
        raise AtlasError([error.fault]) from None


def _is_layer(path: Path) -> bool:
    if path.suffix.lower() == ".zip":
        try:
            with ZipFile(path) as archive:
                return any(name.lower().endswith(LAYER_ENDINGS) for name in archive.namelist())
        except (BadZipFile, OSError):
            return False
    return path.suffix.lower() in LAYER_ENDINGS


def _inspect_table(path: Path) -> Finding:
    opened = open_table(path)
    read, _ = opened.read(range(len(opened.headers)))
    sample = read.slice(0, _SAMPLE).to_pandas().astype("str")
    sample.columns = pd.Index(opened.headers)
    sample = sample.loc[:, ~sample.columns.duplicated()]
    seen = [f"{opened.seen['format']}, {many(read.num_rows, 'ligne')}, {many(len(opened.headers), 'colonne')}"]
    if "encodage" in opened.seen:
        seen.append(f"encodage {opened.seen['encodage']}, séparateur {SEPARATORS[opened.seen['séparateur']]}")
    if "feuille" in opened.seen:
        seen.append(f"feuille « {opened.seen['feuille']} » (parmi {opened.seen.get('feuilles', 'une seule')})")
    if opened.content.within:
        seen.append(f"table {opened.content.within} de l'archive")
    best = max((_guess(candidate, sample) for candidate in _TABLES), key=lambda guess: guess.score)
    lines = best.lines
    if best.section == "rpls":
        lines = (*lines, _vintage(path))
    if "feuilles" in opened.seen:
        lines = (*lines, f"feuille = {_quoted(opened.seen['feuille'])}")
    return replace(best, path=path, seen=tuple(seen), lines=lines)


def _inspect_layers(path: Path) -> Finding:
    names = layers_of(path)
    best: Finding | None = None
    for name in names:
        finding = _inspect_layer(path, read_raw(path, name), several=len(names) > 1)
        if best is None or _precise(finding) > _precise(best):
            best = finding
    if best is None:
        raise Unreadable("COUCHE-VIDE", f"{path.name} ne contient aucune couche.", "une couche", "vérifier dans QGIS")
    others = (f"couches du fichier : {excerpt(names)}",) if len(names) > 1 else ()
    return replace(best, seen=(*best.seen, *others))


def _precise(finding: Finding) -> tuple[int, float]:
    """Rank layers: a district says more than a quarter, a quarter more than any perimeter with a name."""
    order = ("zones", "qpv", "iris")
    return (order.index(finding.section) if finding.section in order else -1, finding.score)


def _inspect_layer(path: Path, raw: RawLayer, *, several: bool) -> Finding:
    sample = raw.records.iloc[:_SAMPLE].astype("str")
    kinds = sorted({geometry.geom_type for geometry in raw.geometries if geometry is not None})
    crs = f"{raw.crs.name}" if raw.crs is not None else "CRS absent"
    seen = (
        f"couche « {raw.layer} », {many(len(raw.records), 'objet')} ({', '.join(kinds) or 'sans géométrie'}), {crs}",
    )
    points = set(kinds) <= {"Point", "MultiPoint"}
    candidates = [one for one in _TABLES if one.section == "residences"] if points else _LAYERS
    best = max((_guess(candidate, sample) for candidate in candidates), key=lambda guess: guess.score)
    lines = list(best.lines)
    if several:
        lines.append(f"couche = {_quoted(raw.layer)}")
    if raw.crs is None:
        lines.append(f"crs = {_quoted(_likely_crs(raw))}  # à vérifier : déduit de l'ordre de grandeur")
    if best.section == "zones":
        lines.insert(0, f"nom = {_quoted(path.stem)}")
    if best.section == "iris":
        lines.append(_vintage(path))
    return replace(best, path=path, seen=seen, lines=tuple(lines))


def _vintage(path: Path) -> str:
    """Take the year of a file from its name; without one, leave the line to be filled in."""
    year = re.search(r"20[0-4]\d", path.stem)
    return f"millesime = {year[0]}  # à vérifier : année du fichier" if year else "# millesime = année du fichier"


def _likely_crs(raw: RawLayer) -> str:
    """Name the usual French CRS whose orders of magnitude fit the coordinates."""
    bounds = [geometry.bounds for geometry in raw.geometries if geometry is not None and not geometry.is_empty]
    x, y = (max(abs(bound[side]) for bound in bounds) if bounds else 0.0 for side in (0, 1))
    if x <= 180 and y <= 90:
        return "EPSG:4326"
    return "EPSG:2154" if y > 6_000_000 else "EPSG:27572"


def _guess(candidate: _Candidate, sample: pd.DataFrame) -> Finding:
    """Match headers to a source's columns, by name, by synonym, by likeness, then by what the values look like."""
    wanted = candidate.wanted
    columns = {column.name: column for column in wanted.table.columns}
    free = [str(header) for header in sample.columns if header]
    taken: dict[str, str] = {}
    exact = 0

    def take(name: str, header: str | None) -> bool:
        if header is None or not _fits(sample[header], columns.get(name)):
            return False
        taken[name] = header
        free.remove(header)
        return True

    for name in wanted.names:
        known = {plain(word) for word in (name, *wanted.variants.get(name, ()))}
        exact += take(name, next((header for header in free if plain(header) in known), None))
    named = set(taken)
    for look in (_by_synonym, _by_likeness, _by_label, _by_values):
        for name in wanted.names:
            if name not in taken:
                take(name, look(columns.get(name, Column(name, name)), free, sample))
    required = wanted.required
    missing = [name for name in required if name not in taken]
    if wanted.alternatives and not any(set(group) <= set(taken) for group in wanted.alternatives):
        missing.append(" ou ".join(" et ".join(group) for group in wanted.alternatives))
    share = len(taken) / max(len(sample.columns), 1)
    score = (1 - len(missing) / max(len(required), 1)) + 1.5 * share + 0.2 * exact / max(len(sample.columns), 1)
    recognised = len(taken) >= 2 and len(missing) <= len(required) / 3
    return Finding(
        path=Path(),
        seen=(),
        section=candidate.section if recognised else None,
        words=candidate.words if recognised else "source non reconnue",
        lines=candidate.lines,
        mapping={name: header for name, header in taken.items() if name not in named},
        found=tuple(taken),
        missing=tuple(missing),
        unused=tuple(free),
        several=candidate.several,
        score=score if recognised else 0.0,
    )


def _fits(values: pd.Series, column: Column | None) -> bool:
    """Tell whether the values of a column can be what its declaration says; an empty column fits anything."""
    known = values.dropna().astype(str).str.strip()
    known = known[~known.map(plain).isin(UNKNOWN_WORDS)]
    if column is None or known.empty:
        return True
    if column.numeric:
        tidy = known.str.replace(r"[\s\u00a0\u202f]", "", regex=True).str.replace(",", ".")
        return bool(pd.to_numeric(tidy, errors="coerce").notna().mean() > 0.9)
    if column.pattern:
        return bool(known.str.removesuffix(".0").str.fullmatch(column.pattern).mean() > 0.9)
    return True


def _by_synonym(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return next((header for header in free if plain(header) in SYNONYMS.get(column.name, ())), None)


def _by_likeness(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return nearest(column.name, free, _LIKE)


def _by_label(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return nearest(column.label, free, _LIKE)


def _by_values(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    """Find the one header whose values only this column can have: codes of districts, of quarters, survey years."""
    if column.name not in ("code_iris", "code_qpv", "campagne"):
        return None
    fitting = [header for header in free if sample[header].notna().any() and _fits(sample[header], column)]
    if column.name == "campagne":
        years = {header: pd.to_numeric(sample[header], errors="coerce") for header in fitting}
        fitting = [header for header, year in years.items() if year.between(2000, 2100).all() and (year % 2 == 0).all()]
    return fitting[0] if len(fitting) == 1 else None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
