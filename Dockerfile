# One image for everything: `fonds serve`, `fonds work`, `fonds migrate` (docs/operations.md, docs/decisions/028-image-and-chart.md).
#
# BUILDER  Debian 12 or newer with Rust as Cargo.toml asks, cargo in PATH, a C compiler.
# PAGES    Node.js 22 or newer with npm in PATH, and a way to the packages of web/package-lock.json; nothing of it is shipped.
# BASE     what the program stands on: glibc of the builder's release or newer, libgcc_s, /etc/ssl/certs/ca-certificates.crt,
#          a Chinese font (fonts-wqy-microhei or fonts-noto-cjk) for PDFs that bring none. No shell is needed.
# All are given by whoever builds, who keeps them patched; `script/soak image` makes its own from Debian's packages.
ARG PAGES
ARG BUILDER
ARG BASE

FROM ${PAGES} AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY schema/fonds.graphql ../schema/
COPY web .
RUN npm run gen && npm run build

FROM ${BUILDER} AS build
ARG PROFILE=release
WORKDIR /src
COPY . .
COPY --from=pages /src/web/dist web/dist
# The queries are compiled from the committed .sqlx, the versions are those of Cargo.lock.
ENV SQLX_OFFLINE=true CARGO_TARGET_DIR=/target
RUN cargo build --locked --profile "${PROFILE}" --package fonds \
 && install -D -m 0755 "/target/${PROFILE}/fonds" /out/usr/bin/fonds \
 && install -D -m 0644 LICENSE /out/usr/share/doc/fonds/LICENSE \
 && install -d -m 0755 /out/etc/fonds \
 && printf '%s\n' '[http]' 'listen = "0.0.0.0:8080"' 'metrics_listen = "0.0.0.0:9090"' '[blobs]' 'folder = "/var/lib/fonds"' \
      >/out/etc/fonds/fonds.toml \
 && install -d -m 0750 /empty

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Fonds" \
      org.opencontainers.image.description="Archives of grassroots party organisations" \
      org.opencontainers.image.licenses="AGPL-3.0-only" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /out /
COPY --from=build --chown=65532:65532 /empty /var/lib/fonds
# A settings file mounted here replaces the image's own; a variable FONDS_SECTION__KEY wins over both.
ENV FONDS_SETTINGS=/etc/fonds/fonds.toml
WORKDIR /var/lib/fonds
# The bodies of files where no other place is set, and uploads. The root may be read-only; /tmp takes members of archives.
VOLUME ["/var/lib/fonds", "/tmp"]
# By number, so that `runAsNonRoot` can be checked; any other one will do that may write to /var/lib/fonds.
USER 65532:65532
EXPOSE 8080 9090
# SIGTERM: takes nothing new, finishes what is under way, and ends within 25 seconds. It starts and reaps its own child
# processes, so it may be process 1. Health is asked over HTTP (/healthz, /readyz) by whoever runs it: no HEALTHCHECK.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/fonds"]
CMD ["serve"]
