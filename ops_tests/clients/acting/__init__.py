"""Clients that change what they reach. Each demands a `Permit`; no observing suite loads them."""
