"""The vocabulary of units against a units library: what pint knows from first principles, our factors and dimensions must agree with.

pint has no Chinese units. `KNOWN` tells what each of our units is in pint's, and the source where pint does not have it.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.canonical import from_canonical, to_canonical
from schemas import vocab

# exact arithmetic, so that factors are compared without a tolerance
REGISTRY = pint.UnitRegistry(non_int_type=Fraction, autoconvert_offset_to_baseunit=True)
for definition in (
    "mu = 10000/15 * meter ** 2",  # 亩: 15 亩 are one hectare (State Council, 1984, on legal units: 1 亩 ≈ 666.7 平方米)
    "li = 500 * meter",  # 华里: two are one kilometre
    "jin = kilogram / 2",  # 市斤 and 市担: units of the market system, 1959: 2 斤 are one kilogram, 100 斤 one 担
    "dan = 50 * kilogram",
    "tce = [coal_equivalent]",  # 吨标准煤, 吨标准油: stand for energy by a convention, so they are no joule here
    "toe_ = [oil_equivalent]",
    "tco2 = [carbon_dioxide]",  # emissions, no mass of anything else
    "tco2e = [carbon_equivalent]",
    "yuan = [money]",
    "person = [persons]",
    "household = [households]",
    "rank_point = [rank]",
    "floating_op = [operations]",
    "octet = [information]",  # bytes; pint's have no dimension
    "binary_digit = octet / 8",
):
    REGISTRY.define(definition)

# our base dimension → our unit → pint. One dimension here is one dimension there, and the other way round, but for DIVIDED
KNOWN = {
    "ratio": {"%": "percent", "‰": "percent/10", "‱": "percent/100", "ppm": "ppm", "ppb": "ppm/1000", "成": "10*percent"},
    "ratio_difference": {"个百分点": "percent", "个千分点": "percent/10", "个基点": "percent/100"},
    "area": {
        "平方米": "meter**2", "平方厘米": "centimeter**2", "平方毫米": "millimeter**2", "亩": "mu", "公顷": "hectare", "平方公里": "kilometer**2",
    },
    "length": {
        "米": "meter", "公里": "kilometer", "毫米": "millimeter", "厘米": "centimeter", "分米": "decimeter", "微米": "micrometer",
        "纳米": "nanometer", "海里": "nautical_mile", "华里": "li",
    },
    "volume": {"立方米": "meter**3", "升": "liter", "毫升": "milliliter", "立方分米": "decimeter**3", "立方厘米": "centimeter**3"},
    "mass": {
        "吨": "metric_ton", "担": "dan", "公斤": "kilogram", "斤": "jin", "克": "gram", "毫克": "milligram", "微克": "microgram", "纳克": "nanogram",
    },
    "freight": {"吨公里": "metric_ton*kilometer", "吨海里": "metric_ton*nautical_mile"},
    "energy": {"吨标准煤": "tce", "千克标准煤": "tce/1000", "克标准煤": "tce/1000000"},
    "energy_oil": {"吨标准油": "toe_"},
    "heat": {"吉焦": "gigajoule", "太焦": "terajoule", "兆焦": "megajoule", "千焦": "kilojoule"},
    "carbon": {"吨二氧化碳": "tco2", "千克二氧化碳": "tco2/1000"},
    "carbon_equivalent": {"吨二氧化碳当量": "tco2e"},
    "power": {"千瓦": "kilowatt", "兆瓦": "megawatt", "吉瓦": "gigawatt", "瓦": "watt"},
    "apparent_power": {"千伏安": "kilovolt*ampere", "兆伏安": "megavolt*ampere"},
    "electricity": {
        "千瓦时": "kilowatt*hour", "兆瓦时": "megawatt*hour", "吉瓦时": "gigawatt*hour", "太瓦时": "terawatt*hour", "瓦时": "watt*hour",
    },
    "frequency": {"赫兹": "hertz", "千赫": "kilohertz", "兆赫": "megahertz", "吉赫": "gigahertz"},
    "voltage": {"千伏": "kilovolt"},
    "duration": {"天": "day", "周": "week", "小时": "hour", "分钟": "minute", "秒": "second"},
    "months": {"个月": "month", "个季度": "3*month"},
    "years": {"年": "year"},
    "pressure": {"兆帕": "megapascal", "千帕": "kilopascal"},
    "data": {"KB": "kilooctet", "MB": "megaoctet", "GB": "gigaoctet", "TB": "teraoctet", "PB": "petaoctet", "EB": "exaoctet", "ZB": "zettaoctet"},
    "bandwidth": {"Mbps": "megabinary_digit/second", "Gbps": "gigabinary_digit/second", "Tbps": "terabinary_digit/second"},
    "computing": {"PFLOPS": "1e15*floating_op/second", "EFLOPS": "1e18*floating_op/second"},
    "money": {"元": "yuan"},
    "persons": {"人": "person"},
    "households": {"户": "household"},
}  # fmt: skip
# what pint holds for one dimension and plans for several: a difference of shares is no share; installed power, rated power of transformers;
# heat, electricity and coal equivalents are only set against each other by a convention that a plan does not give; a month has no length in days
DIVIDED = [
    {"ratio", "ratio_difference"}, {"power", "apparent_power"}, {"heat", "electricity"}, {"duration", "months", "years"},
]  # fmt: skip
# dimensions that pint has no word for: what is counted, scores, names of scales
UNPHYSICAL = {
    "area_times", "bags", "batches", "berth_class", "bottles", "boxes", "cable_length", "case_times", "cases", "containers", "count", "credits",
    "deadweight", "doses", "doubling", "dwellings", "fibre_length", "firm_times", "flights", "gas_volume", "gross_tonnage", "groups",
    "household_times", "item_times", "kinds", "lane_length", "lessons", "machine_sets", "money_eur", "money_gbp", "money_hkd", "money_jpy",
    "money_krw", "money_usd", "multiple", "pairs", "passenger_traffic", "person_days", "person_months", "person_years", "piece_sets", "prefix",
    "prefix_mega", "rank", "rank_difference", "rate_per_100k", "rate_per_10k", "rate_per_1k", "rate_per_1m", "runs", "score", "sets",
    "sheep_units", "ship_trips", "sound_level", "standard_vehicles", "steam_capacity", "study_hours", "temperature", "times", "train_trips",
    "vehicle_distance", "vehicle_trips", "visits", "working_days", "years_of_age",
}  # fmt: skip
UNITS = vocab.units()
ALL = {unit.id: unit for unit in UNITS.by_form.values()}
PHYSICAL = [(name, ours, theirs) for name, units in KNOWN.items() for ours, theirs in units.items()]
QUOTIENTS = [unit for unit in PHYSICAL if unit[0] not in ("ratio", "ratio_difference")]
MAGNITUDES = {"": 1, "百": 100, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "亿": 10**8}
values = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=4)


def _pint(expression: str) -> pint.Quantity:
    return REGISTRY.Quantity(Fraction(1), "dimensionless") * REGISTRY.parse_expression(expression)


def _factor(one: str, other: str) -> Fraction:
    return _pint(one).to_base_units().magnitude / _pint(other).to_base_units().magnitude


def test_every_unit_of_the_vocabulary_is_checked_or_named_as_none_of_pints():
    checked = {UNITS.find(ours).id for _, ours, _ in PHYSICAL}
    left = {unit.dimension for unit in ALL.values() if unit.id not in checked}
    assert left <= UNPHYSICAL | {"area"}, left - UNPHYSICAL
    assert not UNPHYSICAL & set(KNOWN)
    assert {unit.dimension for unit in ALL.values()} == UNPHYSICAL | set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_factors_within_a_dimension_are_pints(name):
    for (a, pint_a), (b, pint_b) in combinations(KNOWN[name].items(), 2):
        one, other = UNITS.find(a), UNITS.find(b)
        assert (one.dimension, one.base) == (other.dimension, other.base) == (name, one.base), (a, b)
        assert one.factor / other.factor == _factor(pint_a, pint_b), (a, b)


def test_dimensions_are_one_where_pints_are_one_and_differ_where_pints_differ():
    first = {name: _pint(next(iter(units.values()))).dimensionality for name, units in KNOWN.items()}
    for name, _, theirs in PHYSICAL:
        assert _pint(theirs).dimensionality == first[name], (name, theirs)
    for a, b in combinations(KNOWN, 2):
        divided = any({a, b} <= names for names in DIVIDED)
        assert (first[a] == first[b]) == divided, (a, b)


@given(st.sampled_from(QUOTIENTS), st.sampled_from(QUOTIENTS), st.sampled_from(list(MAGNITUDES)), st.sampled_from(list(MAGNITUDES)), st.data())
def test_quotients_have_pints_factor_and_dimensionality(above, below, many, many2, data):
    """A quotient against another one of the same two dimensions: 万吨/亩 and 千克/公顷."""
    above2, below2 = (data.draw(st.sampled_from(list(KNOWN[part[0]].items()))) for part in (above, below))
    one, other = UNITS.find(f"{many}{above[1]}/{many2}{below[1]}"), UNITS.find(f"{above2[0]}/{below2[0]}")
    assert (one.dimension, one.base) == (other.dimension, other.base)
    assert one.dimension == f"{above[0]}/{below[0]}"
    theirs = MAGNITUDES[many] * _pint(above[2]) / (MAGNITUDES[many2] * _pint(below[2]))
    theirs2 = _pint(above2[1]) / _pint(below2[1])
    assert theirs.dimensionality == theirs2.dimensionality
    assert one.factor / other.factor == theirs.to_base_units().magnitude / theirs2.to_base_units().magnitude


@given(values, st.sampled_from(PHYSICAL), st.data())
def test_values_converted_are_pints_and_come_back(value, unit, data):
    name, ours, theirs = unit
    goal, goal_theirs = data.draw(st.sampled_from(list(KNOWN[name].items())))
    canonical = to_canonical(value, UNITS.find(ours))
    converted = from_canonical(canonical, UNITS.find(goal))
    assert converted == pytest.approx(float(Fraction(value) * _factor(theirs, goal_theirs)), rel=1e-12)
    assert from_canonical(canonical, UNITS.find(ours)) == pytest.approx(float(value), rel=1e-12)


@given(values, st.sampled_from(PHYSICAL), st.sampled_from(list(MAGNITUDES)))
def test_a_magnitude_word_multiplies_any_unit(value, unit, word):
    once = UNITS.find(unit[1]).factor
    longer = f"{word}{unit[1]}"
    assert longer in UNITS.by_form or UNITS.find(longer).factor == once * MAGNITUDES[word]
    assert float(Fraction(value) * once * MAGNITUDES[word]) == pytest.approx(to_canonical(value * MAGNITUDES[word], UNITS.find(unit[1])), rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "theirs"),
    [
        ("微克/立方米", "microgram/meter**3"), ("mg/L", "milligram/liter"), ("吨/公顷", "metric_ton/hectare"), ("公斤/亩", "kilogram/mu"),
        ("升/人·日", "liter/person/day"), ("m3/(人·d)", "meter**3/person/day"), ("公里/百平方公里", "kilometer/(100*kilometer**2)"),
        ("万立方米/日", "10000*meter**3/day"), ("千瓦时/平方米", "kilowatt*hour/meter**2"), ("米/秒", "meter/second"), ("km/h", "kilometer/hour"),
        ("吨标煤/万元", "tce/(10000*yuan)"), ("kgce/t", "tce/1000/metric_ton"), ("万元/亩", "10000*yuan/mu"), ("元/人·月", "yuan/person/month"),
        ("MJ/kg", "megajoule/kilogram"), ("毫克/千克", "milligram/kilogram"), ("人/平方公里", "person/kilometer**2"),
        ("户/万人", "household/(10000*person)"),
    ],
)  # fmt: skip
def test_quotients_of_plans(unit, theirs):
    found = UNITS.find(unit)
    base = _pint(theirs).to_base_units()
    whole = Fraction(1)
    for i, part in enumerate(found.base.split("/")):
        name = next(t for _, o, t in PHYSICAL if o == part or UNITS.find(o).id == part)
        factor = _pint(name).to_base_units()
        whole = factor if i == 0 else whole / factor
    assert (found.factor * whole).dimensionality == base.dimensionality
    assert (found.factor * whole).to_base_units().magnitude == base.magnitude
