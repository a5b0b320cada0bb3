"""How good it is: datasets, runs over them, measures."""
