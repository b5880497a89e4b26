"""Many targets at once: what it takes, and that nothing is lost."""
