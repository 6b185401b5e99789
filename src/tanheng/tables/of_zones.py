"""Tables with a row for each zone."""

from __future__ import annotations

from collections.abc import Mapping

#: Columns with the code and the name of the zone, by table, in the order of the report.
OF_ZONES: Mapping[str, tuple[str, str]] = {
    "balance_by_zone": ("zone_id", "zone_name"),
    "stock_by_zone": ("zone_id", "zone_name"),
    "balance_hot_spots_by_zone": ("zone", "name"),
}
