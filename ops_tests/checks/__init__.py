"""The product: a file is a subject, a function is one claim."""
