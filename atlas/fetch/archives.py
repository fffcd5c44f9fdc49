"""Files out of archives: those that are wanted, never outside the folder where they go."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from atlas.fetch.refusals import unreadable


def taken_out(archive: Path, folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    """Take the wanted files out of a 7z or zip archive, under names of their own, one folder deep.

    Raises
    ------
    AtlasError
        ``RESEAU-CONTENU``: unreadable, hostile, or too large for the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return (_zipped if zipfile.is_zipfile(archive) else _seven)(archive, folder, wanted)


def _seven(archive: Path, folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    import py7zr

    try:
        with py7zr.SevenZipFile(archive) as opened:
            held = [one for one in opened.list() if not one.is_directory and wanted(one.filename)]
            _checked(archive, folder, [(one.filename, int(one.uncompressed or 0)) for one in held])
            opened.extract(path=folder, targets=[one.filename for one in held])
    except (OSError, EOFError, ValueError, py7zr.exceptions.ArchiveError) as error:
        raise unreadable(archive.name, f"archive abîmée ({type(error).__name__})") from None
    found = [folder / one.filename for one in held]
    if any(path.is_symlink() or not path.is_file() for path in found):
        raise unreadable(archive.name, "elle contient un lien, que l'atlas ne suit pas")
    return found


def _zipped(archive: Path, folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    try:
        with zipfile.ZipFile(archive) as opened:
            held = [one for one in opened.infolist() if not one.is_dir() and wanted(one.filename)]
            _checked(archive, folder, [(one.filename, one.file_size) for one in held])
            return [Path(opened.extract(one, folder)) for one in held]
    except (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise unreadable(archive.name, f"archive abîmée ({type(error).__name__})") from None


def _checked(archive: Path, folder: Path, held: list[tuple[str, int]]) -> None:
    """Refuse names that lead out of the folder, and more than the disk can hold."""
    for name, _ in held:
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in name:
            raise unreadable(archive.name, "un de ses fichiers veut s'écrire hors du dossier")
    if sum(size for _, size in held) > shutil.disk_usage(folder).free:
        raise unreadable(archive.name, "ce qu'elle contient ne tient pas sur le disque")
