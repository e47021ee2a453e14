# The program alone, without a shell: docker run --rm -v "$PWD:/work:ro" IMAGE lint .
# It needs no network. `--base` needs git, which is not in this image; `preflight diff OLD NEW` does without.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY . .
RUN cargo build --profile dist --locked --no-default-features

FROM scratch
COPY --from=build /source/target/dist/preflight /preflight
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/preflight"]
