import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service, ServiceAccount } from 'kubernetes-models/v1';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config/index.js';
import { readFolders } from '../src/definitions/read-folders.js';
import { root } from './support/stack/compose.js';

/** Each document says what it is. */
const models = {
  'v1/ConfigMap': ConfigMap,
  'v1/Service': Service,
  'v1/ServiceAccount': ServiceAccount,
  'apps/v1/Deployment': Deployment,
  'policy/v1/PodDisruptionBudget': PodDisruptionBudget,
} as const;
type Kind = keyof typeof models;
type Written = { apiVersion: string; kind: string; metadata: { name: string }; [key: string]: any };

const text = readFileSync(join(root, 'docs/deploy/kubernetes.yaml'), 'utf8');
const documents = parseAllDocuments(text, { merge: true }).map((document) => document.toJS() as Written);
const kindOf = ({ apiVersion, kind }: Written) => `${apiVersion}/${kind}` as Kind;
const find = (kind: string, name = 'commandcenter') =>
  documents.find((document) => document.kind === kind && document.metadata.name === name)!;

function validate(document: Written): void {
  new models[kindOf(document)](document as never).validate();
}

/** What the schema lets pass: a key that it does not know. The types know them all. */
function strangers(written: readonly Written[]): string[] {
  const file = join(root, 'test', 'kubernetes.manifest.ts');
  const source = written
    .map((document, n) => {
      const [group, kind] = [document.apiVersion, document.kind];
      const json = JSON.stringify(document, null, 1);
      return `import type { I${kind} as K${n} } from 'kubernetes-models/${group}';\nexport const d${n}: K${n} = ${json};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023) : getSourceFile(path, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('docs/deploy/kubernetes.yaml', () => {
  it.each(documents.map((document) => [`${document.kind} ${document.metadata.name}`, document]))(
    '%s is what its schema asks for',
    (_, document) => expect(() => validate(document)).not.toThrow(),
  );

  it('has no key that Kubernetes does not know', () => expect(strangers(documents)).toEqual([]), 60_000);

  it('is held by the schema and by the types: a fault in either is found', () => {
    const wrong = structuredClone(find('Deployment'));
    wrong['spec'].replicas = 'two';
    expect(() => validate(wrong)).toThrow(/replicas/);
    const unknown = structuredClone(find('Deployment'));
    unknown['spec'].template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
    expect(strangers([unknown])).toEqual([expect.stringContaining('readOnlyRootFileSystem')]);
  }, 60_000);

  const pod = find('Deployment')['spec'].template.spec;
  const [hub] = pod.containers;

  it('runs two replicas of the image, and never fewer than one', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect([find('Deployment')['spec'].replicas, hub.image]).toEqual([2, `commandcenter:${version}`]);
    expect(find('PodDisruptionBudget')['spec'].minAvailable).toBe(1);
    const labels = find('Deployment')['spec'].template.metadata.labels;
    expect(find('Service')['spec'].selector).toEqual(labels);
    expect(find('PodDisruptionBudget')['spec'].selector.matchLabels).toEqual(labels);
  });

  it('gives a replica more time to stop than it takes', () => {
    const { graceMs, abortGraceMs } = loadConfig({}, root).engine;
    const closeSlackMs = 15_000; // of src/main/start.ts
    const sleepMs = hub.lifecycle.preStop.sleep.seconds * 1_000;
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(sleepMs + graceMs + abortGraceMs + closeSlackMs);
  });

  it('is not root, cannot become it, and writes where it has to only', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
    expect(hub.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const writable = hub.volumeMounts.filter((mount: { readOnly?: boolean }) => !mount.readOnly);
    expect(writable.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/app/.commandcenter', '/tmp']);
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    expect(hub.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(volumes);
  });

  it('takes secrets from a Secret, by name', () => {
    const given = hub.env.filter(({ name }: { name: string }) => /URL|TOKEN|KEY|PASSWORD/.test(name));
    expect(given.length).toBeGreaterThan(1);
    for (const { name, valueFrom, value } of given) {
      expect([value, valueFrom]).toEqual([undefined, { secretKeyRef: { name: 'commandcenter', key: name } }]);
    }
  });

  it('probes what the hub answers, by the names of its ports', () => {
    const ports = Object.fromEntries(hub.ports.map((port: any) => [port.name, port.containerPort]));
    expect(ports).toEqual({ http: 3000, metrics: 9464 });
    const paths = [hub.startupProbe, hub.livenessProbe, hub.readinessProbe].map(({ httpGet }) => httpGet);
    expect(paths).toEqual(['/health/live', '/health/live', '/health/ready'].map((path) => ({ path, port: 'http' })));
    expect(find('Service')['spec'].ports[0].targetPort).toBe('http');
  });

  it('carries a configuration and workflows that the hub takes, mounted as Kubernetes mounts them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cc-configmap-'));
    try {
      const { data } = find('ConfigMap');
      for (const [name, content] of Object.entries<string>(data)) writeFileSync(join(folder, name), content);
      // Files of a ConfigMap are links into a folder that one rename replaces.
      const workflows = join(folder, 'workflows');
      mkdirSync(join(workflows, '..2026'), { recursive: true });
      symlinkSync('..2026', join(workflows, '..data'));
      for (const [name, content] of Object.entries<string>(find('ConfigMap', 'commandcenter-workflows')['data'])) {
        writeFileSync(join(workflows, '..2026', name), content);
        symlinkSync(join('..data', name), join(workflows, name));
      }
      expect(loadConfig({}, folder).plugins).toMatchObject([{ use: 'transform' }, { use: 'http' }]);
      const { good, bad } = await readFolders([workflows], folder, {});
      expect([good.map(({ file }) => file), bad]).toEqual([['workflows/hello.yaml'], []]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
