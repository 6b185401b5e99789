"""tanheng (碳衡): carbon supply, demand and balance of a region, cell by cell and year by year.

From Python, the accounting and analysis functions work on labelled arrays of your own
(`tanheng.accounting`, `tanheng.analysis`), and a study file runs with `tanheng.pipeline.run.run_study`.
"""

__version__ = "0.1.0"
