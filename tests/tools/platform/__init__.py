"""The commands about the platform, on a real sandbox."""
