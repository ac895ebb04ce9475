# The service in a container: `docker build -t torugart .`

FROM rust:1-bookworm AS builder
WORKDIR /build
COPY . .
# The caches outlive a build, so that a change of our code does not compile the dependencies again.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target,sharing=locked \
    cargo build --release --locked \
    && install -D target/release/torugart /out/torugart

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin torugart \
    && install -d -o torugart -g torugart /data
COPY --from=builder /out/torugart /usr/local/bin/
COPY config /config
# From here config/ is found, and the default addresses below data/ are the volume.
WORKDIR /
# A container that nobody configured must not pass for one that serves customers: production says what is missing.
ENV TORUGART_ENV=production \
    TORUGART__SERVER__HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["torugart"]
CMD ["serve"]
