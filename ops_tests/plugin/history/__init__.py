"""History: every run and every check of it, kept in SQLite beside the reports or in a PostgreSQL that many share.

``place`` says where, ``store`` opens it, ``schema`` builds it, ``writing`` adds a run, ``reading`` and ``figures`` look
back and ``upkeep`` takes away what is old. What cannot be kept is a complaint of the run, never a reason to stop it.
"""
