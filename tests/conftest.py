"""Brings pytest's own way to test plugins, and the table of the fault matrix; a conftest further down may not."""

pytest_plugins = ["pytester", "tests.fault_table"]
