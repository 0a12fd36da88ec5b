"""From settlement to decision: risk measures with their Monte Carlo error, and designs compared on the same draws."""
