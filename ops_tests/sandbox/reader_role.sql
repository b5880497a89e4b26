-- The role of the operational checks: reads what they look at and nothing else. Run it as the owner of the tables, who must be allowed to create roles:
--   psql "$DATABASE_URL" -v role=ops_reader -v password="$OPS_READER_PASSWORD" -f reader_role.sql
-- It can read no access token, no customer's name, no payload, and it can write nothing.
CREATE ROLE :"role" LOGIN PASSWORD :'password';
ALTER ROLE :"role" SET default_transaction_read_only = on;
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT (id, shop, "isOnline", expires) ON "Session" TO :"role";
GRANT SELECT ON webhook_events TO :"role";
GRANT SELECT (id, topic, shop, error, stack, "retryCount", "retriedAt", "lastError", "createdAt") ON dead_letters TO :"role";
GRANT SELECT ON _prisma_migrations TO :"role";
-- Only a superuser, or a role with ADMIN OPTION on pg_monitor, may grant this one; where the provider refuses, leave it out.
GRANT pg_monitor TO :"role";
