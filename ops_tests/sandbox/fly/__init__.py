"""The parts of the fly stand-in; the standard library's light modules only, since each call is a process."""
