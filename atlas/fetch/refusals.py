"""Why a file could not be brought, one clear sentence each, and what to do about it."""

from __future__ import annotations

from urllib.parse import urlsplit

from atlas.errors import AtlasError, Fault
from atlas.writing import whole

_ELSEWHERE = "prendre le fichier sur la page du producteur, et relancer avec --depuis DOSSIER"


def absent(address: str, page: str) -> AtlasError:
    """Nothing is there any more."""
    return _error(
        "RESEAU-ABSENT",
        f"{address} n'existe pas, ou plus.",
        "une adresse où le producteur publie le fichier",
        f"chercher la nouvelle sur {page or 'la page du producteur'}, et la donner sous [regles.sources_…] "
        "du fichier de territoire, ou par --depuis",
    )


def refused(address: str, status: int, page: str) -> AtlasError:
    """The server answered something else than the file."""
    busy = status >= 500 or status == 429
    return _error(
        "RESEAU-OCCUPE" if busy else "RESEAU-REFUS",
        f"{_host(address)} ne donne pas {address} (réponse {status}).",
        "un service disponible et public",
        "réessayer plus tard" if busy else f"vérifier l'adresse sur {page or 'la page du producteur'}",
    )


def incomplete(address: str, received: int, expected: int | None) -> AtlasError:
    """The connection was cut, too many times."""
    of = f" sur {whole(expected)}" if expected else ""
    return _error(
        "RESEAU-TRONQUE",
        f"{address} s'arrête en route, chaque fois : {whole(received)} octets reçus{of}.",
        "un fichier entier",
        "relancer la commande : elle reprend où elle s'est arrêtée",
    )


def corrupted(address: str, algorithm: str) -> AtlasError:
    """What came is not what the producer describes."""
    return _error(
        "RESEAU-EMPREINTE",
        f"{address} n'a pas l'empreinte {algorithm} que son producteur annonce : le fichier n'est pas gardé.",
        "le fichier tel que publié",
        "relancer ; si cela dure, le signaler au producteur",
    )


def slow(address: str) -> AtlasError:
    """The server is there and gives hardly anything."""
    return _error(
        "RESEAU-LENT",
        f"{_host(address)} répond trop lentement pour que {address} arrive un jour.",
        "un service qui donne le fichier en un temps borné",
        f"relancer plus tard : ce qui est reçu est gardé ; ou {_ELSEWHERE}",
    )


def certificate(address: str) -> AtlasError:
    """Something between here and there signs in its own name."""
    return _error(
        "RESEAU-CERTIFICAT",
        f"Le certificat de {_host(address)} n'est signé par personne que cette machine connaisse.",
        "un certificat public, ou celui du filtre de votre réseau",
        "donner le certificat de votre réseau par la variable SSL_CERT_FILE (le demander à l'informatique)",
    )


def no_network(address: str) -> AtlasError:
    """Nothing answers at all."""
    return _error(
        "RESEAU-COUPE",
        f"Aucun accès à {_host(address)} : pas de réseau, ou un réseau qui ne laisse pas sortir.",
        "un accès à l'internet, direct ou par les variables http_proxy et https_proxy",
        f"vérifier la connexion ; sans réseau, {_ELSEWHERE}",
    )


def unsafe(address: str) -> AtlasError:
    """An address that is no web address, or that leaves a secure connection."""
    return _error(
        "RESEAU-ADRESSE",
        f"{address} n'est pas une adresse sûre à suivre.",
        "une adresse https://, sans renvoi vers une connexion non protégée",
        "corriger l'adresse, ou prendre le fichier à la main et relancer avec --depuis DOSSIER",
    )


def unlisted(title: str, listed: str, page: str) -> AtlasError:
    """The producer's page lists files, and none that is wanted."""
    return _error(
        "RESEAU-LISTE",
        f"Aucun fichier de « {title} » ne convient ; la fiche liste : {listed or 'rien'}.",
        "une ressource reconnue à son titre",
        f"choisir le fichier sur {page}, et donner son adresse sous [regles.sources_…], ou le fichier par --depuis",
    )


def unreadable(name: str, why: str) -> AtlasError:
    """What came cannot be used."""
    return _error(
        "RESEAU-CONTENU",
        f"{name} ne se lit pas : {why}.",
        "un fichier de la forme que son producteur annonce",
        f"{_ELSEWHERE} ; si la forme a changé, le signaler",
    )


def empty(name: str, place: str) -> AtlasError:
    """The file holds nothing of the territory."""
    return _error(
        "RESEAU-VIDE",
        f"{name} ne contient rien de {place}.",
        "le département et les communes d'un territoire que le producteur couvre",
        "vérifier --departement et --communes",
    )


def _host(address: str) -> str:
    return urlsplit(address).hostname or address


def _error(*sentences: str) -> AtlasError:
    return AtlasError([Fault(*sentences)])
