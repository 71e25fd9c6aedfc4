"""`python -m thalweg` does what the command `thalweg` does."""

from thalweg.cli import main

if __name__ == "__main__":
    main()
