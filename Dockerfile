# The hub. `docker compose up` builds it; alone: docker build -t commandcenter:1.0.0 .
ARG NODE=24.21.0

FROM node:${NODE}-slim AS build
WORKDIR /app
# Packages first: a change of src leaves this layer alone. Optional packages are an embedded PostgreSQL and a Node.js of
# our own, of which the image needs neither.
COPY package.json package-lock.json .npmrc ./
COPY sdk sdk
COPY plugins plugins
RUN npm ci --omit=optional --ignore-scripts
COPY tsconfig.json tsconfig.base.json ./
COPY src src
RUN npm run build \
 && npm prune --omit=dev --omit=optional --ignore-scripts \
 && find src sdk plugins -name '*.ts' -not -path '*/dist/*' -delete \
 && find . -name '*.tsbuildinfo' -not -path './node_modules/*' -delete \
 && find node_modules -type d -empty -delete
COPY LICENSE commandcenter.yaml ./
COPY workflows workflows
COPY dev/load dev/load
# The hub is not root, and what comes from a clone made with umask 077 is for its owner only.
RUN chmod -R a+rX package.json LICENSE commandcenter.yaml sdk plugins workflows dev

FROM node:${NODE}-slim
LABEL org.opencontainers.image.title="CommandCenter" \
      org.opencontainers.image.description="Self-hosted workflow orchestration hub whose telemetry is first class" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/package.json /app/LICENSE /app/commandcenter.yaml ./
COPY --from=build /app/sdk sdk
COPY --from=build /app/plugins plugins
COPY --from=build /app/dist dist
COPY --from=build /app/workflows workflows
COPY --from=build /app/dev/load dev/load
# Files belong to root, the hub cannot change itself; it writes to .commandcenter only (address and admin token).
RUN install -d -m 700 -o node -g node .commandcenter \
 && chmod 755 dist/cli/bin.js && ln -s /app/dist/cli/bin.js /usr/local/bin/commandcenter
USER node
VOLUME /app/.commandcenter
EXPOSE 3000 9464
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# node itself is process 1: SIGTERM reaches the hub, which drains and ends.
CMD ["node", "dist/main.js", "start"]
