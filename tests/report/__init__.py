"""The page an engineer opens: what stands on it, and what a reader sees of it."""
