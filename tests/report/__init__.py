"""The page an engineer opens."""
