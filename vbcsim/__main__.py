"""``python -m vbcsim`` is the command ``vbcsim``."""

from __future__ import annotations

from vbcsim.cli import main

if __name__ == "__main__":
    main(prog_name="vbcsim")
