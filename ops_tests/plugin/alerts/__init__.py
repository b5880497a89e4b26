"""Telling somebody: each message is stored, then sent, then marked, so that a run may die at any moment.

``memory`` keeps what fires, ``outbox`` what waits, ``sending`` is the door to Apprise, ``delivering`` empties the
outbox by every route at once, and ``concluding`` is what a run does at its end. What fails is said; the verdict stays.
"""
