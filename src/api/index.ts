export { ApiModule } from './api.module.js';
export { configureApp } from './configure-app.js';
export { fastifyAdapter } from './http/fastify-adapter.js';
export { hubVersion } from './version.js';
