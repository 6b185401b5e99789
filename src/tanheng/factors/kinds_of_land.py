"""The kind of land that the name of a class says, for figures that are known by kind."""

from __future__ import annotations

#: Words by which a class is known, in the order in which they are looked for.
_WORDS = (
    ("built-up", ("built", "impervious", "urban", "artificial", "settlement", "建设", "城镇", "建成", "不透水")),
    ("cropland", ("crop", "arable", "farm", "paddy", "cultivated", "耕地", "农田", "水田", "旱地")),
    ("forest", ("forest", "tree", "wood", "林")),
    ("grassland", ("grass", "meadow", "steppe", "草地")),
    ("water", ("water", "river", "lake", "reservoir", "水域", "水体", "河", "湖")),
    ("unused", ("unused", "bare", "barren", "desert", "sand", "未利用", "裸")),
)


#: Category of the IPCC (2006, Vol. 4, Ch. 3) that a kind of land belongs to.
CATEGORIES = {
    "built-up": "settlements",
    "cropland": "cropland",
    "forest": "forest land",
    "grassland": "grassland",
    "water": "wetlands",
    "unused": "other land",
}


def kind_of_land(land_class: str) -> str:
    """Kind of land of a class: ``built-up``, ``cropland``, ``forest``, ``grassland``, ``water``, ``unused`` or ``other``.

    Examples
    --------
    >>> [kind_of_land(name) for name in ("Impervious surface", "paddy field", "有林地", "wetland")]
    ['built-up', 'cropland', 'forest', 'other']
    """
    name = land_class.lower()
    return next((kind for kind, words in _WORDS if any(word in name for word in words)), "other")
