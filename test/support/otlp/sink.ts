import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server as TcpServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type LogsRequest, logsOf, type SinkLog, type SinkSpan, spansOf, type TraceRequest } from './decode.js';

const require = createRequire(import.meta.url);
// The package that carries OpenTelemetry's own .proto files.
const protos = dirname(require.resolve('@elastic/mockotlpserver/package.json'));
const collector = 'opentelemetry/proto/collector';
const definitions = loadSync(['trace/v1/trace_service.proto', 'logs/v1/logs_service.proto'].map((file) => join(protos, collector, file)), {
  includeDirs: [protos], longs: String, enums: String, defaults: true, arrays: true, oneofs: true,
}); // prettier-ignore
const traceService = definitions['opentelemetry.proto.collector.trace.v1.TraceService'] as ServiceDefinition;
const logsService = definitions['opentelemetry.proto.collector.logs.v1.LogsService'] as ServiceDefinition;

/**
 * What the sink does with a batch: takes it; takes it and answers `slowMs` later; says UNAVAILABLE; never answers.
 * For what is not even a collector see BlackHole.
 */
export type Mode = 'normal' | { readonly slowMs: number } | 'refusing' | 'silent';

/** A collector for tests: an OTLP gRPC receiver that keeps what it gets. */
export class OtlpSink {
  readonly spans: SinkSpan[] = [];
  readonly logs: SinkLog[] = [];
  /** Calls of exporters, also those that were refused. */
  readonly calls = { traces: 0, logs: 0 };
  readonly #server = new Server({ 'grpc.max_receive_message_length': -1 });
  readonly #delayed = new Set<NodeJS.Timeout>();

  private constructor(
    public mode: Mode,
    public port: number,
  ) {
    const traces: handleUnaryCall<TraceRequest, object> = ({ request }, answer) => {
      this.calls.traces++;
      this.#answer(answer, () => this.spans.push(...spansOf(request)));
    };
    const logs: handleUnaryCall<LogsRequest, object> = ({ request }, answer) => {
      this.calls.logs++;
      this.#answer(answer, () => this.logs.push(...logsOf(request)));
    };
    this.#server.addService(traceService, { Export: traces });
    this.#server.addService(logsService, { Export: logs });
  }

  /** On 127.0.0.1; a random port unless one is named, as for a collector that comes back. */
  static async start({ mode = 'normal', port = 0 }: { mode?: Mode; port?: number } = {}): Promise<OtlpSink> {
    const sink = new OtlpSink(mode, port);
    sink.port = await new Promise<number>((listening, failed) => {
      sink.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? listening(bound) : failed(error),
      );
    });
    return sink;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** With all connections, at once: as a collector that crashes. */
  stop(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#server.forceShutdown();
  }

  #answer(answer: Parameters<handleUnaryCall<unknown, object>>[1], keep: () => void): void {
    const { mode } = this;
    if (mode === 'refusing') return answer({ code: status.UNAVAILABLE, details: 'the sink refuses' });
    if (mode === 'silent') return;
    keep();
    if (mode === 'normal') return answer(null, {});
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      answer(null, {});
    }, mode.slowMs);
    this.#delayed.add(timer);
  }
}

/** Takes TCP connections and what comes over them, and never says a word. */
export class BlackHole {
  connections = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: TcpServer) {
    server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket.on('error', () => undefined).resume());
    });
  }

  static async start(): Promise<BlackHole> {
    const server = createServer();
    const hole = new BlackHole(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return hole;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }
}
