"""Loads the suite's plugin when the package is not installed; everything else lives in ops_tests/plugin/."""

pytest_plugins = ["ops_tests.plugin"]
