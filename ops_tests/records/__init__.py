"""Frozen models of what was seen. Records hold facts and no judgement."""
