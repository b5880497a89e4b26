"""Dead letters on a real sandbox: replayed, left out, marked, cleaned up."""
