from tanheng.public.extension import register_statistic
from tanheng.public.land import carbon_stock, transitions
from tanheng.public.planning import plan
from tanheng.public.simulation import simulate
from tanheng.public.statistics import correlation, geodetector, hot_spots, local_moran
from tanheng.public.studies import run
from tanheng.public.supply_demand import balance, demand

__version__: str

__all__ = [
    "balance",
    "carbon_stock",
    "correlation",
    "demand",
    "geodetector",
    "hot_spots",
    "local_moran",
    "plan",
    "register_statistic",
    "run",
    "simulate",
    "transitions",
]
