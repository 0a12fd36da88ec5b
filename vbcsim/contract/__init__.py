"""What the parties owe one another: clauses as values, books of lines, arrangements, programs, settlement."""
