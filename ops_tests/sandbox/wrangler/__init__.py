"""The stand-in for wrangler, a file a concern."""
