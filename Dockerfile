# tanheng for several people: docs/several-people.md says how to run it.
FROM python:3.12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 tanheng \
    && install --directory --owner tanheng /data
COPY . /opt/tanheng
WORKDIR /opt/tanheng
RUN pip install --no-cache-dir uv \
    && uv sync --no-default-groups --no-editable --compile-bytecode --no-cache
ENV PATH=/opt/tanheng/.venv/bin:$PATH \
    PYTHONUTF8=1 \
    TANHENG_STATE=/data/state \
    XDG_CACHE_HOME=/data/cache
USER tanheng
WORKDIR /data
VOLUME /data
EXPOSE 8765
CMD ["tanheng", "serve", "--multi", "/data/users.toml", "--host", "0.0.0.0", "--port", "8765"]
