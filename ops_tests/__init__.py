"""The runbook that runs: operational checks for web applications in production."""

__version__ = "0.1.0"
USER_AGENT = f"ops-tests/{__version__}"
"""What this suite's own requests say they come from, webhooks aside: those say what Shopify's do."""
