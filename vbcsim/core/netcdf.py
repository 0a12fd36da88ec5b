"""Datasets in NetCDF files: a group per dataset, the same bytes for the same data, a sentence where one is broken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from vbcsim.core.errors import BadInput
from vbcsim.core.text import visible

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["read_datasets", "write_datasets"]

_ENGINE: Final = "h5netcdf"


def write_datasets(path: str | Path, groups: Mapping[str, xr.Dataset]) -> None:
    """Write each dataset as a group of one NetCDF file; an empty group name is the file's root.

    The caller sees to it that the file appears whole (see :mod:`vbcsim.core.files`).
    """
    mode: Literal["w", "a"] = "w"
    for name, dataset in groups.items():
        plain = dataset.copy(deep=False)
        plain.attrs = {key: _attribute(value) for key, value in dataset.attrs.items()}
        plain.to_netcdf(path, mode=mode, group=name or None, engine=_ENGINE)
        mode = "a"


def read_datasets(path: str | Path, groups: Iterable[str]) -> dict[str, xr.Dataset]:
    """The datasets of a NetCDF file by group, in memory.

    :raises BadInput: where the file is not one that vbcsim wrote, or is not whole.
    """
    import xarray as xr

    found: dict[str, xr.Dataset] = {}
    for name in groups:
        try:
            with xr.open_dataset(path, group=name or None, engine=_ENGINE) as dataset:
                found[name] = dataset.load()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = visible(str(error).splitlines()[0] if str(error) else type(error).__name__)
            raise BadInput(
                visible(str(path)), f"is not a whole NetCDF file of vbcsim ({reason}); run it again"
            ) from None
    return found


def _attribute(value: Any) -> Any:
    """A value that an attribute of NetCDF can hold: text, numbers; anything else as JSON."""
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, (str, int, float)) or hasattr(value, "dtype") else json.dumps(value)
