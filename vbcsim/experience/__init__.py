"""Experience: what happens to the members, draw by draw; it knows no contract."""
