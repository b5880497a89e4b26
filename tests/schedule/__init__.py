"""Schedules: what they hold, what each format's own tool says of them, and that they run."""
