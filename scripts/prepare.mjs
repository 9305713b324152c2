// Makes a clone ready to run: installs what is missing, builds what is stale. Runs on Node 20 with nothing installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const neededMajor = 24;

export function prepare() {
  if (packagesAreStale()) install();
  const node = findNode();
  const inputs = fingerprint();
  const stamp = join(root, 'dist', '.built');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs) build(node, inputs, stamp);
  haveStackEnv();
  return node;
}

/** `npm start` has Node read what `npm run dev:stack` writes there; of a file that is missing Node would warn at every start. */
function haveStackEnv() {
  const state = join(root, '.commandcenter');
  const file = join(state, 'stack.env');
  if (existsSync(file)) return;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  writeFileSync(file, '', { mode: 0o600 });
}

/** Compares the lock file with what npm says it installed; packages for other platforms may be missing. */
function packagesAreStale() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return true;
  const wanted = readPackages(join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).some(([path, { version, link, optional, devOptional }]) => {
    if (!path.startsWith('node_modules/')) return false;
    const found = installed[path];
    if (!found) return !(optional || devOptional);
    return !link && found.version !== version;
  });
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

function install() {
  say('Installing packages (about a minute the first time)...');
  const started = Date.now();
  // The npm of the machine, not one from node_modules, which is about to be replaced.
  const path = process.env.PATH.split(delimiter)
    .filter((folder) => folder !== bin)
    .join(delimiter);
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: 'inherit',
    shell,
    env: { ...process.env, PATH: path },
  });
  if (status !== 0) fail('npm ci failed. The lines above say why; correct it and start again.');
  say(`Packages installed in ${seconds(started)}.`);
}

/** Node 24: the one npm installed for this machine, else the one on the PATH. */
function findNode() {
  const bundled = join(bin, 'node');
  if (existsSync(bundled)) {
    if (majorOf(bundled) >= neededMajor) return bundled;
    // Installed, but for another C library (musl). Out of the way with it: npm puts this folder first on the PATH.
    rmSync(bundled);
  }
  if (majorOf('node') >= neededMajor) return 'node';
  fail(
    `CommandCenter needs Node.js ${neededMajor}. There is no bundled one for this machine (${process.platform}-${process.arch}) ` +
      `and the one on the PATH is ${process.version}. Install Node.js ${neededMajor} and start again.`,
  );
}

function majorOf(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? Number(/^v(\d+)/.exec(stdout)?.[1] ?? 0) : 0;
}

function build(node, inputs, stamp) {
  say('Building...');
  const started = Date.now();
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(node, [tsc, '-b', root], { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail('The build failed. The lines above say where.');
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, inputs);
  say(`Built in ${seconds(started)}.`);
}

/** Changes with every source file that is added, removed or touched, and with the compiler. */
function fingerprint() {
  const hash = createHash('sha256');
  const note = (file) => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'dist') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.ts$|^tsconfig.*\.json$/.test(entry.name)) note(path);
    }
  };
  for (const folder of ['sdk', 'src', 'plugins']) walk(join(root, folder));
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) note(join(root, file));
  return hash.digest('hex');
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepare();
