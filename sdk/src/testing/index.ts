export { agentContract, type ActionExamples, type ContractOptions, type Example } from './agent-contract.js';
export { fakeContext, type FakeContext, type FakeContextOverrides, type Recorded } from './fake-context.js';
export { startPlugin, type StartedPlugin } from './start-plugin.js';
export { fakePorts, type FakePorts, type Measured } from './fake-ports.js';
export type { Delivery } from './fake-queue.js';
