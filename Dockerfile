# kwire as an image: small, without root, and a stand-in for the official Kafka image.
# KAFKA_* environment variables are settings (KAFKA_ADVERTISED_LISTENERS is advertised.listeners).
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
# Where packages come from, for a build without the public index: a directory mounted into the build, for instance.
ARG PIP_NO_INDEX
ARG PIP_FIND_LINKS
COPY pyproject.toml README.md /source/
COPY src /source/src
RUN python3 -m venv /opt/kwire \
 && /opt/kwire/bin/python -m pip install --no-cache-dir --disable-pip-version-check /source \
 && /opt/kwire/bin/python -m pip uninstall --yes --quiet pip

FROM ${BASE}
COPY --from=build /opt/kwire /opt/kwire
RUN useradd --system --uid 1000 --home-dir /var/lib/kwire --create-home kwire
USER kwire
WORKDIR /var/lib/kwire
ENV PATH=/opt/kwire/bin:$PATH
VOLUME /var/lib/kwire
EXPOSE 9092
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["kwire", "ping"]
STOPSIGNAL SIGTERM
# These give way to KAFKA_* variables and to a server.properties that is named as an argument.
ENTRYPOINT ["kwire", "serve", \
    "--default", "listeners=PLAINTEXT://0.0.0.0:9092", \
    "--default", "advertised.listeners=PLAINTEXT://localhost:9092", \
    "--default", "log.dirs=/var/lib/kwire/data"]
