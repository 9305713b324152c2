import { Action, type ActionContext, Agent, CancelledError, failureKind, TerminalError } from '@commandcenter/sdk';
import { type Connection, Connections } from './connections.js';
import { failureOf } from './failure.js';
import { inTransaction } from './session.js';
import { StatementInput, StatementOutput } from './statement-schema.js';

@Agent({ id: 'postgres', title: 'PostgreSQL', description: 'Asks and changes databases.' })
export class PostgresAgent {
  constructor(private readonly connections: Connections) {}

  @Action({ id: 'query', title: 'Ask, without changing', input: StatementInput, output: StatementOutput })
  async query(input: StatementInput, ctx: ActionContext): Promise<StatementOutput> {
    return this.#run(this.connections.get(input.connection), input, 'READ ONLY', ctx.signal);
  }

  @Action({ id: 'execute', title: 'Change data', input: StatementInput, output: StatementOutput })
  async execute(input: StatementInput, ctx: ActionContext): Promise<StatementOutput> {
    const connection = this.connections.get(input.connection);
    if (connection.options.readOnly) {
      throw new TerminalError(`${connection.name} is for reading only; readOnly: false in the options of the postgres plugin changes that`); // prettier-ignore
    }
    return this.#run(connection, input, 'READ WRITE', ctx.signal);
  }

  async #run(
    connection: Connection,
    { sql, parameters, maxRows }: StatementInput,
    mode: 'READ ONLY' | 'READ WRITE',
    signal: AbortSignal,
  ): Promise<StatementOutput> {
    const limits = { maxRows: Math.min(maxRows ?? Infinity, connection.options.maxRows), maxBytes: connection.options.maxBytes }; // prettier-ignore
    try {
      return await inTransaction(connection, { sql, parameters, ...limits }, mode, signal);
    } catch (thrown) {
      if (signal.aborted) throw new CancelledError(`The statement on ${connection.name} was stopped`);
      if (failureKind(thrown) !== undefined) throw thrown;
      throw failureOf(thrown, connection.name, (text) => this.connections.redact(text));
    }
  }
}
