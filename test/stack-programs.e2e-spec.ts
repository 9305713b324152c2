import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './support/stack/compose.js';
import { programOf, run } from './support/stack/program.js';

/** Each file before the program that reads it. scripts/ci-tools.sh brings the first two; the others where a machine has them. */
const promtool = programOf('promtool');
const amtool = programOf('amtool');
const otelcol = programOf('otelcol', 'otelcol-contrib');
const loki = programOf('loki');
const tempo = programOf('tempo');
const compose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0 ? 'docker' : undefined;

/** Skipped, with the reason in its name, where the program is missing. */
function check(title: string, program: string | undefined, missing: string, test: (program: string) => void): void {
  if (program === undefined) it.skip(`${title} (${missing} is not on the PATH)`, () => undefined);
  else it(title, () => test(program));
}

describe('the configuration of the stack', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cc-stack-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  check('Prometheus takes its file', promtool, 'promtool', (program) => {
    const { code, said } = run(program, ['check', 'config', 'observability/prometheus/prometheus.yml']);
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
    const replicas = join(folder, 'prometheus.yml');
    const files = join(root, 'observability/prometheus/scrape-replicas/*.yml');
    writeFileSync(replicas, JSON.stringify({ scrape_config_files: [files] }));
    expect(run(program, ['check', 'config', replicas])).toMatchObject({ code: 0 });
  });

  check('Alertmanager takes its file', amtool, 'amtool', (program) => {
    const { code, said } = run(program, ['check-config', 'observability/alertmanager/alertmanager.yml']);
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  check('the collector takes its file', otelcol, 'otelcol', (program) => {
    const env = { OTELCOL_STORAGE: join(folder, 'otelcol') };
    expect(run(program, ['validate', '--config=observability/collector/config.yaml'], env)).toEqual({
      code: 0,
      said: '',
    });
  });

  check('Loki takes its file', loki, 'loki', (program) => {
    const env = { LOKI_STORAGE: join(folder, 'loki') };
    const args = ['-config.file=observability/loki/loki.yaml', '-config.expand-env=true', '-verify-config'];
    const { code, said } = run(program, args, env);
    expect([code, said]).toEqual([0, expect.stringContaining('config is valid')]);
  });

  check('Tempo takes its file', tempo, 'tempo', (program) => {
    const args = ['-config.file=observability/tempo/tempo.yaml', '-config.expand-env=true', '-config.verify=true'];
    const { code, said } = run(program, args);
    expect([code, said]).toEqual([0, expect.any(String)]);
  });

  const whole = 'docker-compose.yml';
  for (const files of [[whole], ['dev/docker-compose.yml'], [whole, 'docker-compose.replicas.yml']]) {
    check(`Compose takes ${files.join(' with ')}`, compose, 'docker with its Compose plugin', (program) => {
      const named = files.flatMap((file) => ['--file', file]);
      expect(run(program, ['compose', ...named, 'config', '--quiet'])).toEqual({ code: 0, said: '' });
    });
  }
});

describe('scripts/ci-tools.sh', () => {
  /** Where nothing can be installed and nothing is there but `programs`. */
  function bare(...programs: string[]) {
    const bin = mkdtempSync(join(tmpdir(), 'cc-bin-'));
    for (const name of ['bash', 'env', 'grep', 'id', 'sed']) {
      symlinkSync(run('sh', ['-c', `command -v ${name}`]).said.trim(), join(bin, name));
    }
    for (const name of programs) symlinkSync(process.execPath, join(bin, name));
    const result = run(join(bin, 'bash'), ['scripts/ci-tools.sh'], { PATH: bin, COMMANDCENTER_TOOLS: bin });
    rmSync(bin, { recursive: true });
    return result;
  }

  it('is no error where nothing can be had: it says what is missing', () => {
    const { code, said } = bare();
    expect(code).toBe(0);
    expect(said).toContain('no Chromium');
    expect(said).toContain('no Prometheus 3');
  });

  it.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])('is content with %s', (name) => {
    expect(bare(name).said).not.toContain('Chromium');
  });
});

describe('npm run dev:stack', () => {
  const stack = (args: readonly string[], env: NodeJS.ProcessEnv) =>
    run(process.execPath, ['dev/stack.mjs', ...args], env);

  it('says what to do where there is no docker', () => {
    const { code, said } = stack(['up'], { PATH: '/nonexistent' });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/no `docker` on the PATH\. Install .*`npm start` works without/),
    ]);
  });

  check('says what to do where docker does not answer', compose, 'docker with its Compose plugin', () => {
    const { code, said } = stack(['up'], { DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    expect([code, said]).toEqual([1, expect.stringMatching(/Docker does not answer: .*\nStart it/)]);
  });

  it('knows its commands', () => {
    const { code, said } = stack(['upp'], {});
    expect([code, said]).toEqual([2, expect.stringContaining('up | down')]);
  });
});
