# Owns one throw-away PostgreSQL cluster: makes it, keeps it, destroys it.
#
#   sh -c "$(cat guardian.sh)" NAME FOLDER BINARIES
#
# Standard output carries one report: "ready", or why there is no server.
# Standard input is the lifeline: nobody writes to it. It ends when the last holder of the other end is gone,
# however that process died, and then the server and FOLDER go too.
folder=$1
PATH=$2:$PATH

# The test process may be gone before the report is written; cleaning up must still happen.
trap '' PIPE
# The tests' own standard error must not stay open here: who reads it to its end would wait for the server.
exec 2>&1

make_cluster() {
    initdb -D data --locale="$1" -E UTF8 -U torugart -A trust --no-sync
}

start_server() {
    # Only C.UTF-8 folds the case of Cyrillic; not every system has it.
    make_cluster C.UTF-8 || make_cluster C || return
    # The socket folder is relative to the data folder, so no path needs quoting.
    # Autovacuum would visit the template at the wrong moment.
    cat >>data/postgresql.conf <<'CONF'
listen_addresses = ''
unix_socket_directories = '..'
port = 5432
max_connections = 300
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
CONF
    pg_ctl start -w -D data -l log
}

cd "$folder" || exit
if start_server </dev/null >>log 2>&1; then
    echo ready
    # Letting go of the report is what tells the reader that it is complete.
    exec >/dev/null 2>&1
    read -r _
else
    tail -n 30 log
fi
pg_ctl stop -m immediate -D data >/dev/null 2>&1
cd / && rm -rf "$folder"
