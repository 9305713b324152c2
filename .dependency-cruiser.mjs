/** Rooms in the order of the arrows: each may import every room before its own row; rooms of one row never each other. */
const rows = [
  ['errors'],
  ['config'],
  ['telemetry'],
  ['database'],
  ['jobs'],
  ['events'],
  ['identity'],
  ['definitions'],
  ['plugin-host'],
  ['runs'],
  ['approvals', 'triggers', 'slo'],
  ['api'],
];
const usesWorkflow = ['definitions', 'plugin-host', 'runs', 'triggers', 'slo', 'api'];
const usesSdk = ['plugin-host', 'runs', 'approvals', 'api'];
const rooms = [...rows.flat(), 'workflow', 'cli'];

const tests = String.raw`\.(spec|int-spec|e2e-spec)\.ts$`;
const definition = '^sdk/src/definition/';
// @noble/hashes names a version by its content: SHA-256 in plain JavaScript, since node:crypto is I/O here.
const pure = ['@marcbachmann/cel-js', 're2js', 'yaml', 'ajv', 'ajv-formats', 'cron', 'lru-cache', '@noble/hashes'];
const purePackages = `(^|/)node_modules/(${pure.join('|')})/`;
const oneOf = (names) => `^src/(${names.join('|')})/`;

const room = (name, others, comment) => ({
  name: `room-${name}`,
  comment,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: tests },
  to: { path: '^src/', pathNot: oneOf([name, ...others]) },
});

const ordered = rows.flatMap((row, index) =>
  row.map((name) => {
    const left = [...rows.slice(0, index).flat(), ...(usesWorkflow.includes(name) ? ['workflow'] : [])];
    return room(name, left, `may import ${left.join(', ') || 'no room'}`);
  }),
);

export default {
  forbidden: [
    ...ordered,
    room('cli', ['errors', 'config', 'workflow'], 'a client of the HTTP API: errors, config and workflow only'),
    {
      name: 'room-workflow',
      comment: 'the pure core: errors, the definition half of the SDK, and packages that only compute',
      severity: 'error',
      from: { path: '^src/workflow/', pathNot: tests },
      to: { pathNot: ['^src/(workflow|errors)/', definition, purePackages] },
    },
    {
      name: 'known-rooms',
      comment: 'a new room is a decision: give it a place in the order first',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [oneOf([...rooms, 'main']), tests] },
      to: {},
    },
    {
      name: 'front-door',
      comment: 'outsiders enter a room by its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: tests },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'front-door-of-main',
      comment: 'the composition roots are outsiders, too',
      severity: 'error',
      from: { path: '^src/[^/]+[.]ts$', pathNot: tests },
      to: { path: '^src/[^/]+/', pathNot: ['^src/main/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'sdk-stands-alone',
      comment: 'a plugin author installs the SDK without the hub',
      severity: 'error',
      from: { path: '^sdk/src/', pathNot: tests },
      to: { path: '^(src|plugins|test|bench|dev)/' },
    },
    {
      name: 'sdk-definition-is-pure',
      comment: 'types and JSON Schema only',
      severity: 'error',
      from: { path: definition, pathNot: tests },
      to: { pathNot: definition },
    },
    {
      name: 'sdk-for-those-who-run-plugins',
      comment: `only ${usesSdk.join(', ')} speak to plugins; the others take sdk/definition`,
      severity: 'error',
      from: { path: '^src/', pathNot: [oneOf(usesSdk), tests] },
      to: { path: '^sdk/src/', pathNot: definition },
    },
    {
      name: 'plugins-stand-alone',
      comment: 'a plugin sees the SDK, npm and itself: never the hub, never another plugin',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/', pathNot: tests },
      to: { path: '^(src|plugins|test|bench|dev)/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'queue-behind-jobs',
      comment: 'only jobs knows the queue; the migrations bring its schema',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/jobs/', '^src/database/migrate[.]ts$', tests] },
      to: { path: '(^|/)node_modules/graphile-worker/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(src|sdk|plugins)/', pathNot: tests },
      to: { path: ['^(test|bench|dev)/', tests] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      comment: 'what the product imports stands in a package.json, and not under devDependencies',
      severity: 'error',
      from: { path: '^(src|sdk|plugins)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(sdk|plugins/[^/]+)/dist/' },
    combinedDependencies: true,
    // Types count: an arrow of types alone is an arrow.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
