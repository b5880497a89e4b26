"""Brings pytest's own way to test plugins; a conftest further down may not."""

pytest_plugins = ["pytester"]
