# The commands of daily work; those that CI runs are the same as in .ci/run. `just` alone lists them.

_default:
    @just --list --unsorted

# All tests; those of PostgreSQL say loudly when no server can be started
test:
    cargo test

# All tests, failing when no PostgreSQL server can be started
test-postgres:
    TORUGART_TEST_POSTGRES=required cargo test

# Formatting is as rustfmt.toml has it
fmt:
    cargo fmt --check

# No warning of compiler or clippy, in tests either
lint:
    cargo clippy --all-targets -- -D warnings

# Every public item is documented and every link in the documentation leads somewhere
doc:
    RUSTDOCFLAGS='-D warnings' cargo doc --no-deps

# Licences, banned crates, version floors and sources, as deny.toml has them
licences:
    cargo deny check licenses bans sources

# The requests of docs/http against a demo server
http-files:
    scripts/http-files

# One letter through a real mail server of Debian's, with TLS and its signature; as root
mta:
    scripts/mta

# The pages in Chromium: phone and desk, three languages, day and night, with scripts and without
browser:
    scripts/browser

# Destroy the database under load, bring it back, count what was lost: `just drill --database sqlite`
drill *options:
    scripts/drill {{options}}

# What the binary is built from, CycloneDX JSON
sbom:
    scripts/sbom torugart.cdx.json

# Small changes of the code of accounts, ledger and codes: does a test notice each?
mutants *files:
    scripts/mutants {{files}}

# Everything that CI runs, in its order
ci:
    bash .ci/run

# The service with made-up data
demo:
    cargo run --release -- serve --demo

# One order from request to pickup, told step by step
tour:
    cargo run --release -- tour

# The numbers in the documentation, measured again
measure:
    scripts/measure

# Kills, power failures, cuts and races under load: the figures of docs/reliability.md
reliability *words:
    scripts/reliability {{words}}
