# One image for all processes: web, workers, beat, watcher. Debian, not Alpine: cel-expr-python has no wheels for musl.
ARG BASE_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/runtime.txt /requirements.txt
# Wheels only, so that nothing is compiled and no build tools are needed; each with the hash that was locked.
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-deps --require-hashes --only-binary :all: -r /requirements.txt \
    && /opt/venv/bin/pip uninstall --yes --quiet setuptools pip

FROM ${BASE_IMAGE}
RUN groupadd --gid 10001 autonomy \
    && useradd --uid 10001 --gid autonomy --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin autonomy \
    && install -d -o autonomy -g autonomy /var/lib/autonomy
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    KUBECONFIG_DIR=/etc/autonomy/kubeconfigs PULSE_FILE=/tmp/pulse \
    GRANIAN_INTERFACE=wsgi GRANIAN_HOST=0.0.0.0 GRANIAN_PORT=8000 GRANIAN_WORKERS=2 GRANIAN_BLOCKING_THREADS=1 GRANIAN_WEBSOCKETS=false
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
# What the program reads belongs to root: the account that it runs as cannot change it, wherever it is not mounted read-only anyway.
RUN chmod -R a+rX . && python manage.py collectstatic --no-input --verbosity 0 && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "granian", "config.wsgi:application"]
