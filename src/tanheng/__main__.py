"""``python -m tanheng``: the command line."""

from tanheng.cli import main

if __name__ == "__main__":
    main()
