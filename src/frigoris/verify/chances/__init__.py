"""Decision support: what the ground can still do for a flight in progress."""
