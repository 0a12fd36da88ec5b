"""Addresses of named things: from the name alone, within their bits, apart from one another."""

from __future__ import annotations

import numpy as np

from vbcsim.random.named import address_of, addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import words


def test_an_address_depends_on_the_name_alone_and_fits_its_bits():
    names = [f"group {k}" for k in range(1000)]
    pairs = [address_of(name) for name in names]
    assert len(set(pairs)) == 1000
    assert all(0 <= cell < 2**24 and 0 <= member < 2**32 for cell, member in pairs)
    cells, members = addresses_of(names[::-1])
    assert [*zip(cells.tolist(), members.tolist(), strict=True)] == pairs[::-1]


def test_what_is_not_set_apart_has_the_address_of_no_name():
    assert address_of("all") == (0, 0)
    assert address_of("") != (0, 0)


def test_a_name_draws_numbers_of_its_own_and_further_names_leave_them():
    def drawn(*names: str) -> np.ndarray:
        cell, member = addresses_of(names)
        return words(5, Stream.PROVIDER_GROUP, draw=np.arange(50)[:, None], cell=cell, member=member)

    both = drawn("Group A", "Group B")
    assert np.array_equal(drawn("Group B")[:, 0], both[:, 1])
    assert (both[:, 0] != both[:, 1]).all()


def test_no_names_have_no_addresses():
    assert all(part.shape == (0,) for part in addresses_of([]))
