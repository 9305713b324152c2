/** An OTLP receiver (gRPC) in a process of its own that takes everything and keeps nothing; prints its port. */
import { Server, ServerCredentials, type ServiceDefinition, type UntypedHandleCall } from '@grpc/grpc-js';

const raw = (bytes: Buffer) => bytes;

/** Bytes in, an empty answer out: what an exporter asks of a collector, without the decoding. */
function service(name: string): ServiceDefinition {
  const path = `/opentelemetry.proto.collector.${name}/Export`;
  const method = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  };
  return { Export: method };
}

const accept: UntypedHandleCall = (_call: unknown, answer: (error: null, value: Buffer) => void) =>
  answer(null, Buffer.alloc(0));
const server = new Server({ 'grpc.max_receive_message_length': -1 });
server.addService(service('trace.v1.TraceService'), { Export: accept });
server.addService(service('logs.v1.LogsService'), { Export: accept });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send!(port);
});
process.on('disconnect', () => process.exit(0));
