"""The command line: one file per verb, loaded when it is asked for. Nothing here computes."""

from __future__ import annotations

from vbcsim.cli.group import main

__all__ = ["main"]
