"""The pictures of a report, one file each: what is drawn, and the data that it is drawn from."""
