// npm run dev:stack [-- up | down [--volumes] | status | logs [service...]]
// The telemetry stack of dev/docker-compose.yml beside a hub started with `npm start`. Runs on Node 20 with nothing installed.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('docker-compose.yml', import.meta.url));

/** What the hub of `npm start` reads of this stack: the variables of stack.env, where it finds that file. */
const root = fileURLToPath(new URL('..', import.meta.url));
const state = join(root, '.commandcenter');
const tokenFile = join(state, 'alertmanager-token');

/** Everything a service of the stack listens on, for a clear word when something else does already. */
const ports = {
  3003: 'Grafana',
  3100: 'Loki',
  3200: 'Tempo',
  4317: 'the collector',
  8888: 'the collector',
  9090: 'Prometheus',
  9093: 'Alertmanager',
  9095: 'Tempo',
  9096: 'Loki',
  13133: 'the collector',
  14317: 'Tempo',
};

const commands = {
  up: async () => {
    if (running().length === 0) await needFreePorts();
    handOver();
    if (compose(['up', '--detach', '--wait', '--remove-orphans']) !== 0) {
      fail('Not everything came up. `npm run dev:stack -- logs` says why; `npm run dev:stack -- down` takes it away.');
    }
    say(`
  Grafana       http://127.0.0.1:3003  (folder CommandCenter)
  Prometheus    http://127.0.0.1:9090
  Alertmanager  http://127.0.0.1:9093
  The hub       npm start, in another terminal (again, if it runs: it reads .commandcenter/stack.env when it starts);
                npm run dev:load fills the dashboards
  Stop          npm run dev:stack -- down
`);
  },
  down: (args) => compose(['down', '--remove-orphans', ...(args.includes('--volumes') ? ['--volumes'] : [])]),
  status: () => compose(['ps', '--all']),
  logs: (args) => compose(['logs', '--tail', '100', ...args]),
};

const [name = 'up', ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name)) {
  fail('npm run dev:stack [-- up | down [--volumes] | status | logs [service...]]', 2);
}
needDocker();
process.exitCode = (await commands[name](args)) ?? 0;

/** The token that Alertmanager shows to the hub, and the folder of rules that the hub writes and Prometheus reads. */
function handOver() {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  if (!existsSync(tokenFile)) writeFileSync(tokenFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  chmodSync(tokenFile, 0o600);
  const settings = {
    ALERTMANAGER_WEBHOOK_TOKEN_FILE: tokenFile,
    COMMANDCENTER_PROMETHEUS_URL: 'http://127.0.0.1:9090',
    COMMANDCENTER_PROMETHEUS_RULES_DIR: join(root, 'observability/prometheus/slo'),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}\n`);
  writeFileSync(join(state, 'stack.env'), lines.join(''), { mode: 0o600 });
  // An empty one is none: the container would make another than the hub knows.
  process.env.ALERTMANAGER_WEBHOOK_TOKEN ||= readFileSync(tokenFile, 'utf8');
}

function needDocker() {
  const engine = ask(['version', '--format', '{{.Server.Version}}']);
  const without = 'The hub itself needs none of this: `npm start` works without.';
  if (engine.error) {
    fail(
      `There is no \`docker\` on the PATH. Install Docker Engine or Docker Desktop (https://docs.docker.com/get-docker/). ${without}`,
    );
  }
  if (engine.status !== 0) {
    const said = engine.stderr.trim().split('\n').at(-1);
    fail(
      `Docker does not answer: ${said}\nStart it (\`sudo systemctl start docker\`, or Docker Desktop), or put your user into the group docker. ${without}`,
    );
  }
  if (ask(['compose', 'version']).status !== 0) {
    fail(
      'Docker is here, its Compose plugin is not: install docker-compose-plugin (https://docs.docker.com/compose/install/).',
    );
  }
  const desktop = ask(['info', '--format', '{{.OperatingSystem}}']).stdout.includes('Docker Desktop');
  if (desktop && name === 'up') {
    say(
      'Docker Desktop: "Enable host networking" must be on (Settings, Resources, Network), or the services stay out of reach.',
    );
  }
}

async function needFreePorts() {
  const taken = [];
  for (const [port, owner] of Object.entries(ports))
    if (!(await isFree(Number(port)))) taken.push(`${port} (${owner})`);
  if (taken.length > 0)
    fail(`Something else listens on 127.0.0.1, port ${taken.join(', ')}. Is another stack running?`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }) => resolve(code !== 'EADDRINUSE'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function running() {
  return ask(['compose', '--file', file, 'ps', '--quiet']).stdout.split('\n').filter(Boolean);
}

function compose(rest) {
  return spawnSync('docker', ['compose', '--file', file, ...rest], { stdio: 'inherit' }).status ?? 1;
}

function ask(rest) {
  return spawnSync('docker', rest, { encoding: 'utf8' });
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text, code = 1) {
  say(text);
  process.exit(code);
}
