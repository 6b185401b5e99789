"""Figures that the example types in, each with its source. They are facts; the maps that are made from them are not."""

from __future__ import annotations

#: Cells of 1 km2 by class and year: whole numbers such that every figure of Table 2 of the study reproduced comes out to the digits
#: printed, the total of each year among them. For 2015 no whole numbers that sum to 165,558 give the total of the print;
#: 165,555 do, so three cells have no data in that year. `build.py` checks them against TABLE_2.
CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")
#: The study reproduced (Henan, 1995-2015; authors not known to this project), Table 1: t C/ha, all four pools.
DENSITY = {"cropland": 66.81, "forest": 149.95, "grassland": 72.50, "water": 62.1, "built-up": 60.0, "unused": 53.3}
#: The same study, Table 2: 10^5 t C by class (in the order of CLASSES), and the total.
TABLE_2 = {
    1995: (7272.00, 4024.00, 680.60, 221.90, 1010.00, 4.37, 13212.87),
    2005: (7196.00, 4011.00, 677.90, 248.80, 1061.00, 3.25, 13197.95),
    2015: (7124.00, 4017.00, 676.30, 253.10, 1120.00, 3.25, 13193.65),
}
CELLS = 165_558
COUNTS = {
    1995: (108_851, 26_835, 9_388, 3_573, 16_829, 82),
    2005: (107_710, 26_749, 9_351, 4_006, 17_681, 61),
    2015: (106_637, 26_786, 9_328, 4_076, 18_667, 61),
}

#: Residents, persons: 2010 and 2020 population censuses of China (National Bureau of Statistics), as compiled by
#: Dong, Du, Liu (2022). Adcode: (2010, 2020, name in English).
CENSUS = {
    "410100": (8627089, 12600574, "Zhengzhou"),
    "410200": (4676483, 4824016, "Kaifeng"),
    "410300": (6549941, 7056699, "Luoyang"),
    "410400": (4904701, 4987137, "Pingdingshan"),
    "410500": (5173188, 5477614, "Anyang"),
    "410600": (1569208, 1565973, "Hebi"),
    "410700": (5708191, 6251929, "Xinxiang"),
    "410800": (3540101, 3521078, "Jiaozuo"),
    "410900": (3598740, 3772088, "Puyang"),
    "411000": (4307488, 4379998, "Xuchang"),
    "411100": (2544266, 2367490, "Luohe"),
    "411200": (2234018, 2034872, "Sanmenxia"),
    "411300": (10263660, 9713112, "Nanyang"),
    "411400": (7362975, 7816831, "Shangqiu"),
    "411500": (6109106, 6234401, "Xinyang"),
    "411600": (8953793, 9026015, "Zhoukou"),
    "411700": (7231234, 7008427, "Zhumadian"),
    "419001": (675757, 727265, "Jiyuan"),
}

#: Population of the province, 10^4 persons. 1995: registered; 2005, 2015: residents. Henan Statistical Yearbook.
PROVINCE_POPULATION = {1995: 9100, 2005: 9380, 2015: 9480}

#: Annual mean temperature, degC, and precipitation, mm, as published; longitude, latitude, m, degC, mm, source.
#: They are of different periods: five points for a plane, not a climatology.
CLIMATE = {
    "Zhengzhou": (113.65, 34.72, 110, 14.4, 640.9, "995866.com/shijielishi/np72r7vhh7.html"),
    "Xingyang": (113.38, 34.79, 141, 15.5, 591.6, "grokipedia.com/page/xingyang (China Meteorological Administration)"),
    "Luanchuan": (111.60, 33.78, 750, 12.3, 838.2, "guayunfan.com/baike/37019.html (county weather station)"),
    "Shangqiu": (
        115.65,
        34.45,
        50,
        14.1,
        733.0,
        "China Weather, Henan (2010-05-10): means of the seasons; middle of the sums",
    ),
    "Xinyang": (
        114.07,
        32.13,
        80,
        15.5,
        1143.0,
        "guangxilong.com/c/050314643612023.html: middle of the published ranges",
    ),
}

#: Energy that was burnt, Mtce: final consumption less non-energy use, and what power and heat plants took in.
#: Energy balances of Henan, China Energy Statistical Yearbook (LBNL China Energy Databook, as transcribed by gcam-china).
#: The balance of 2014 is the last one at hand; it stands in for 2015. Blast furnace and converter gas (3.66 and 0.32 Mtce) are left out:
#: they carry the carbon of coke, which counts already.
ENERGY = (
    # year, sector, fuel, Mtce
    (1995, "final consumption", "cleaned_coal", 0.2521),
    (1995, "final consumption", "other_gas", 0.3361),
    (1995, "thermal power", "other_gas", 0.0573),
    (1995, "final consumption", "raw_coal", 23.8918),
    (1995, "thermal power", "raw_coal", 21.4493),
    (1995, "heating supply", "raw_coal", 1.9753),
    (1995, "final consumption", "other_washed_coal", 0.5829),
    (1995, "thermal power", "other_washed_coal", 0.0562),
    (1995, "final consumption", "coke", 3.3639),
    (1995, "final consumption", "coke_oven_gas", 0.275),
    (1995, "final consumption", "diesel", 1.909),
    (1995, "thermal power", "diesel", 0.0449),
    (1995, "heating supply", "diesel", 0.0012),
    (1995, "final consumption", "fuel_oil", 0.7222),
    (1995, "thermal power", "fuel_oil", 0.0036),
    (1995, "heating supply", "fuel_oil", 0.018),
    (1995, "final consumption", "gasoline", 2.0766),
    (1995, "thermal power", "gasoline", 0.0006),
    (1995, "final consumption", "kerosene", 0.2408),
    (1995, "final consumption", "lpg", 0.1952),
    (1995, "final consumption", "natural_gas", 1.2156),
    (1995, "final consumption", "crude_oil", 0.0015),
    (1995, "thermal power", "crude_oil", 0.032),
    (1995, "final consumption", "other_petroleum_products", 0.03),
    (1995, "final consumption", "refinery_gas", 0.0526),
    (1995, "heating supply", "refinery_gas", 0.0517),
    (2005, "final consumption", "cleaned_coal", 0.9574),
    (2005, "final consumption", "other_gas", 2.6179),
    (2005, "thermal power", "other_gas", 0.2938),
    (2005, "final consumption", "raw_coal", 35.251),
    (2005, "thermal power", "raw_coal", 54.5415),
    (2005, "heating supply", "raw_coal", 3.7703),
    (2005, "final consumption", "other_washed_coal", 1.0432),
    (2005, "thermal power", "other_washed_coal", 0.7251),
    (2005, "final consumption", "briquettes", 0.1352),
    (2005, "final consumption", "coke", 7.6866),
    (2005, "thermal power", "coke", 0.252),
    (2005, "final consumption", "other_coking_products", 0.0873),
    (2005, "final consumption", "coke_oven_gas", 0.5248),
    (2005, "final consumption", "diesel", 4.7273),
    (2005, "thermal power", "diesel", 0.0441),
    (2005, "heating supply", "diesel", 0.0009),
    (2005, "final consumption", "fuel_oil", 1.0965),
    (2005, "thermal power", "fuel_oil", 0.0041),
    (2005, "heating supply", "fuel_oil", 0.0206),
    (2005, "final consumption", "gasoline", 3.423),
    (2005, "thermal power", "gasoline", 0.0003),
    (2005, "final consumption", "kerosene", 0.2042),
    (2005, "final consumption", "lpg", 0.5367),
    (2005, "final consumption", "natural_gas", 2.4538),
    (2005, "heating supply", "natural_gas", 0.1343),
    (2005, "final consumption", "crude_oil", 0.3573),
    (2005, "thermal power", "crude_oil", 0.0117),
    (2005, "heating supply", "crude_oil", 0.3287),
    (2005, "final consumption", "other_petroleum_products", 0.7289),
    (2005, "final consumption", "refinery_gas", 0.2718),
    (2005, "thermal power", "refinery_gas", 0.0536),
    (2005, "heating supply", "refinery_gas", 0.0342),
    (2015, "final consumption", "cleaned_coal", 14.5354),
    (2015, "final consumption", "other_gas", 0.9904),
    (2015, "thermal power", "other_gas", 0.0107),
    (2015, "final consumption", "raw_coal", 11.8817),
    (2015, "thermal power", "raw_coal", 81.3799),
    (2015, "heating supply", "raw_coal", 9.4728),
    (2015, "final consumption", "other_washed_coal", 9.5212),
    (2015, "thermal power", "other_washed_coal", 0.5068),
    (2015, "heating supply", "other_washed_coal", 0.1074),
    (2015, "final consumption", "briquettes", 0.2635),
    (2015, "final consumption", "coke", 25.5358),
    (2015, "final consumption", "other_coking_products", 0.7445),
    (2015, "final consumption", "coke_oven_gas", 1.3242),
    (2015, "thermal power", "coke_oven_gas", 0.5995),
    (2015, "final consumption", "diesel", 11.642),
    (2015, "thermal power", "diesel", 0.0176),
    (2015, "heating supply", "diesel", 0.0009),
    (2015, "final consumption", "fuel_oil", 0.5817),
    (2015, "thermal power", "fuel_oil", 0.0059),
    (2015, "heating supply", "fuel_oil", 0.1169),
    (2015, "final consumption", "gasoline", 7.7819),
    (2015, "final consumption", "kerosene", 0.7429),
    (2015, "final consumption", "lpg", 2.4803),
    (2015, "final consumption", "natural_gas", 8.3817),
    (2015, "thermal power", "natural_gas", 0.8938),
    (2015, "heating supply", "natural_gas", 0.0864),
    (2015, "final consumption", "crude_oil", 0.5124),
    (2015, "thermal power", "crude_oil", 0.0014),
    (2015, "heating supply", "crude_oil", 0.0895),
    (2015, "final consumption", "other_petroleum_products", 1.2513),
    (2015, "final consumption", "refinery_gas", 0.3203),
    (2015, "thermal power", "refinery_gas", 0.0245),
    (2015, "heating supply", "refinery_gas", 0.0531),
    (2015, "final consumption", "naphtha", 0.0078),
    (2015, "final consumption", "lubricants", 0.1714),
    (2015, "final consumption", "white_spirit", 0.031),
    (2015, "final consumption", "bitumen", 0.3511),
    (2015, "final consumption", "petroleum_coke", 0.3089),
    (2015, "thermal power", "petroleum_coke", 0.0573),
    (2015, "heating supply", "petroleum_coke", 0.1239),
    (2015, "final consumption", "lng", 0.2249),
    (2015, "final consumption", "coal_gangue", 0.0346),
    (2015, "thermal power", "coal_gangue", 0.2893),
    (2015, "heating supply", "coal_gangue", 0.1013),
)

#: Rough courses of the main rivers and places of large reservoirs: longitude, latitude read off an atlas to about 0.1
#: degree. They only say where the reconstruction puts water.
RIVERS = {
    "Yellow River": (
        (110.3, 34.6), (110.9, 34.75), (111.2, 34.82), (111.7, 35.0), (112.4, 34.92), (113.0, 34.85), (113.65, 34.9),
        (114.3, 34.88), (114.8, 34.92), (115.0, 35.2), (115.4, 35.6), (115.9, 35.95),
    ),
    "Huai River": ((113.4, 32.45), (114.1, 32.35), (114.75, 32.3), (115.4, 32.45), (115.9, 32.5)),
    "Sha and Ying": ((112.9, 33.75), (113.6, 33.65), (114.05, 33.58), (114.65, 33.62), (115.2, 33.25)),
    "Hong and Ru": ((113.7, 33.1), (114.3, 32.95), (114.9, 32.75), (115.4, 32.55)),
    "Luo and Yi": ((111.0, 34.05), (111.7, 34.4), (112.4, 34.65), (113.05, 34.83)),
    "Tang and Bai": ((112.1, 33.5), (112.55, 33.0), (112.4, 32.5)),
    "Wei": ((113.8, 35.3), (114.5, 35.7), (115.1, 36.1)),
}  # fmt: skip
RESERVOIRS = (
    (111.55, 32.8, 12.0), (112.2, 34.98, 8.0), (114.3, 33.03, 7.0), (113.98, 32.1, 5.0), (115.1, 31.75, 5.0),
    (111.2, 34.8, 5.0), (112.9, 33.72, 4.0), (114.05, 33.0, 4.0),
)  # fmt: skip

#: Grain output of Henan in 2015, t (China Statistical Yearbook 2016, table 12-10: 60.671 million t).
GRAIN_2015 = 60.671e6

#: Cropland of 2015 that Table 2 of the study implies, ha.
CROPLAND_2015 = 10_663_074.0

#: sd(demand) / sd(supply) by year that Table 3 of the study implies: the ratio of the study is linear in both, so its correlations with a
#: driver give it (the identity in docs/analysis.md).
SPREAD_RATIO = {1995: 0.0458, 2005: 0.1436, 2015: 0.3108}

#: Emissions of this example, Mt C, for `check_spread` alone.
EMISSIONS_MT_C = {1995: 41.50, 2005: 85.44, 2015: 133.12}

#: GDP of 2010 by prefecture, 10^8 yuan, preliminary figures of 2011 (rounded for Zhengzhou), as compiled in the public repository
#: xmengweb/Traffic-visualization; their provenance is not stated there, so they are a sketch of where output is, no statistic.
GDP_2010 = {
    "410100": 4000.0, "410200": 930.22, "410300": 2321.2, "410400": 1312.1, "410500": 1311.3, "410600": 427.74,
    "410700": 1181.45, "410800": 1247.61, "410900": 774.81, "411000": 1312.78, "411100": 682.0, "411200": 874.39,
    "411300": 1955.84, "411400": 1140.0, "411500": 1092.23, "411600": 1227.9, "411700": 1055.45, "419001": 343.4,
}  # fmt: skip

#: Soil organic carbon to 1 m depth by prefecture, t C/ha, 2010: means over the prefectures of the modelled map of Sanderman, Hengl and
#: Fiske (2017), PNAS 114, 9575, doi 10.1073/pnas.1706103114. The study's own driver is soil organic matter.
SOIL_CARBON = {
    "410100": 81.2, "410200": 63.8, "410300": 117.7, "410400": 94.0, "410500": 77.7, "410600": 70.1, "410700": 72.0,
    "410800": 87.6, "410900": 55.9, "411000": 76.4, "411100": 78.2, "411200": 126.5, "411300": 108.6, "411400": 60.9,
    "411500": 91.2, "411600": 75.4, "411700": 88.0, "419001": 105.9,
}  # fmt: skip
