"""Proofs of the plugin."""
