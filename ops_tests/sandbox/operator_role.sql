-- The role of those who replay dead letters and clean up. Run it as the owner of the tables, who must be allowed to create roles:
--   psql "$DATABASE_URL" -v role=ops_operator -v password="$OPS_OPERATOR_PASSWORD" -f operator_role.sql
-- It can read payloads, mark dead letters, plant one for a drill, and delete dead letters and recorded deliveries; it can change no payload, and read no access token.
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT (shop) ON "Session" TO :"role";
GRANT SELECT, DELETE ON webhook_events TO :"role";
GRANT SELECT, DELETE ON dead_letters TO :"role";
GRANT INSERT (id, topic, shop, payload, error, "createdAt") ON dead_letters TO :"role";
GRANT UPDATE ("retryCount", "retriedAt", "lastError") ON dead_letters TO :"role";
