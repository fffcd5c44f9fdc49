"""Every name of the fictional metropolis. Places, landlords and residences are invented; street names are the common ones."""

from __future__ import annotations

from typing import NamedTuple


class Commune(NamedTuple):
    """A commune: place of its centre in km from the middle of the metropolis, reach in km, number of IRIS, dwellings."""

    code: str
    name: str
    east: float
    north: float
    reach: float
    iris: int
    dwellings: int


# Dwellings are those outside the priority and watched quarters; the codes belong to no real commune.
COMMUNES = (
    Commune("21901", "Valmont-sur-Orle", 0.0, 0.0, 3.3, 32, 10500),
    Commune("21902", "Chantorle", 4.5, 1.2, 2.2, 6, 2300),
    Commune("21903", "Saint-Aubrin-les-Forges", -4.2, -2.3, 2.2, 5, 1500),
    Commune("21904", "Fontbrune-sur-Orle", 1.0, 4.9, 1.9, 4, 1100),
    Commune("21905", "Marcelange-la-Tuilière", -3.2, 4.1, 1.8, 3, 800),
    Commune("21906", "Les Essarts-Valmont", 2.7, -4.5, 1.8, 3, 700),
    Commune("21907", "Pontarbois", -1.7, -5.3, 1.7, 2, 330),
    Commune("21908", "Villers-aux-Aulnes", 7.3, -2.4, 1.9, 1, 180),
    Commune("21909", "Courtevrain", 6.2, 5.3, 1.9, 1, 140),
    Commune("21910", "Brévaumont", -7.1, 1.4, 1.9, 1, 110),
    Commune("21911", "Longuevernelle", -6.6, 5.9, 1.6, 1, 70),
    Commune("21912", "Aigremartin", 6.0, -6.3, 1.7, 1, 60),
)
POSTCODES = {commune.code: "21990" if commune.code == "21901" else f"2199{min(9, i)}" for i, commune in enumerate(COMMUNES)}


class Quarter(NamedTuple):
    """A priority (or watched) quarter: its centre and mean radius in km, the communes it lies in, its dwellings."""

    code: str
    name: str
    east: float
    north: float
    radius: float
    communes: tuple[str, ...]
    dwellings: int


QPV = (
    Quarter("QN02190M", "Les Ormeaux - Le Lac", -1.75, 1.62, 0.40, ("21901",), 2700),
    Quarter("QN02191I", "La Fontaine aux Lièvres", 1.45, -1.85, 0.34, ("21901",), 2000),
    Quarter("QN02192M", "Belle Rive", 0.0, 0.0, 0.33, ("21901", "21902"), 1700),
    Quarter("QN02193N", "Le Moulin des Prés", 5.05, 1.95, 0.24, ("21902",), 1000),
    Quarter("QN02194I", "Les Tuileries", -4.45, -2.75, 0.22, ("21903",), 850),
)
QVA = Quarter("VA02190", "La Croix Saint-Éloi", -1.75, -1.35, 0.24, ("21901",), 950)

VALMONT_IRIS = (
    "Cathédrale,Halles,Gare,Préfecture,Vieux Port,Tanneries,Saint-Maur,Faubourg d'Orle,Les Remparts,Arsenal,Beffroi,"
    "Jardin Botanique,Les Ormeaux,Le Lac,Fontaine aux Lièvres Nord,Fontaine aux Lièvres Sud,Belle Rive,Croix Saint-Éloi,"
    "Verger,Montvert,Clos des Vignes,Les Carrières,Petit Bois,Observatoire,Hôpital,Maladière,Trois Moulins,Côte aux Buis,"
    "Grands Champs,Campus,Zone des Portes d'Orle,Parc de la Varenne"
).split(",")
OTHER_IRIS = ("Centre", "Nord", "Sud", "Est", "Ouest", "Les Hameaux")


class Landlord(NamedTuple):
    """A landlord: prefix of its address identifiers, weight in the stock (Dijon métropole 2021), how it answers the survey."""

    prefix: str
    name: str
    dwellings: int
    in_quarters: float
    response: float
    income_known: float
    activity_known: float


LANDLORDS = (
    Landlord("HTV", "Habitat des Trois Vallées", 9638, 1.6, 0.87, 0.96, 0.93),
    Landlord("ORH", "Orle Habitat", 5148, 1.0, 0.86, 0.95, 0.91),
    Landlord("LDC", "Logis de la Combe", 4645, 0.8, 0.83, 0.93, 0.80),
    Landlord("LFV", "Le Foyer Valmontin", 3197, 0.4, 0.84, 0.94, 0.90),
    Landlord("TDR", "Toits du Rail", 1348, 0.0, 0.80, 0.91, 0.94),
)

PEOPLE = (
    "Jean Jaurès,Victor Hugo,Louis Pasteur,Émile Zola,Marie Curie,Jules Ferry,George Sand,Claude Monet,Hector Berlioz,"
    "Camille Claudel,Paul Éluard,Louise Michel,Jean Moulin,Pierre Brossolette,Honoré de Balzac,Marcel Pagnol,Alfred de Vigny,"
    "Simone Signoret,Jacques Prévert,Blaise Pascal,Ambroise Paré,Denis Papin,Olympe de Gouges,Édith Piaf,Maurice Ravel,"
    "Georges Bizet,Gustave Eiffel,Auguste Renoir,Paul Verlaine,Arthur Rimbaud,Jean Mermoz,Joséphine Baker,Louis Aragon,"
    "Germaine Tillion,Romain Rolland,Charles Péguy,Frédéric Chopin,Henri Dunant,Jean Vilar,Simone de Beauvoir"
).split(",")
THINGS = (
    "des Lilas,des Tilleuls,des Acacias,des Peupliers,des Érables,des Glycines,des Églantines,des Primevères,des Bleuets,"
    "des Noisetiers,des Marronniers,des Saules,des Merisiers,des Cerisiers,des Pommiers,des Mésanges,des Alouettes,"
    "des Hirondelles,des Tanneurs,des Drapiers,des Vanniers,des Tonneliers,des Forgerons,des Lavandières,des Vendangeurs,"
    "du Moulin,du Lavoir,du Château d'Eau,du Stade,du Port,du Canal,du Verger,du Pressoir,du Four,du Puits,du Bief,du Gué,"
    "de l'Église,de la République,de la Liberté,de la Paix,de la Gare,de la Mairie,de la Poste,de l'École,de la Fontaine,"
    "de la Tuilerie,de la Vigne,de la Chapelle,de la Source,de la Roseraie,de la Libération,de l'Abreuvoir,de l'Orangerie,"
    "de l'Écluse,de l'Industrie,des Écoles,des Jardins,des Remparts,des Carmes,des Cordeliers,des Capucins,des Moissons,"
    "des Coquelicots,des Charmilles,des Platanes,des Ormes,des Chênes,des Bouleaux,des Fauvettes,des Rossignols,"
    "de Bourgogne,de Champagne,de Provence,de Bretagne,de Lorraine,d'Alsace,de Verdun,du 8 Mai 1945,du 11 Novembre 1918,"
    "du Général de Gaulle,du Maréchal Leclerc,du Docteur Calmette,du Commandant Charcot,du Président Carnot"
).split(",")
STREET_TYPES = {"Rue": 52, "Avenue": 9, "Allée": 13, "Boulevard": 5, "Impasse": 7, "Place": 3, "Chemin": 6, "Square": 3, "Cours": 2}

RESIDENCE_FIRST = (
    "Le Clos,Les Terrasses,Le Parc,Les Balcons,Le Hameau,Les Jardins,La Cour,Le Mail,Les Villas,Le Domaine,Les Patios,"
    "Le Belvédère,La Closerie,Les Rives,Le Bosquet"
).split(",")
RESIDENCE_SECOND = (
    "d'Anselme,de Brévaux,des Cardères,du Héron,de Garance,des Sorbiers,de Mirandole,du Colombier,d'Aurore,de Florimont,"
    "des Sittelles,de Pervenche,du Roncier,de Valserine,des Amandiers,d'Hélios,de Mélisse,du Loriot,de Théodore,des Cistes,"
    "de Rosalba,du Cormier,de Sidonie,des Vergnes,d'Ysengrin,de Capucine,du Chardonneret,de Montjoie,des Ajoncs,de Barnabé"
).split(",")
