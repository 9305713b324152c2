/** One message of the PostgreSQL protocol; `type` is empty for the first of a client, which has none. */
export interface WireMessage {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a byte stream of PostgreSQL's protocol (version 3) into messages. */
export class WireSplitter {
  #rest = Buffer.alloc(0);

  /** `startup`: the stream is a client's, whose first message has a length but no type. */
  constructor(private startup: boolean) {}

  push(chunk: Buffer): WireMessage[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: WireMessage[] = [];
    for (let next = this.#take(); next; next = this.#take()) messages.push(next);
    return messages;
  }

  #take(): WireMessage | undefined {
    const head = this.startup ? 0 : 1;
    if (this.#rest.length < head + 4) return undefined;
    const length = head + this.#rest.readInt32BE(head);
    if (this.#rest.length < length) return undefined;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.startup = false;
    return { type: head === 0 ? '' : String.fromCharCode(bytes[0]!), bytes };
  }
}

/** The zero-terminated texts at the start of a message's body. */
export function texts({ type, bytes }: WireMessage, count: number): string[] {
  const found: string[] = [];
  let from = type === '' ? 8 : 5; // a startup message has its version before the texts
  while (found.length < count && from < bytes.length) {
    const to = bytes.indexOf(0, from);
    if (to < 0) break;
    found.push(bytes.toString('utf8', from, to));
    from = to + 1;
  }
  return found;
}
