"""Which checks go blind together: those that need the same instrument."""

from __future__ import annotations

ANSWERS, SAYS_HEALTHY, IN_TIME = (
    "availability/health_answers_200",
    "availability/health_body_says_healthy",
    "availability/health_answers_in_time",
)
ACCEPTS = "webhooks/webhook_accepts_a_signed_delivery[*]"
EFFECT = "webhooks/signed_delivery_has_its_documented_effect[*]"
REJECTS = "webhooks/webhook_rejects_a_forged_delivery[*]"
UNSIGNED = "webhooks/unsigned_delivery_is_answered_as_documented[*]"
NO_EFFECT = "webhooks/forged_or_unsigned_delivery_has_no_effect[*]"
REFUSES_GET = "webhooks/webhook_refuses_get[*]"
ONCE = "webhooks/delivery_is_recorded_once"
SYNTHETIC = (ACCEPTS, EFFECT, REJECTS, UNSIGNED, NO_EFFECT, ONCE)
# The effect of app/scopes_update is a row; those of the others are log lines.
_BY_LOG = ("app/uninstalled", "app/subscriptions_update", "customers/data_request", "customers/redact", "shop/redact")
LOG_EFFECTS = tuple(check.replace("*", endpoint) for check in (EFFECT, NO_EFFECT) for endpoint in _BY_LOG)

UNPROCESSED, TOO_LONG, EXHAUSTED = DEAD_LETTERS = (
    "dead_letters/no_unprocessed_dead_letters",
    "dead_letters/no_dead_letter_waits_too_long",
    "dead_letters/no_dead_letter_ran_out_of_retries",
)
NO_ERRORS = "logs/recent_logs_show_no_errors"
MACHINES, SECRETS, STAGED, RELEASE, CANDIDATE, STEADY, MEMORY, GATE, LOCKDOWN, IMAGE, BACKUPS = PLATFORM = (
    "platform/machines_are_started_and_healthy",
    "platform/secrets_are_the_documented_ones",
    "platform/no_secret_is_staged_but_not_deployed",
    "platform/latest_release_is_complete",
    "platform/rollback_candidate_exists",
    "platform/no_restart_loop_no_out_of_memory",
    "platform/memory_is_what_the_runbook_wants",
    "platform/health_gate_is_configured",
    "platform/runtime_is_locked_down",
    "platform/image_stays_small",
    "platform/backups_are_fresh",
)
CONNECTS, MIGRATIONS = "database/database_answers", "database/migrations_are_applied"
# Without the proof that no real shop bears the synthetic prefix nothing is sent: no database, no deliveries.
NEED_DATABASE = (MIGRATIONS, *DEAD_LETTERS, *SYNTHETIC)
NEED_LOG = (NO_ERRORS, *LOG_EFFECTS)
NEED_FLY = (*PLATFORM, *NEED_LOG)
