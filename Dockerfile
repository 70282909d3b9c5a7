# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The repository stays outside, so the version comes from the command line:
# docker build --build-arg VERSION="$(git describe --tags --always --dirty)" .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.release=$VERSION" -o /out/altadnc-bulk ./cmd/altadnc-bulk \
 && mkdir -p /out/folders/lists /out/folders/tmp && chmod 1777 /out/folders/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/altadnc-bulk /usr/local/bin/altadnc-bulk
# /lists holds the lists and their journals; /tmp is needed for a list from
# standard input and for --sandbox only, whoever the user is.
COPY --from=build --chown=65532:65532 /out/folders/ /
ENV XDG_STATE_HOME=/lists/.state
USER 65532:65532
WORKDIR /lists
VOLUME /lists
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/altadnc-bulk"]
CMD ["help"]
