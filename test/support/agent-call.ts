import type { AgentCall } from '../../src/plugin-host/index.js';

/** A call of `agent.action` as the engine would make it, with ears that hear nothing. */
export function agentCall(uses: string, input?: unknown, overrides: Partial<AgentCall> = {}): AgentCall {
  const [agent = '', action = ''] = uses.split('.');
  return {
    agent,
    action,
    input,
    run: { id: 'run', workflow: 'flow', version: 'v1' },
    step: 'step',
    attempt: 1,
    idempotencyKey: 'run/step',
    signal: new AbortController().signal,
    log: () => undefined,
    progress: () => undefined,
    cost: () => undefined,
    heartbeat: () => undefined,
    ...overrides,
  };
}
