"""Clients that change something: each demands a `Permit` and has its own credentials; no observing suite loads them."""
