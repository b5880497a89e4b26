"""The page an engineer opens: the run record and what the history tells of it, as one static HTML document.

``past`` looks back, ``page`` and ``drills`` put the parts together, ``drawing``, ``distribution`` and ``timeline``
draw, ``phrases`` words, ``runbook_part`` renders.
Judging is done by the rules; nothing here needs scripts.
"""
