"""`python -m firstline.cli`."""

from firstline.cli.main import main

if __name__ == "__main__":
    main()
