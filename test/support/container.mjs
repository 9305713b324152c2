import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

let container;

/** A PostgreSQL container when a Docker engine answers; undefined otherwise. */
export async function startContainer() {
  if (!(await dockerAnswers())) return undefined;
  try {
    const { GenericContainer, Wait } = await import('testcontainers');
    container = await new GenericContainer(shippedImage())
      .withEnvironment({ POSTGRES_PASSWORD: 'test' })
      .withExposedPorts(5432)
      .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=300'])
      // By TCP: the server that prepares a new volume listens on its socket only, and is not the one to wait for.
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready -h 127.0.0.1 -U postgres'))
      .withSharedMemorySize(256 * 1024 * 1024)
      .withStartupTimeout(60_000)
      .start();
  } catch (error) {
    console.warn(`Docker answers but no container starts (${error.message}): using the embedded PostgreSQL.`);
    return undefined;
  }
  return `postgres://postgres:test@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
}

/** The one that docker-compose.yml runs the hub on. */
function shippedImage() {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  return /^ +image: (postgres:\S+)$/m.exec(compose)[1];
}

export async function stopContainer() {
  await container?.stop();
}

function dockerAnswers() {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  if (!URL.canParse(host)) return false;
  const url = new URL(host);
  const target =
    url.protocol === 'unix:' ? { path: url.pathname } : { host: url.hostname, port: Number(url.port || 2375) };
  return new Promise((resolve) => {
    const socket = connect(target, () => socket.write('GET /_ping HTTP/1.0\r\n\r\n'));
    const settle = (answers) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('data', (data) => settle(data.toString().includes(' 200 ')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
