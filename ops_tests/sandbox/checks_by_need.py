"""Which checks go blind together: those that need the same instrument."""

from __future__ import annotations

ANSWERS, SAYS_HEALTHY, IN_TIME = (
    "availability/health_answers_200",
    "availability/health_body_says_healthy",
    "availability/health_answers_in_time",
)
CERTIFICATE, TO_HTTPS, HEADERS = (
    "availability/certificate_is_valid_and_not_near_its_end",
    "availability/plain_http_redirects_to_https",
    "availability/security_headers_are_set",
)
FRONT, PRIVACY, TERMS = PAGES = tuple(
    f"availability/other_pages_answer[{path}]" for path in ("/", "/privacy", "/terms")
)
ACCEPTS = "webhooks/webhook_accepts_a_signed_delivery[*]"
EFFECT = "webhooks/signed_delivery_has_its_documented_effect[*]"
REJECTS = "webhooks/webhook_rejects_a_forged_delivery[*]"
UNSIGNED = "webhooks/unsigned_delivery_is_answered_as_documented[*]"
NO_EFFECT = "webhooks/forged_or_unsigned_delivery_has_no_effect[*]"
REFUSES_GET = "webhooks/webhook_refuses_get[*]"
ONCE = "webhooks/delivery_is_recorded_once"
P95, P99 = PERCENTILES = (
    "webhooks/p95_of_webhook_delivery_is_within_the_objective",
    "webhooks/p99_of_webhook_delivery_is_within_the_objective",
)
SYNTHETIC = (ACCEPTS, EFFECT, REJECTS, UNSIGNED, NO_EFFECT, ONCE, *PERCENTILES)
RESTORABLE, RECOVERS, SURVIVE, BACK, REPLAYED, WELL_AFTER, NOTHING_LEFT = DRILL = (
    "drill/backup_is_restorable",
    "drill/cold_start_recovers",
    "drill/webhooks_survive_the_restart",
    "drill/rollback_works",
    "drill/dead_letter_can_be_replayed",
    "drill/system_is_well_after_the_drill",
    "drill/nothing_is_left_behind",
)
# The effect of app/scopes_update is a row; those of the others are log lines.
_BY_LOG = ("app/uninstalled", "app/subscriptions_update", "customers/data_request", "customers/redact", "shop/redact")
LOG_EFFECTS = tuple(check.replace("*", endpoint) for check in (EFFECT, NO_EFFECT) for endpoint in _BY_LOG)

UNPROCESSED, TOO_LONG, EXHAUSTED, CLEANED_UP, DELIVERED = DEAD_LETTERS = (
    "dead_letters/no_unprocessed_dead_letters",
    "dead_letters/no_dead_letter_waits_too_long",
    "dead_letters/no_dead_letter_ran_out_of_retries",
    "dead_letters/processed_dead_letters_are_cleaned_up",
    "dead_letters/failed_deliveries_are_within_the_objective",
)
NO_ERRORS, TOPICS_WELL, QUERIES, ACTIVITY = LATEST_LOG = (
    "logs/recent_logs_show_no_errors",
    "logs/webhook_topics_show_no_failures",
    "logs/database_client_shows_no_query_errors",
    "logs/webhook_activity_is_seen",
)
WEEK = "logs/error_shapes_of_the_week_are_told"
ERROR_RATE, LOAD = METRICS = ("traffic/error_rate_is_within_the_objective", "traffic/cpu_and_memory_have_room")
MACHINES, SECRETS, STAGED, RELEASE, CANDIDATE, TAGGED, STEADY, MEMORY, GATE, LOCKDOWN, IMAGE, BACKUPS = PLATFORM = (
    "platform/machines_are_started_and_healthy",
    "platform/secrets_are_the_documented_ones",
    "platform/no_secret_is_staged_but_not_deployed",
    "platform/latest_release_is_complete",
    "platform/rollback_candidate_exists",
    "repository/newest_release_is_tagged",
    "platform/no_restart_loop_no_out_of_memory",
    "platform/memory_is_what_the_runbook_wants",
    "platform/health_gate_is_configured",
    "platform/runtime_is_locked_down",
    "platform/image_stays_small",
    "platform/backups_are_fresh",
)
NEED_APPLICATION = (SAYS_HEALTHY, IN_TIME, HEADERS, *PAGES, *SYNTHETIC, REFUSES_GET)
CONNECTS, MIGRATIONS = "database/database_answers", "database/migrations_are_applied"
RETENTION, OFFLINE = ("database/webhook_events_are_within_retention", "database/offline_tokens_exist")
ROOM, IDLE, LOCKS = ("database/connections_have_room", "database/no_transaction_is_idle_too_long",
                     "database/no_lock_is_waited_for_too_long")  # fmt: skip
CHANGELOG, DEPENDENCIES = ("repository/changelog_names_the_version", "repository/dependencies_were_updated")
# Without the proof that no real shop bears the synthetic prefix nothing is sent: no database, no deliveries.
NEED_DATABASE = (MIGRATIONS, RETENTION, OFFLINE, ROOM, IDLE, LOCKS, *DEAD_LETTERS, *SYNTHETIC)
NEED_LOG = (*LATEST_LOG, WEEK, *LOG_EFFECTS)
# The metrics service takes the same token, and stands at the same address.
NEED_FLY = (*PLATFORM, *NEED_LOG, *METRICS)
