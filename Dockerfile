# docker build -t recado . && docker run -p 8080:8080 -v recado:/data recado
# The first account needs the invite that the log shows; RECADO_SIGNUP=open does without.

FROM python:3.11-slim AS build
WORKDIR /source
COPY requirements-build.txt requirements.txt ./
RUN python -m venv /builder \
    && /builder/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt \
    && python -m venv /opt/recado \
    && /opt/recado/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN /builder/bin/python -m build --no-isolation --wheel --outdir /wheels revocable \
    && /builder/bin/python -m build --no-isolation --wheel --outdir /wheels . \
    && /opt/recado/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && /opt/recado/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data recado && install -d -o recado -g recado -m 700 /data
COPY --from=build /opt/recado /opt/recado
ENV PATH=/opt/recado/bin:$PATH HOST=0.0.0.0 RECADO_DATA=/data PYTHONUNBUFFERED=1
USER recado
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8080)}/healthz', timeout=2)"]
ENTRYPOINT ["recado"]
CMD ["serve"]
