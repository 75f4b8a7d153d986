# One image for every process of Guildwright, and one for trials.
#
#   docker build --target guildwright -t guildwright .
#   docker build --target trial -t guildwright-trial .
#
# Every dependency of ours is fetched once, its hash checked against requirements.lock; the images are then made from
# those files alone, offline, so that the small image needs no second lock. Not checked so are hatchling, which packs our
# sources and is in no image itself, and Debian's redis-server in the trial, which apt verifies. Sources come last: a change of ours rebuilds
# one small layer. A machine whose pip needs settings of its own passes them as secrets, which stay out of the image:
#   --secret id=pip.conf,src=… --secret id=ca.pem,src=…
ARG BASE=python:3.13-slim

FROM ${BASE} AS wheels
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /wheels
COPY requirements.lock ./
RUN --mount=type=secret,id=pip.conf --mount=type=secret,id=ca.pem \
    PIP_CONFIG_FILE=/run/secrets/pip.conf \
    pip download -q --only-binary :all: --require-hashes -r requirements.lock -d locked \
 && PIP_CONFIG_FILE=/run/secrets/pip.conf pip download -q --only-binary :all: hatchling -d build
# The project without its code: pip reads from it which extra needs what, and sources may change without a new layer.
COPY pyproject.toml ./
RUN touch README.md LICENSE \
 && mkdir -p guildwright bot/guildwright_bot crds/guildwright_crds dashboard/guildwright_dashboard \
    operator/guildwright_operator \
 && pip wheel -q --no-index --find-links build --no-deps -w locked .

FROM wheels AS venv
RUN python3 -m venv --without-pip /opt/guildwright \
 && pip --python /opt/guildwright/bin/python install -q --no-index --find-links locked \
    "guildwright[shard,worker,dashboard,operator]"

# What a trial needs beyond that, in a folder of its own with the same layout.
FROM venv AS trial-venv
RUN pip --python /opt/guildwright/bin/python install -q --no-index --find-links locked --prefix /trial \
    "guildwright[standalone,operator]"

FROM venv AS project
WORKDIR /source
COPY . .
RUN pip wheel -q --no-index --find-links /wheels/build --no-deps -w /dist . \
 && pip --python /opt/guildwright/bin/python install -q --no-index --no-deps --ignore-installed --prefix /project \
    /dist/*.whl

# The dependencies, without the project.
FROM ${BASE} AS service
RUN useradd --system --uid 10001 --user-group --home-dir /tmp --no-create-home guildwright
COPY --from=venv /opt/guildwright /opt/guildwright
ENV PATH=/opt/guildwright/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["guildwright"]

FROM service AS guildwright
LABEL org.opencontainers.image.title="Guildwright" \
      org.opencontainers.image.description="A Discord community bot whose guilds are typed documents" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=project /project /opt/guildwright

FROM service AS trial-service
USER 0
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
COPY --from=trial-venv /trial /opt/guildwright
USER 10001:10001

FROM trial-service AS trial
LABEL org.opencontainers.image.title="Guildwright trial" \
      org.opencontainers.image.description="Guildwright with a Discord, a PostgreSQL and a Redis of its own, for trials" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=project /project /opt/guildwright
