"""What lost landings taught, as single changes that are flown against the mission."""
