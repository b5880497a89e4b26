"""Alerts against real receivers."""
