# Two steps: what is installed, then what runs: no compiler, no root, nothing written but in /data.
FROM python:3.11-slim AS installed
WORKDIR /galibot
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY bot bot
COPY bin bin
COPY knowledge knowledge
RUN PATH=/venv/bin:$PATH sh bin/post_compile

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home galibot && install -d -o galibot /data
COPY --from=installed /venv /venv
COPY --from=installed /galibot /galibot
WORKDIR /galibot
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
USER galibot
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as u, os; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
CMD ["python", "-m", "bot", "serve"]
