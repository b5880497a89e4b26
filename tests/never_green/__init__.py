"""Whatever an answer looks like, it is a record or an error, and never green for nothing."""
