"""Rules that choose members by what they used in the period before: a pass of its own over one member's claims.

Who is enrolled draws the period again from the same words with the rule's rates, so that a run with a rule and one
without it differ by the rule alone; later periods see what the rule has left.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from vbcsim.experience.member import draw_large_counts
from vbcsim.random.philox import address, one_word, stream_cell
from vbcsim.random.variates import MIDDLE, lookup, needs_tail, poisson_grid_exact, poisson_rest_exact

__all__ = ["draw_again", "enrol", "follow_rules"]

# The streams' numbers (vbcsim.random.streams); a test holds them equal.
_COST, _COST_TAIL, _ENGAGEMENT = 4, 5, 17
_STEPS_PER_UNIT = 4.0
_GRID = 0.25
_TWO_32 = 2.0**-32


@register_jitable
def enrol(  # type: ignore[no-untyped-def]
    factor, enrolled, counts, spent, period, category, least, reach, uptake, multiplier, member, draw, row, k0, k1
):
    """Enrol a member in the rules that the period before makes them eligible for; returns in how many.

    :param factor: (J,), filled: what multiplies the rates of the period.
    :param enrolled: (T, P), counted up.
    :param counts: (J,) services of the period before; ``spent``: its cost [USD].
    :param category: (T,), and ``least``: what the kernel says; ``reach``: (T,) whether a rule reaches the row.
    :param uptake: (T, P); ``multiplier``: (T, P, J).
    """
    for j in range(factor.shape[0]):
        factor[j] = 1.0
    joined = 0
    for k in range(least.shape[0]):
        if not reach[k]:
            continue
        eligible = counts[category[k]] >= least[k] if category[k] >= 0 else spent > least[k]
        if eligible:
            word = one_word(address(period, k, 0), 0, member, draw, stream_cell(_ENGAGEMENT, row), k0, k1)
            if (np.float64(np.int64(word)) + 0.5) * _TWO_32 < uptake[k, period]:
                enrolled[k, period] += 1
                joined += 1
                for j in range(factor.shape[0]):
                    factor[j] *= multiplier[k, period, j]
    return joined


@register_jitable
def draw_again(  # type: ignore[no-untyped-def]
    counts, costs, mean, period, grid_words, rest_words, tables, table_at, member, draw, row, k0, k1, below, guide
):
    """Replace counts and costs (J,) of one period by those of new expected counts ``mean``, which are used up.

    The words are those of the first time; services come one after the other.
    """
    for j in range(counts.shape[0]):
        counts[j] = 0
    draw_large_counts(counts, mean, mean.shape[0], period, member, draw, row, k0, k1, below, guide)
    for j in range(mean.shape[0]):
        step = np.int64(mean[j] * _STEPS_PER_UNIT)
        counts[j] += poisson_grid_exact(np.uint64(step), grid_words[j], below, guide)
        counts[j] += poisson_rest_exact(mean[j] - np.float64(step) * _GRID, rest_words[j])
        total = 0.0
        for i in range(counts[j]):
            c0 = address(period, j, i >> 2)
            word = one_word(c0, i, member, draw, stream_cell(_COST, row), k0, k1)
            finer = MIDDLE
            if needs_tail(word):
                finer = one_word(c0, i, member, draw, stream_cell(_COST_TAIL, row), k0, k1)
            total += lookup(tables, table_at[j], word, finer)
        costs[j] = total


@register_jitable
def follow_rules(  # type: ignore[no-untyped-def]
    counts, costs, mean, enrolled, factor, first, lasting, passing, present, scaled, price, grid_words, rest_words,
    tables, table_at, category, least, reach, uptake, multiplier, member, draw, row, k0, k1, below, guide
):  # fmt: skip
    """Go through a member's periods after the first and draw again those in which a rule takes the member on.

    :param counts: and ``costs``: of the periods present x J, as drawn without the rules; replaced where a rule acts.
    :param mean: and ``factor`` (J,): room to work in; ``enrolled``: (T, P), counted up.
    """
    n = lasting.shape[0]
    for i in range(1, present.shape[0]):
        at = i * n
        spent = 0.0
        for p in range(at - n, at):
            spent += costs[p] * price[p]
        before = counts[at - n : at]
        period = first + i
        joined = enrol(
            factor, enrolled, before, spent, period, category, least, reach, uptake, multiplier,
            member, draw, row, k0, k1,
        )  # fmt: skip
        if joined > 0:
            for j in range(n):
                p = at + j
                frail = scaled[0, p] + scaled[1, p] * present[i] + scaled[2, p] * (lasting[j] + passing[p])
                mean[p] = frail * factor[j]
            draw_again(
                counts[at : at + n], costs[at : at + n], mean[at : at + n], period,
                grid_words[at : at + n], rest_words[at : at + n], tables, table_at,
                member, draw, row, k0, k1, below, guide,
            )  # fmt: skip
