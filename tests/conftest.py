"""Brings pytest's own way to test plugins, and what is printed behind a run; a conftest further down may not."""

pytest_plugins = ["pytester", "tests.canary_count", "tests.fault_table", "tests.kill_count", "tests.drill.killed_table"]
