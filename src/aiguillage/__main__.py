"""`python -m aiguillage` is the command."""

from aiguillage.cli import main

main()
