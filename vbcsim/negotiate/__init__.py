"""From distributions to a decision: terms that meet a goal, what a clause costs, which term matters most.

Everything here re-settles the draws of a finished run; nothing is simulated.
"""
