"""`python -m recado` is the same as `recado`."""

from recado.cli.main import main

if __name__ == "__main__":
    main()
