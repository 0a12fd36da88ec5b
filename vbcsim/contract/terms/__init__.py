"""Terms: the clauses of a contract, one file each; the file name is the YAML word."""
