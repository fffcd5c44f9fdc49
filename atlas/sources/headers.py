"""Which header of a file is which canonical column: by the territory's mapping, by exact name, by known variant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from atlas.errors import excerpt
from atlas.sources.desk import Desk
from atlas.sources.spelling import tidy
from atlas.sources.years import NOT_ASKED, YEARS, Asked, ask_year
from atlas.tables import Table
from atlas.writing import slug

NEAR = 80  # rapidfuzz similarity from which a header is worth suggesting


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """Bring a header to lower case, without accents, words joined by underscores.

    >>> plain(" Ménages  inf. 40 %PLUS ")
    'menages_inf_40_plus'
    """
    return slug(tidy(text), "_")


@dataclass(frozen=True)
class Expected:
    """What a source looks for in a file.

    ``prefix`` begins the codes of its faults; ``variants`` gives other headers a column is known by; ``required`` and
    ``alternatives`` (at least one group of columns complete) say what must be there. ``national`` files have many more
    columns than are used, and saying so would tell nothing; ``elsewhere`` names headers that another reader uses.
    ``purposes`` says which indicator needs a count.
    """

    prefix: str
    table: Table
    variants: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...] = ()
    extra: tuple[str, ...] = ()
    national: bool = False
    purposes: Mapping[str, str] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every canonical name that may be mapped."""
        return (*self.table.names, *self.extra)

    def label(self, name: str) -> str:
        """French label of a column, which is a header too: the atlas writes it on its own tables."""
        return next((column.label for column in self.table.columns if column.name == name), name)


def expected(
    prefix: str,
    table: Table,
    variants: Mapping[str, tuple[str, ...]] | None = None,
    *,
    required: Collection[str] | None = None,
    alternatives: tuple[tuple[str, ...], ...] = (),
    extra: tuple[str, ...] = (),
    national: bool = False,
    purposes: Mapping[str, str] | None = None,
    elsewhere: tuple[str, ...] = (),
) -> Expected:
    """Describe a source; its required columns are those of the table unless told otherwise."""
    needed = table.required if required is None else tuple(required)
    return Expected(prefix, table, variants or {}, needed, alternatives, extra, national, purposes or {}, elsewhere)


def named(headers: Sequence[str], mapping: Mapping[str, str], wanted: Expected) -> dict[str, int]:
    """Find the position of each canonical column whose header is there, by mapping, name, variant or label."""
    found = {name: headers.index(header) for name, header in mapping.items() if header in headers}
    found = {name: place for name, place in found.items() if name in wanted.names}
    bare: dict[str, int] = {}
    for place, header in enumerate(headers):
        bare.setdefault(plain(header), place)
    for name in wanted.names:
        if name in mapping:
            continue
        candidates = (name, *wanted.variants.get(name, ()), wanted.label(name))
        at = next((bare[plain(word)] for word in candidates if plain(word) in bare), None)
        if at is not None:
            found[name] = at
    return found


def told_apart(
    joined: Sequence[str], lowest: Sequence[str | None], mapping: Mapping[str, str], wanted: Expected
) -> tuple[str, ...]:
    """Choose the header of each column where two lines were read together: a group may say nothing that is needed.

    The lower line alone is the header where it is a name that the source knows, and both together are none.
    """
    words = (word for name in wanted.names for word in (name, *wanted.variants.get(name, ()), wanted.label(name)))
    known = {*map(plain, words), *(plain(header) for header in mapping.values())}
    alone = [" ".join(str(cell or "").split()) for cell in lowest] + [""] * len(joined)
    return tuple(
        below if plain(both) not in known and plain(below) in known else both
        for both, below in zip(joined, alone, strict=False)
    )


def match_headers(
    file: str,
    headers: Sequence[str],
    mapping: Mapping[str, str],
    wanted: Expected,
    desk: Desk,
    asked: Asked = NOT_ASKED,
) -> dict[str, int] | None:
    """Find the position of each canonical column in a file, or record why it cannot be told.

    ``asked`` is what the territory file says of years that the file may not hold.

    Returns
    -------
    dict or None
        Canonical name to position; None when a fault was recorded.
    """
    before = len(desk.faults.found)
    headers, mapping = [tidy(header) for header in headers], {name: tidy(header) for name, header in mapping.items()}
    _check_mapping(file, headers, mapping, wanted, desk)
    bare = [plain(header) for header in headers]
    found = named(headers, mapping, wanted)
    _check_twice(file, headers, bare, found, wanted, desk)
    _check_missing(file, headers, mapping, found, wanted, desk, asked)
    if len(desk.faults.found) > before:
        return None
    if not wanted.national:
        _remark_ignored(file, headers, found, wanted, desk)
    return found


def _check_mapping(file: str, headers: Sequence[str], mapping: Mapping[str, str], wanted: Expected, desk: Desk) -> None:
    for name, header in mapping.items():
        if name not in wanted.names:
            near = nearest(name, wanted.names)
            desk.faults.add(
                f"{wanted.prefix}-COLONNES",
                f"[sources.{wanted.table.name}.colonnes] : « {name} » n'est pas une colonne de cette source.",
                f"une des colonnes {excerpt(wanted.names, 8)}",
                f"écrire « {near} » ?" if near else "supprimer la ligne",
            )
        elif header not in headers:
            near = nearest(header, headers)
            desk.faults.add(
                f"{wanted.prefix}-COLONNE",
                f"{file} n'a pas la colonne « {header} » annoncée pour {name}.",
                f"un des en-têtes du fichier : {excerpt(headers, 8)}",
                f'écrire {name} = "{near}" ?' if near else "corriger [colonnes]",
            )


def _check_twice(
    file: str, headers: Sequence[str], bare: list[str], found: dict[str, int], wanted: Expected, desk: Desk
) -> None:
    twice = sorted({headers[place] for place in found.values() if bare.count(bare[place]) > 1})
    if twice:
        desk.faults.add(
            f"{wanted.prefix}-ENTETE-DOUBLE",
            f"{file} porte deux fois l'en-tête {excerpt(twice)}.",
            "des en-têtes tous différents",
            "renommer ou supprimer l'une des deux colonnes",
        )


def _check_missing(
    file: str,
    headers: Sequence[str],
    mapping: Mapping[str, str],
    found: dict[str, int],
    wanted: Expected,
    desk: Desk,
    asked: Asked,
) -> None:
    free = [header for place, header in enumerate(headers) if place not in found.values() and header]
    for name in wanted.required:
        if name in found or name in mapping or name in asked.given:
            continue
        near = _nearest_header(name, free, wanted)
        if name in YEARS:
            ask_year(name, file, near, wanted.prefix, wanted.table.name, asked, desk)
            continue
        purpose = f", nécessaire à l'indicateur {wanted.purposes[name]}" if name in wanted.purposes else ""
        desk.faults.add(
            f"{wanted.prefix}-{'INDICATEUR' if purpose else 'COLONNE'}",
            f"{file} n'a pas de colonne « {name} »{purpose}" + (f" (mais « {near} »)." if near else "."),
            f"les colonnes {', '.join(wanted.required)} ; en-têtes lus : {excerpt(headers, 8)}",
            f'ajouter dans [sources.{wanted.table.name}.colonnes] : {name} = "{near or "en-tête du fichier"}"',
        )
    if wanted.alternatives and not any(found.keys() >= set(group) for group in wanted.alternatives):
        ways = " ou ".join(" et ".join(group) for group in wanted.alternatives)
        desk.faults.add(
            f"{wanted.prefix}-LIEU",
            f"{file} ne dit pas où est chaque ligne : ni {ways.replace(' ou ', ', ni ')}.",
            ways,
            f"ajouter la colonne, ou la nommer dans [sources.{wanted.table.name}.colonnes]",
        )


def _nearest_header(name: str, headers: Sequence[str], wanted: Expected) -> str | None:
    return nearest(name, headers) or nearest(wanted.label(name), headers)


def _remark_ignored(file: str, headers: Sequence[str], found: dict[str, int], wanted: Expected, desk: Desk) -> None:
    """Say which columns are not used; one that looks like an expected column may be a mistake."""
    unused = (header for place, header in enumerate(headers) if place not in found.values() and header)
    ignored = [header for header in unused if header not in wanted.elsewhere]
    absent = [name for name in wanted.names if name not in found]
    for header in ignored:
        near = nearest(plain(header), absent, 90)
        if near:
            desk.note(
                f"{file} : la colonne « {header} » n'est pas lue ; elle ressemble à « {near} » "
                f'({near} = "{header}" dans [sources.{wanted.table.name}.colonnes] pour la lire).'
            )
    if ignored:
        desk.note(f"{file} : colonnes non utilisées : {excerpt(ignored, 12)}.")


def nearest(word: str, among: Collection[str], cutoff: int = NEAR) -> str | None:
    """Find the closest word, accents and case forgiven, or None when none is close.

    >>> nearest("nb_logement", ["adresse", "nb_logements"])
    'nb_logements'
    """
    from rapidfuzz import fuzz, process

    choices = {name: plain(name) for name in among}
    best = process.extractOne(plain(word), choices, scorer=fuzz.ratio, score_cutoff=cutoff)
    return best[2] if best else None
