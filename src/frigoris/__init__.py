"""frigoris: flies robotic lunar landings before, and after, the lander does."""

__version__ = "0.1.0"
