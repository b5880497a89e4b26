"""The command line beside the suites. It judges nothing on its own."""
