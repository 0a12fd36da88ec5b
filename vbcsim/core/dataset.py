"""Datasets at the seams: every variable is in the glossary, with its unit, long name and source in its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["glossary", "label"]


@cache
def glossary() -> dict[str, dict[str, Any]]:
    """The glossary: variable name -> unit, dims, long_name, definition; ``may_lack``: dims that it may go without."""
    from ruamel.yaml import YAML

    text = resources.files("vbcsim.core").joinpath("glossary.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return entries


def label(dataset: xr.Dataset, sources: Mapping[str, str]) -> xr.Dataset:
    """A copy of the dataset whose variables carry unit, long name and source.

    :param sources: source by variable name; ``""`` names the source of all others.
    :raises KeyError: for a variable that the glossary does not list.
    :raises ValueError: for a variable whose dimensions are not those of the glossary.
    """
    labelled = dataset.copy()
    for name, variable in labelled.data_vars.items():
        entry = glossary()[str(name)]
        without = [dim for dim in entry["dims"] if dim not in entry.get("may_lack", ())]
        if list(variable.dims) not in (entry["dims"], without):
            raise ValueError(f"{name} has dimensions {list(variable.dims)}; the glossary says {entry['dims']}")
        variable.attrs = {
            "units": entry["unit"],
            "long_name": entry["long_name"],
            "source": sources.get(str(name), sources.get("", "")),
        }
    return labelled
