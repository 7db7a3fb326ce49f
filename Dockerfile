# syntax=docker/dockerfile:1

FROM python:3.12-slim-bookworm AS wheels
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /
RUN pip wheel --no-cache-dir --disable-pip-version-check --wheel-dir /wheels -r /requirements.txt


FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin paymenter
WORKDIR /app
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \
    pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
    --no-index --find-links=/wheels -r /tmp/requirements.txt
COPY . .
# the key is used by this step alone and reaches neither the environment nor a file
RUN APP_ENV=production APP_KEY=base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DB_CONNECTION=sqlite DB_DATABASE=:memory: \
    python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q paymenter accounts billing support \
    && install -d -o paymenter -g paymenter storage
USER paymenter
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]
CMD ["gunicorn", "paymenter.wsgi"]
