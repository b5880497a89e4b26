-- The role of the drill that restores a backup. Run it as a superuser, or as a role with ADMIN OPTION on pg_read_all_data:
--   psql "$DATABASE_URL" -v role=ops_backup -v password="$OPS_BACKUP_PASSWORD" -f backup_role.sql
-- It can read every table, access tokens and payloads too, and it can write nothing. Its variable belongs to whoever drills, not to the checks.
CREATE ROLE :"role" LOGIN PASSWORD :'password';
ALTER ROLE :"role" SET default_transaction_read_only = on;
GRANT pg_read_all_data TO :"role";
