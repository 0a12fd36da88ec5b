"""Draw the picture of the README from a finished run: ``python docs/picture.py demo``."""

from __future__ import annotations

import sys
from pathlib import Path

PICTURE = Path(__file__).resolve().parent / "pictures" / "mssp_aco.svg"


def main(folder: str) -> None:
    """Write the picture of what the provider may win or lose under each design of the run."""
    import vbcsim
    from vbcsim.pipeline.material import material_of
    from vbcsim.report.drawing import svg
    from vbcsim.report.pictures.histogram import distributions

    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(svg(distributions, material_of(vbcsim.open_run(folder)), "provider"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
