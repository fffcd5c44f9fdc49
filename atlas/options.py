"""The arguments and options that several commands share, with their French help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atlas.tables import AUDIENCES, LANDLORD

TerritoryFile = Annotated[Path, typer.Argument(metavar="TERRITOIRE.toml", help="Fichier de territoire.")]
Output = Annotated[
    Path, typer.Option("--sortie", metavar="DOSSIER", help="Dossier à écrire ; l'ancien n'est remplacé qu'à la fin.")
]
Editions = Annotated[
    list[str] | None,
    typer.Option(
        "--edition", metavar="NOM", help=f"Édition : {', '.join(AUDIENCES)}, {LANDLORD}<nom> ; option répétable."
    ),
]
Accepted = Annotated[
    list[str] | None,
    typer.Option(
        "--accepter-non-verifie", metavar="REGLE", help="Utiliser une règle au-delà de sa date de vérification."
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--formats",
        metavar="NOM[,NOM]",
        help="Autres formes des tables : geoparquet, flatgeobuf, geojson, sld, pmtiles (tuiles et portail web).",
    ),
]
Archive = Annotated[
    bool, typer.Option("--archive", help="Écrire aussi chaque édition en un fichier zip, avec son empreinte SHA-256.")
]
Journal = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FICHIER",
        help="Journal à écrire, hors de toute sortie : durée, processeur et mémoire de chaque étape, en JSON.",
    ),
]
Already = Annotated[
    list[Path] | None,
    typer.Option("--deja-publie", metavar="DOSSIER", help="Édition déjà remise, dont le secret doit tenir compte."),
]
