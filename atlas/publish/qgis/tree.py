"""The layer tree of the QGIS project and its map themes: the groups of the web map, one choice at a time.

In: the catalogue's groups and the pictures of an edition. Out: branches and leaves, then their XML. A theme is a whole
map in one click: one layer of residences or of areas, with the outlines that help to read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from atlas.publish.qgis.elements import add
from atlas.publish.qgis.pictures import DETAIL, TABLES, Picture

if TYPE_CHECKING:
    from atlas.catalogue import Catalogue, Group

BACKGROUND = "plan_ign"
_OVER_THE_MAP = "multiple"


def layer_id(name: str) -> str:
    """Name a layer inside the project: QGIS replaces identifiers of ten characters or fewer by its own."""
    return f"atlas_couche_{name}"


@dataclass(frozen=True)
class Leaf:
    """One layer of the tree; ``picture`` is None for the background."""

    id: str
    title: str
    picture: Picture | None = None
    condition: str = ""
    checked: bool = False


@dataclass(frozen=True)
class Branch:
    """A group.

    ``exclusive`` shows one child at a time, ``themed`` makes a map theme of each layer, ``always`` puts what is checked
    in every theme.
    """

    title: str
    children: tuple[Branch | Leaf, ...] = ()
    exclusive: bool = False
    themed: bool = False
    expanded: bool = True
    always: bool = False

    def leaves(self) -> Iterator[Leaf]:
        """List every layer, from top to bottom."""
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            else:
                yield from child.leaves()

    @property
    def checked(self) -> bool:
        """Whether something in it is shown."""
        return any(leaf.checked for leaf in self.leaves())


def tree_of(
    catalogue: Catalogue,
    pictures: Sequence[Picture],
    filtered: Sequence[tuple[str, Picture, str]] = (),
    years: Branch | None = None,
) -> Branch:
    """Arrange the pictures as the web map does: outlines over residences over areas, the background under all.

    Parameters
    ----------
    filtered : sequence of (title, picture, condition)
        Layers that show a selection only.
    years : Branch, optional
        Layers of each campaign.
    """
    groups = {group.key: _group(group, pictures) for group in catalogue.groups}
    over = [groups[group.key] for group in catalogue.groups if group.choice == _OVER_THE_MAP]
    under = [groups[group.key] for group in catalogue.groups if group.choice != _OVER_THE_MAP]
    selections = tuple(
        Leaf(f"selection_{number}", title, picture, condition)
        for number, (title, picture, condition) in enumerate(filtered, 1)
    )
    branches = [
        *over,
        Branch("Sélections", selections, expanded=False),
        under[0],
        *([years] if years is not None else []),
        Branch("Détail", _leaves(pictures, DETAIL), expanded=False),
        *under[1:],
        Branch("Tableaux", _leaves(pictures, TABLES), expanded=False),
        Branch("Fond en ligne", (Leaf(BACKGROUND, "Plan IGN"),), expanded=False),
    ]
    return Branch("", tuple(branch for branch in branches if branch.children))


def add_tree(root: Element, tree: Branch, sources: Mapping[str, str]) -> None:
    """Write the tree."""
    top = add(root, "layer-tree-group")
    for child in tree.children:
        _add_node(top, child, sources)


def add_themes(root: Element, tree: Branch) -> None:
    """Write one map theme per layer of the themed groups, outlines included."""
    presets = add(root, "visibility-presets")
    for title, leaf in themes_of(tree).items():
        preset = add(presets, "visibility-preset", name=title)
        for shown in (*_outlines(tree), leaf):
            add(preset, "layer", id=layer_id(shown.id), visible=1, style="défaut", expanded=int(shown is leaf))


def themes_of(tree: Branch) -> dict[str, Leaf]:
    """Name the layer that each theme is about."""
    return {
        leaf.title if leaf.condition else leaf.picture.style_name: leaf
        for branch in tree.children
        if isinstance(branch, Branch) and branch.themed
        for leaf in branch.leaves()
        if leaf.picture
    }


def _outlines(tree: Branch) -> list[Leaf]:
    return [
        leaf
        for branch in tree.children
        if isinstance(branch, Branch) and branch.always
        for leaf in branch.leaves()
        if leaf.checked
    ]


def _group(group: Group, pictures: Sequence[Picture]) -> Branch:
    """Arrange a group of the catalogue by family, as its menu does."""
    own = [picture for picture in pictures if picture.group == group.key]
    exclusive = group.choice != _OVER_THE_MAP
    families = list(dict.fromkeys(picture.family for picture in own))
    children: list[Branch | Leaf] = []
    for family in families:
        leaves = _leaves([picture for picture in own if picture.family == family], group.key)
        children += [Branch(family, leaves, exclusive=exclusive, expanded=_any(leaves))] if family else leaves
    return Branch(group.title, tuple(children), exclusive=exclusive, themed=exclusive, always=not exclusive)


def _any(leaves: Sequence[Leaf]) -> bool:
    return any(leaf.checked for leaf in leaves)


def _leaves(pictures: Sequence[Picture], group: str) -> tuple[Leaf, ...]:
    own = [picture for picture in pictures if picture.group == group]
    return tuple(Leaf(picture.id, picture.title, picture, checked=picture.visible) for picture in own)


def _add_node(parent: Element, node: Branch | Leaf, sources: Mapping[str, str]) -> None:
    state = "Qt::Checked" if node.checked else "Qt::Unchecked"
    if isinstance(node, Leaf):
        add(
            parent,
            "layer-tree-layer",
            id=layer_id(node.id),
            name=node.title,
            checked=state,
            expanded=int(node.checked),
            source=sources[node.id],
            providerKey="ogr" if node.picture else "wms",
        )
        return
    group = add(parent, "layer-tree-group", name=node.title, checked=state, expanded=int(node.expanded))
    if node.exclusive:
        shown = [position for position, child in enumerate(node.children) if child.checked]
        group.set("mutually-exclusive", "1")
        group.set("mutually-exclusive-child", str(shown[0] if shown else -1))
    for child in node.children:
        _add_node(group, child, sources)
