"""What maps of carbon density cost: the same study with the table of classes, and with a raster for each pool.

``python benchmarks/density_maps.py [CELLS]``: seconds of both runs, their difference, and the peak memory of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from scale_study import make_study

#: Means by pool, t C/ha.
_POOLS = {"above": 12.0, "below": 4.0, "soil": 75.0, "dead": 2.0}

#: Pixels of a raster of density across a cell.
_FINER = 4


def with_maps(study: Path) -> Path:
    """The study with a raster of each pool, four times finer than its cells; made once."""
    path = study.with_name("with_maps.toml")
    if path.exists():
        return path
    with rasterio.open(study.with_name("elevation.tif")) as grid:
        transform = grid.transform * rasterio.Affine.scale(1 / _FINER)
        height, width, crs = grid.height * _FINER, grid.width * _FINER, grid.crs
    rng = np.random.default_rng(5)
    entries = []
    for pool, mean in _POOLS.items():
        file = study.with_name(f"{pool}.tif")
        profile = {"driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "float32", "crs": crs}
        with rasterio.open(file, "w", transform=transform, tiled=True, compress="deflate", nodata=-1, **profile) as out:
            for row in range(0, height, 512):
                rows = min(512, height - row)
                values = rng.uniform(0.5 * mean, 1.5 * mean, (rows, width)).astype("float32")
                out.write(values, 1, window=rasterio.windows.Window(0, row, width, rows))
        depth = "depth_cm = 100\n" if pool == "soil" else ""
        entries.append(
            f'[[carbon_density.maps]]\npool = "{pool}"\nmap = "{file.name}"\nquantity = "carbon"\nunits = "t C ha-1"\nyear = 2010\n{depth}'
        )
    path.write_text(study.read_text(encoding="utf-8") + "\n" + "\n".join(entries), encoding="utf-8")
    return path


def measured(study: Path, output: Path) -> tuple[float, float]:
    """Seconds of a run, and its peak memory in MB."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tanheng", "run", str(study), "--output", str(output)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - start
    peaks = json.loads((output / "run.json").read_text(encoding="utf-8"))["peak_mb"]
    return seconds, max(map(float, peaks.values()))


def main() -> None:
    """Measure both, the table first and last: the machine is shared."""
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 165_000
    folder = Path(tempfile.gettempdir()) / f"tanheng-density-maps-{cells}"
    study = make_study(folder, cells)
    mapped = with_maps(study)
    runs = {
        name: measured(path, folder / name) for name, path in (("table", study), ("maps", mapped), ("again", study))
    }
    table = min(runs["table"][0], runs["again"][0])
    sys.stdout.write(
        f"{cells} cells, {len(_POOLS)} rasters of {_FINER} x {_FINER} pixels a cell: table {table:.1f} s, {runs['table'][1]:.0f} MB; "
        f"maps {runs['maps'][0]:.1f} s, {runs['maps'][1]:.0f} MB; {runs['maps'][0] - table:+.1f} s\n"
    )


if __name__ == "__main__":
    main()
