"""A user-given frequency-severity model in place of members: risks, each a number of claims and an amount of each."""
