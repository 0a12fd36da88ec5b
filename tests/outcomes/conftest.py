"""A settlement made up from a seed: any amounts by design, party, draw and year."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import xarray as xr


def make_settlement(provider: Mapping[str, np.ndarray], reinsurer: np.ndarray | None = None) -> xr.Dataset:
    """A settlement in which the provider has the given amounts (draw, year), and the payer pays what is left."""
    given = np.stack(list(provider.values()))
    third = np.zeros_like(given) if reinsurer is None else np.broadcast_to(reinsurer, given.shape)
    parties = ["payer", "provider"] if reinsurer is None else ["payer", "provider", "reinsurer"]
    net = np.stack([-given - third, given, third][: len(parties)], axis=1)
    years = list(range(2023, 2023 + given.shape[-1]))
    return xr.Dataset(
        {"net_usd": (("design", "party", "draw", "year"), net)},
        coords={"design": list(provider), "party": parties, "draw": np.arange(given.shape[1]), "year": years},
        attrs={"seed": 3, "experience_hash": "abc", "engine": "members", "members": 10, "noise": "left out"},
    )


@pytest.fixture(scope="session")
def settlement_of() -> Callable[..., xr.Dataset]:
    """The maker of made-up settlements."""
    return make_settlement
