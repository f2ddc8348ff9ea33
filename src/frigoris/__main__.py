"""`python -m frigoris` is the program."""

from frigoris.cli import main

main()
