# Owns the image of the server: built from the lock file, then only what runs, by a user who may write
# nowhere but in /data and /tmp. Holds no setting of an installation and no secret.
#
#   docker build -t askonce .
#   docker run -p 127.0.0.1:3000:3000 -e AUTH_TOKENS=me:A-LONG-RANDOM-TOKEN -v askonce:/data askonce
#
# With both databases embedded the first start takes 1.3 GB of memory, for seconds, and later ones 0.5 GB.
#
# The newest long-term support line of Node, with its fixes whenever the image is built anew. Debian, since
# the model's runtime is not built for musl (Alpine); nor for anything but x64 and arm64.
ARG NODE_TAG=26-trixie-slim

FROM node:${NODE_TAG} AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
# .npmrc turns install scripts off: no package runs code of its own while the image is built. The second
# command is for a lock file made where the linter's binaries for other platforms were not on offer.
RUN npm ci || npm install --no-save
COPY tsconfig.json ./
COPY src ./src
COPY console ./console
# What is in the image, for those who look for known weaknesses: a list of all that ships (CycloneDX). npm makes it only
# while the rest is there, too.
RUN npm run build && npm run --silent sbom && npm prune --omit=dev --no-save
# The model's runtime brings every platform (288 MB) and a copy for browsers (141 MB) that Node never
# loads: transformers.js has its own bundled. The import shows here, not later, if that ever changes.
RUN rm -rf node_modules/onnxruntime-web \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && node --input-type=module --eval "await import('@huggingface/transformers')"

FROM node:${NODE_TAG}
LABEL org.opencontainers.image.title="askonce" \
      org.opencontainers.image.description="MCP server: read-only PostgreSQL for AI agents, each question answered once" \
      org.opencontainers.image.licenses="MIT"
# Beyond loopback the server refuses to start without AUTH_TOKENS: the image has no way to be open.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 ASKONCE_DATA_DIR=/data
RUN install --directory --owner=node --group=node --mode=700 /data
WORKDIR /app
COPY LICENSE package.json ./
COPY bin ./bin
COPY docker/reader.sql ./docker/
COPY migrations ./migrations
COPY models ./models
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/sbom.cdx.json ./
# Everything above belongs to root: the server cannot change its own program.
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As process 1 Node needs no helper: the server handles SIGTERM and SIGINT, drains, and leaves no orphans.
# Only a stop in its first half second goes unheard without `docker run --init`.
# Garbage is collected between large results where memory is short: MEMORY_WATERMARK.
ENTRYPOINT ["node", "--expose-gc", "/app/bin/askonce.mjs"]
CMD ["serve"]
