# syntax=docker/dockerfile:1

FROM python:3.11-slim-bookworm AS build

# Addresses of mirrors, both optional. TORCH_INDEX_URL: on x86-64 the default torch carries gigabytes of CUDA libraries
# that a machine without a GPU never loads; PyTorch's own CPU wheels (pytorch.org, Get Started, Pip, CPU) do without.
ARG TORCH_INDEX_URL=""
ARG PIP_INDEX_URL=""
ENV PIP_INDEX_URL=${PIP_INDEX_URL} PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv

# Torch first and pinned: asked for later, as the dependency of another package, it would come from the default index in
# whatever version is newest. It is also the largest layer and the one that changes least.
RUN pip install ${TORCH_INDEX_URL:+--index-url "${TORCH_INDEX_URL}"} torch==2.13.0

WORKDIR /src
COPY pyproject.toml ./
# The dependencies have a layer of their own, so that a change of the source does not download them again.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > requirements.txt \
    && pip install -r requirements.txt
COPY README.md ./
COPY rag rag
COPY ingest ingest
COPY api api
RUN pip install --no-deps .


FROM python:3.11-slim-bookworm

# A PDF whose Chinese font is not embedded renders as blanks without a font of the system.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk libgomp1 \
    && rm -rf /var/lib/apt/lists/*

# A new named volume takes over the owner of the folder that it is mounted on: both must exist and belong to the user.
RUN useradd --uid 10001 --create-home chuchu && install -d -o chuchu -g chuchu /data /models
COPY --from=build /opt/venv /opt/venv

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CHUCHU_DATA_DIR=/data \
    CHUCHU_MODELS_DIR=/models
USER chuchu
WORKDIR /home/chuchu
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
    CMD ["python", "-c", "import urllib.request as http; http.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["chuchu"]
CMD ["serve", "--host", "0.0.0.0"]
