"""Tables that users give, each declared once: its columns, what they hold, their units, and the headings that are understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tanheng.language import mark, tr

#: What a cell holds: a year; an amount in the unit of the row's column ``unit``; a number; a name; a code; text.
InputKind = Literal["year", "amount", "number", "name", "code", "unit", "text"]

#: Headings that are understood beside a column's own name; the first is the one that messages suggest in Chinese.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "year": ("年份", "年", "年度"),
    "emissions": ("排放量",),
    "unit": ("单位",),
    "zone": ("分区", "地区", "区域", "县区", "区县", "市县", "行政区", "分区代码", "地区代码"),
    "sector": ("部门", "行业"),
    "fuel": ("能源", "能源品种", "燃料", "燃料品种"),
    "quantity": ("数量", "消费量", "实物量", "产量"),
    "activity": ("活动", "产品", "活动水平"),
    "flow": ("流向", "项目", "环节"),
    "code": ("代码", "编码"),
    "class": ("地类", "类别", "土地利用类型", "土地类型"),
    "above": ("地上", "地上生物量"),
    "below": ("地下", "地下生物量"),
    "soil": ("土壤", "土壤有机碳"),
    "dead": ("死亡有机质", "枯落物"),
    "value": ("值", "数值"),
    "source": ("来源",),
    "uptake": ("固碳量", "吸收", "固碳", "碳汇", "吸收量", "碳吸收", "碳吸收量", "碳汇量", "固碳速率"),
    "longitude": ("经度", "东经"),
    "latitude": ("纬度", "北纬"),
    "from": ("原地类", "转出", "转出地类"),
    "to": ("目标地类", "转入", "转入地类", "新地类"),
    "cost": ("成本", "单位成本", "费用"),
    "factor": ("参数", "因子"),
    "lower": ("下限",),
    "upper": ("上限",),
    "scenario": ("情景",),
    "from_class": ("转出类别", "转出类型"),
    "to_class": ("转入类别", "转入类型"),
    "area_km2": ("面积", "面积_km2", "面积km2", "面积（km2）"),
    "area_ha": ("面积（公顷）", "面积(公顷)", "面积_ha"),
    "area_mu": ("面积（亩）", "面积(亩)", "面积_亩"),
    "population": ("人口", "人口数"),
    "respiration": ("异养呼吸",),
    "age": ("年龄", "林龄"),
    "share": ("比例", "份额"),
    "gain": ("增加量", "生长量"),
    "loss": ("减少量", "损失量"),
    "gdp": ("地区生产总值", "生产总值", "国内生产总值"),
    "reference": ("实际地类", "参考地类", "验证地类"),
    "count": ("样本数", "样点数"),
    "users_accuracy": ("用户精度",),
    "producers_accuracy": ("生产者精度", "制图精度"),
    "samples": ("样本量", "样本总数"),
    "true_from": ("实际转出", "实际原地类"),
    "true_to": ("实际转入", "实际新地类"),
}

#: Column behind each heading that is understood.
COLUMN_OF_HEADING: Mapping[str, str] = {heading: column for column, all_ in ALIASES.items() for heading in all_}


@dataclass(frozen=True)
class InputColumn:
    """A column that a table may have: its name, what it holds, its unit, and whether it must be there."""

    name: str
    meaning: str
    kind: InputKind
    unit: str = ""
    required: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that is understood, its own name first."""
        return (self.name, *ALIASES.get(self.name, ()))


@dataclass(frozen=True)
class InputTable:
    """A table that users give: what it is for, where the study names it, and its columns."""

    name: str
    title: str
    place: str
    columns: tuple[InputColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that it may have."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)


_YEAR = InputColumn("year", mark("year"), "year")
_ZONE = InputColumn("zone", mark("id or name of a zone; blank for the whole region"), "name", required=False)
_SECTOR = InputColumn("sector", mark("sector; blank where emissions are not given by sector"), "name", required=False)
_FUEL = InputColumn("fuel", mark("fuel or energy carrier"), "name")
_QUANTITY = InputColumn("quantity", mark("amount, in the unit of the row"), "amount")
_UNIT = InputColumn("unit", mark("unit of the row's amount"), "unit")
_CLASS = InputColumn("class", mark("land class"), "name")

_AREA = InputColumn(
    "area_km2",
    mark("area in the year; for a conversion, area converted since the previous year of the table"),
    "number",
    "km2",
)
_LAND_ZONE = InputColumn("zone", mark("id or name of a zone, where demand is met by zone"), "name", required=False)
_SCENARIO = InputColumn("scenario", mark("scenario; blank for all"), "name", required=False)

_ALL = (
    InputTable(
        "totals",
        mark("Emissions as totals"),
        "emissions.totals",
        (_YEAR, InputColumn("emissions", mark("emissions of the row"), "amount"), _UNIT, _ZONE, _SECTOR),
    ),
    InputTable("activity", mark("Activity"), "emissions.activity", (_YEAR, _FUEL, _QUANTITY, _UNIT, _ZONE, _SECTOR)),
    InputTable(
        "energy_balance",
        mark("Energy balance"),
        "emissions.balance",
        (_YEAR, _FUEL, InputColumn("flow", mark("item of the energy balance"), "name"), _QUANTITY, _UNIT),
    ),
    InputTable(
        "processes",
        mark("Activity of processes, agriculture and waste"),
        "emissions.processes",
        (_YEAR, InputColumn("activity", mark("process or product"), "name"), _QUANTITY, _UNIT, _ZONE),
    ),
    InputTable(
        "points",
        mark("Point sources"),
        "demand.points",
        (
            _YEAR,
            InputColumn("sector", mark("sector that the source is part of"), "name"),
            InputColumn("longitude", mark("longitude"), "number", "degrees"),
            InputColumn("latitude", mark("latitude"), "number", "degrees"),
            InputColumn("emissions", mark("emissions of the source"), "amount"),
            _UNIT,
        ),
    ),
    InputTable(
        "zone_values",
        mark("Values by zone"),
        "drivers.NAME.table",
        (
            InputColumn("zone", mark("id or name of a zone"), "name"),
            InputColumn("value", mark("value, in the units of the driver"), "number"),
            InputColumn("year", mark("year; left out where a value is for all years"), "year", required=False),
        ),
    ),
    InputTable(
        "economy",
        mark("Economic output and population, for what drives emissions"),
        "decomposition.table",
        (
            _YEAR,
            InputColumn("gdp", mark("economic output, in one unit and at the prices that the study names"), "number"),
            InputColumn(
                "population",
                mark("number of persons; may be omitted if the study has population maps"),
                "number",
                required=False,
            ),
            _ZONE,
        ),
    ),
    InputTable(
        "growth",
        mark("Growth of biomass after a conversion"),
        "flows.growth",
        (
            _CLASS,
            InputColumn("age", mark("years since the conversion to the class"), "number"),
            InputColumn("share", mark("share of the density of the class that has grown by then, 0 to 1"), "number"),
        ),
    ),
    InputTable(
        "gains_and_losses",
        mark("Gains and losses of carbon beside conversions: growth, harvest, fire"),
        "flows.given",
        (
            _YEAR,
            _CLASS,
            InputColumn(
                "gain",
                mark("carbon gained in the year, in the unit of the row; blank is none"),
                "amount",
                required=False,
            ),
            InputColumn(
                "loss",
                mark("carbon lost in the year by harvest, fire and the like; blank is none"),
                "amount",
                required=False,
            ),
            _UNIT,
        ),
    ),
    InputTable(
        "uptake",
        mark("Yearly carbon uptake by land class"),
        "balance.uptake",
        (_CLASS, InputColumn("uptake", mark("uptake; negative is a source"), "number", "t C ha-1 yr-1")),
    ),
    InputTable(
        "respiration",
        mark("Yearly heterotrophic respiration by land class"),
        "balance.npp.respiration.table",
        (_CLASS, InputColumn("respiration", mark("heterotrophic respiration"), "number", "t C ha-1 yr-1")),
    ),
    InputTable(
        "densities",
        mark("Carbon densities"),
        "carbon_density.table",
        (
            _CLASS,
            InputColumn("above", mark("above ground"), "number", "t C ha-1"),
            InputColumn("below", mark("below ground"), "number", "t C ha-1"),
            InputColumn("soil", mark("soil"), "number", "t C ha-1"),
            InputColumn("dead", mark("dead organic matter"), "number", "t C ha-1"),
            InputColumn("code", mark("code of the class on the maps"), "code", required=False),
            InputColumn("zone", mark("id or name of a zone; * for land in no other zone"), "name", required=False),
        ),
    ),
    InputTable(
        "legend",
        mark("Legend of the land-cover maps"),
        "land_cover.legend",
        (
            InputColumn("code", mark("code on the maps"), "code"),
            InputColumn("class", mark("land class; blank where the code means no data"), "name"),
        ),
    ),
    InputTable(
        "map_errors",
        mark("Error matrix of a land-cover map (one row per pair of classes, or one column per reference class)"),
        "land_cover.map_error.samples",
        (
            InputColumn("class", mark("land class that the map shows"), "name"),
            InputColumn("reference", mark("reference class"), "name"),
            InputColumn("count", mark("sample units"), "number"),
        ),
    ),
    InputTable(
        "map_accuracies",
        mark("Published accuracies of a land map"),
        "land_cover.map_error.samples",
        (
            InputColumn("class", mark("land class that the map shows"), "name"),
            InputColumn(
                "users_accuracy",
                mark("share of the area mapped as the class that is the class according to the reference data"),
                "number",
            ),
            InputColumn(
                "producers_accuracy",
                mark("share of the reference area of the class that is mapped as the class"),
                "number",
            ),
            InputColumn("samples", mark("sample units behind the accuracies"), "number", required=False),
        ),
    ),
    InputTable(
        "change_errors",
        mark("Sample of the change between two land maps"),
        "land_cover.map_error.change_samples",
        (
            InputColumn(
                "from_class",
                mark("class on the first map; * in both columns stands for all conversions without a row of their own"),
                "name",
            ),
            InputColumn("to_class", mark("class on the last map"), "name"),
            InputColumn("true_from", mark("reference class in the first year"), "name"),
            InputColumn("true_to", mark("reference class in the last year"), "name"),
            InputColumn("count", mark("sample units"), "number"),
        ),
    ),
    InputTable(
        "factors",
        mark("Emission factors"),
        "emissions.factors",
        (
            _FUEL,
            InputColumn("factor", mark("net_calorific_value, carbon_content, oxidised_fraction ..."), "name"),
            InputColumn("value", mark("value, in the unit of the row"), "amount"),
            _UNIT,
            InputColumn("source", mark("where the value is from"), "text"),
            InputColumn("lower", mark("lower end of the 95 % interval"), "amount", required=False),
            InputColumn("upper", mark("upper end of the 95 % interval"), "amount", required=False),
        ),
    ),
    InputTable(
        "costs",
        mark("Costs of conversions"),
        "plan.costs",
        (
            InputColumn("from", mark("land class before"), "name"),
            InputColumn("to", mark("land class after"), "name"),
            InputColumn("cost", mark("cost per hectare, in the currency of the plan"), "number"),
        ),
    ),
    InputTable(
        "land_demand",
        mark("Areas of future land use"),
        "simulate.demand",
        (_YEAR, _CLASS, _AREA, _LAND_ZONE, _SCENARIO),
    ),
    InputTable(
        "land_conversions",
        mark("Conversions of future land use"),
        "simulate.demand",
        (
            _YEAR,
            InputColumn("from_class", mark("land class before"), "name"),
            InputColumn("to_class", mark("land class after"), "name"),
            _AREA,
            _LAND_ZONE,
            _SCENARIO,
        ),
    ),
    InputTable(
        "land_scenarios",
        mark("Scenarios of land-use change"),
        "simulate.scenarios",
        (
            InputColumn("scenario", mark("scenario"), "name"),
            InputColumn("from", mark("land class or kind of land before; * is any"), "name"),
            InputColumn("to", mark("land class or kind of land after; * is any"), "name"),
            InputColumn("factor", mark("multiplier of the conversion probability"), "number"),
        ),
    ),
    InputTable(
        "outlook",
        mark("Future population and emissions"),
        "simulate.outlook",
        (
            _YEAR,
            InputColumn("population", mark("persons in the region"), "number", required=False),
            InputColumn("emissions", mark("emissions of the region in the year"), "amount", required=False),
            InputColumn("unit", mark("unit of the row's amount"), "unit", required=False),
            _SCENARIO,
        ),
    ),
)

#: By name.
INPUT_TABLES: Mapping[str, InputTable] = {table.name: table for table in _ALL}


def required_columns(table: str) -> tuple[str, ...]:
    """Columns that an input table must have.

    Examples
    --------
    >>> required_columns("uptake")
    ('class', 'uptake')
    """
    return INPUT_TABLES[table].required


def heading_meanings(headings: Sequence[str]) -> list[str]:
    """What the headings of a table mean, with their units, in the language that is spoken; empty where no input table has them.

    The table is taken for the one that has most of its columns, and all those that must be there.

    Examples
    --------
    >>> heading_meanings(["地类", "uptake", "note"])
    ['land class', 'uptake; negative is a source, t C ha-1 yr-1', '']
    >>> heading_meanings(["a", "b"])
    ['', '']
    """
    names = [COLUMN_OF_HEADING.get(heading, heading) for heading in headings]
    fitting = [table for table in _ALL if set(table.required) <= set(names)]
    if not fitting:
        return ["" for _ in names]
    best = max(fitting, key=lambda table: len(set(table.names) & set(names)))
    known = {column.name: column for column in best.columns}
    return [_meaning(known[name]) if name in known else "" for name in names]


def _meaning(column: InputColumn) -> str:
    meaning = tr(column.meaning)
    return str(tr("{title}, {unit}", title=meaning, unit=column.unit) if column.unit else meaning)
