"""Which of the files seen make one territory: campaigns, one vintage of each geography, no table twice.

What is set aside stays in the territory file as a comment, with its reason: the planner decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from atlas.geo import city_of, official, quartile_words
from atlas.inspect import Finding
from atlas.sources.headers import plain
from atlas.tables import ORIGINS, SURVEYS

RENT = "Le plafond de loyer PLAI du territoire : à donner sous [regles.loyer_plai], avec sa source."


@dataclass
class Chosen:
    """What the territory file will name. ``aside`` gives, with its reason, what it names in comments only.

    ``told``: what is known of the territory without being asked.
    """

    name: str = ""
    named_after: str = ""
    campaigns: tuple[int, ...] = ()
    kept: list[Finding] = field(default_factory=list)
    aside: list[tuple[Finding, str]] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    @property
    def has_addresses(self) -> bool:
        """Whether a survey or a register was found."""
        return any(finding.section in SURVEYS for finding in self.kept)

    def of(self, section: str) -> list[Finding]:
        """The tables or layers kept for a section."""
        return [finding for finding in self.kept if finding.section == section]


def choose(findings: Sequence[Finding], folder: str) -> Chosen:
    """Choose among the tables and layers of a folder, given its name, those that make one territory."""
    chosen = Chosen()
    known = [finding for finding in findings if finding.section is not None]
    chosen.kept = _once([finding for finding in known if not finding.hidden], chosen)
    _leave_hidden([finding for finding in known if finding.hidden], chosen)
    chosen.lacking += [
        f"{finding.path.name} : {finding.words} ({'; '.join(finding.seen[:1])})"
        for finding in findings
        if finding.section is None
    ]
    _leave_incomplete(chosen)
    _choose_name(chosen, folder)
    _choose_campaigns(chosen)
    last = chosen.campaigns[-1]
    _one_group(chosen, "iris", lambda year: -abs(year - last), "autre millésime")
    if not _both_lists(chosen):
        _one_group(chosen, "qpv", lambda year: year, "autre génération de quartiers", _generation)
    _one_group(chosen, "logements", lambda year: year, "autre année")
    _one_group(chosen, "rpls", lambda year: year, "autre millésime, même campagne", _campaign_of)
    _one_layout(chosen, ("iris", "residences"))
    _one_layout(chosen, ("qpv",), _generation)
    _name_zones(chosen)
    chosen.lacking += [one.lacking for one in ORIGINS.values() if one.lacking and not chosen.of(one.name)]
    if chosen.of("logements"):
        chosen.lacking.append(RENT)
    return chosen


def _once(findings: Iterable[Finding], chosen: Chosen) -> list[Finding]:
    """Keep the first of two copies of a table."""
    kept: dict[tuple[str | None, str], Finding] = {}
    for finding in findings:
        first = kept.setdefault((finding.section, finding.trace), finding)
        if first is not finding:
            chosen.aside.append((finding, f"même contenu que {first.path.name}"))
    return list(kept.values())


def _leave_hidden(hidden: Iterable[Finding], chosen: Chosen) -> None:
    """Leave aside the sheets that a workbook hides: last year's table, a draft; nobody who opens the file sees them."""
    for finding in hidden:
        chosen.aside.append((finding, "feuille masquée du classeur"))
        sheet = next(entry for entry in finding.seen if entry.startswith("feuille"))
        chosen.guessed.append(f"{finding.path.name} : {sheet}, laissée de côté ; le choix est à vérifier")


def _leave_incomplete(chosen: Chosen) -> None:
    """Leave aside a table without its required columns, unless it is the only one of addresses."""
    whole = {finding.section for finding in chosen.kept if not finding.missing}
    only = not any(section in whole for section in SURVEYS)
    for finding in list(chosen.kept):
        if not finding.missing:
            continue
        said = f"colonnes requises non trouvées : {', '.join(finding.missing)}"
        chosen.lacking.append(f"{finding.path.name} ({finding.words}) : {said}")
        if not (only and finding.section in SURVEYS):
            _leave(chosen, finding, said)


def _choose_name(chosen: Chosen, folder: str) -> None:
    """Name the territory after its commune when there is one, its EPCI when it is one's, otherwise its folder."""
    names = {plain(place): place for finding in chosen.kept for place in finding.places}
    codes = {code for section in SURVEYS for finding in chosen.of(section) for code in finding.communes}
    epci = official().epci_of([city_of(code) for code in codes]) if codes else None
    if len(names) == 1:
        (place,) = names.values()
        chosen.name, chosen.named_after = place.title() if place.isupper() else place, "la seule commune des fichiers"
    elif epci is not None:
        chosen.name, chosen.named_after = epci[1], f"l'EPCI de toutes les communes de l'enquête (SIREN {epci[0]})"
    else:
        chosen.name, chosen.named_after = folder or "Territoire", "le nom du dossier"
    chosen.guessed.append(f"nom = {chosen.name} : {chosen.named_after}")
    if epci is not None:
        chosen.told.append(f"EPCI : {epci[1]} (SIREN {epci[0]}). {quartile_words(epci[0])}".strip())


def _choose_campaigns(chosen: Chosen) -> None:
    """Take the campaigns of the surveys; without any, those of the register, then of the files' years."""
    surveyed = {year for finding in chosen.of("ops") for year in finding.years if not year % 2}
    if surveyed:
        chosen.campaigns = tuple(sorted(surveyed))
        return
    registered = {_campaign_of(finding) for finding in chosen.of("rpls") if finding.years}
    dated = {_campaign_of(finding) for finding in chosen.kept if finding.section == "iris" and finding.years}
    today = date.today().year
    chosen.campaigns = tuple(sorted(registered or dated or {today - today % 2}))
    why = "du millésime du répertoire" if registered else "du millésime des IRIS" if dated else "de l'année en cours"
    chosen.guessed.append(f"campagnes = {list(chosen.campaigns)} : déduites {why}")


def _campaign_of(finding: Finding) -> int:
    """Give the campaign that a vintage is the closest to, from above: 0 when the vintage is unknown."""
    year = max(finding.years, default=0)
    return year + year % 2


def _generation(finding: Finding) -> int:
    line = next((line for line in finding.lines if line.startswith("generation")), "")
    return 2024 if "2024" in line else 2015 if "2015" in line else 0


def _both_lists(chosen: Chosen) -> bool:
    """Tell whether both lists of quarters are of use: the earlier one at campaigns in which it was in force."""
    lists = {_generation(finding) for finding in chosen.of("qpv")}
    return len(lists) > 1 and 0 not in lists and min(chosen.campaigns) < max(lists)


def _year(finding: Finding) -> int:
    return max(finding.years, default=0)


def _one_group(
    chosen: Chosen,
    section: str,
    prefer: Callable[[int], int],
    why: str,
    year_of: Callable[[Finding], int] = _year,
) -> None:
    """Keep the files of one year of a section; a register may have one for each campaign, its latest vintage."""
    held = chosen.of(section)
    years = {year_of(finding) for finding in held}
    if section == "rpls":
        best = {campaign: max(_year(one) for one in held if _campaign_of(one) == campaign) for campaign in years}
        if chosen.of("ops"):
            best = {max(best): best[max(best)]} if best else {}
        left = [finding for finding in held if best.get(_campaign_of(finding)) != _year(finding)]
    else:
        year = max(years, key=prefer, default=0)
        left = [finding for finding in held if year_of(finding) != year]
    for finding in left:
        _leave(chosen, finding, why)
        chosen.guessed.append(f"{finding.path.name} : laissé de côté, {why} ; le choix est à vérifier")


def _one_layout(chosen: Chosen, sections: Iterable[str], block: Callable[[Finding], int] = lambda found: 0) -> None:
    """Keep, of a section that has one block for each number, the files that it can read: same keys, same headers."""
    for section in sections:
        first: dict[int, Finding] = {}
        for finding in sorted(chosen.of(section), key=lambda finding: -finding.score):
            one = first.setdefault(block(finding), finding)
            if (finding.lines, finding.mapping) != (one.lines, one.mapping):
                _leave(chosen, finding, f"autres clés ou autres en-têtes que {one.path.name}")
                chosen.guessed.append(f"{finding.path.name} : laissé de côté, à choisir avec {one.path.name}")


def _name_zones(chosen: Chosen) -> None:
    """Leave aside a perimeter whose name is already taken, or is that of another source."""
    taken = {"QPV"}
    for finding in chosen.of("zones"):
        name = plain(finding.lines[0].split("#")[0].removeprefix("nom = ")).upper()
        if name in taken:
            _leave(chosen, finding, "nom de périmètre déjà pris : le renommer")
        taken.add(name)


def _leave(chosen: Chosen, finding: Finding, why: str) -> None:
    chosen.kept.remove(finding)
    chosen.aside.append((finding, why))
