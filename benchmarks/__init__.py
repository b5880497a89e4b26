"""How fast the suite is: each figure measured beside its peers in the same run, by a command of its own."""
