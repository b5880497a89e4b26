"""Drills: made, failed, refused, and ended in the middle."""
