"""Rules about clauses that contradict or never bind, by what they look at: settings, bounds, amounts."""
