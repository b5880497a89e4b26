"""Glue between pytest and the suite, one concern a file. Nothing here judges: rules do, in the checks.

pytest loads this in every project of the environment, so it loads little: ``loading`` brings the rest, once checks are
in play.
"""

pytest_plugins = ["ops_tests.plugin.options", "ops_tests.plugin.target_argument", "ops_tests.plugin.loading"]
