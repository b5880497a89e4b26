"""Entry of ``python -m ops_tests`` and of the console script."""

from ops_tests.tools.cli import main

if __name__ == "__main__":
    main()
