"""The page an engineer opens: the run record and what the history tells of it, as one static HTML document.

``past`` looks back, ``page`` puts the parts together, ``drawing`` draws, ``phrases`` words, ``runbook_part`` renders.
Judging is done by the rules; nothing here needs scripts.
"""
