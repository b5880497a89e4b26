"""The runbook that runs: operational checks for web applications in production."""

__version__ = "0.1.0"
