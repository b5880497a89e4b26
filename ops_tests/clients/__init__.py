"""Clients observe the outside world and return records. They judge nothing and change nothing."""
