#!/bin/sh
# The two databases of a Temporal server on PostgreSQL: made where they are missing, brought up to date where they are not.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does.
set -eu
schemas=/etc/temporal/schema/postgresql/v12
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*}
    folder=$schemas/${pair##*:}/versioned
    temporal-sql-tool --database "$database" create-database
    # Fails where the tables are there already; a real failure shows in the next line.
    temporal-sql-tool --database "$database" setup-schema --version 0.0 || true
    temporal-sql-tool --database "$database" update-schema --schema-dir "$folder"
done
