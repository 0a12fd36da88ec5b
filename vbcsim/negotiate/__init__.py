"""From distributions to a decision: terms that meet a goal, fair prices, frontiers, and what a result depends on.

All of it re-settles the draws of a finished run. Only ``sobol`` and a moved assumption simulate again, on the same
random numbers.
"""
