"""What changes a target, and what undoes it: acting clients and rules put together, for the drill and the commands."""
