import { Injectable } from '@nestjs/common';
import { CancelledError } from '@commandcenter/sdk';
import { CcError, type ErrorCode } from '../errors/index.js';
import type { AgentCall, AgentResult } from './agent-call.js';
import { HostContext, type PluginScope } from './host-context.js';
import type { LoadedAction, LoadedAgent } from './loaded-plugin.js';
import { isPromiseLike, problemsOf, summaryOf, type Issue } from './validate.js';

type Method = (input: unknown, context: HostContext) => unknown;

interface BoundAction extends LoadedAction {
  readonly instance: object;
  readonly run: Method;
  readonly scope: PluginScope;
}

interface BoundAgent extends LoadedAgent {
  readonly bound: ReadonlyMap<string, BoundAction>;
}

/**
 * Every agent of every loaded plugin, ready to be called. `invoke` is on the engine's hot path: all that can be known
 * beforehand is bound at registration, it awaits only what is a promise, and it does not touch `call.signal`, which is
 * made when somebody asks for it.
 */
@Injectable()
export class AgentRegistry {
  readonly #agents = new Map<string, BoundAgent>();

  register(agent: LoadedAgent, instance: object, scope: PluginScope): void {
    if (this.#agents.has(agent.id)) {
      throw new CcError('CC_PLUGIN_AGENT_CLASH', `Agent ${agent.id} is registered twice; rename one of the two`);
    }
    const bound = new Map(agent.actions.map((action) => [action.id, bind(action, instance, scope)]));
    this.#agents.set(agent.id, { ...agent, bound });
  }

  /** Of a plugin that broke: from now on nobody offers them. */
  forget(agents: readonly LoadedAgent[]): void {
    for (const { id } of agents) this.#agents.delete(id);
  }

  get(id: string): LoadedAgent | undefined {
    return this.#agents.get(id);
  }

  list(): readonly LoadedAgent[] {
    return [...this.#agents.values()];
  }

  /** Throws what the action threw, or a CcError of the host's own; `failureOf` tells what either means. */
  async invoke(call: AgentCall): Promise<AgentResult> {
    const action = this.#agents.get(call.agent)?.bound.get(call.action);
    if (action === undefined) throw unknownAction(call);

    const checking = action.validateInput(call.input);
    const input = isPromiseLike(checking) ? await checking : checking;
    if (input.issues) throw invalid('CC_STEP_INPUT_INVALID', 'The input of', call, 'with', input.issues);

    const context = new HostContext(call, action.scope);
    let answer: unknown;
    try {
      answer = action.run.call(action.instance, input.value, context);
      if (isPromiseLike(answer)) answer = await answer;
    } catch (thrown) {
      throw isAbort(thrown, call.signal) ? new CancelledError(undefined, { cause: thrown }) : thrown;
    }

    const judging = action.validateOutput(answer);
    const output = isPromiseLike(judging) ? await judging : judging;
    if (output.issues) throw invalid('CC_STEP_OUTPUT_INVALID', 'The output of', call, 'output', output.issues);
    return { output: output.value ?? null, emitted: HostContext.emittedBy(context) };
  }
}

function bind(action: LoadedAction, instance: object, scope: PluginScope): BoundAction {
  const run = (instance as Record<PropertyKey, unknown>)[action.method] as Method;
  return { ...action, instance, run, scope };
}

/** What fetch, timers and streams throw when the signal they were given is aborted. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (thrown === signal.reason || (thrown as Error | undefined)?.name === 'AbortError');
}

function unknownAction({ agent, action }: AgentCall): CcError {
  return new CcError(
    'CC_AGENT_UNKNOWN',
    `No loaded plugin offers ${agent}.${action}; list its plugin in commandcenter.yaml`,
  );
}

function invalid(code: ErrorCode, what: string, call: AgentCall, root: string, issues: readonly Issue[]): CcError {
  const problems = problemsOf(issues, root);
  return new CcError(code, `${what} ${call.agent}.${call.action} is wrong: ${summaryOf(problems)}`, { problems });
}
