import { request, type IncomingMessage } from 'node:http';

export interface ServerEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: any;
}

/** A client of server-sent events that says what it got, and can stop reading. */
export class EventSourceClient {
  readonly events: ServerEvent[] = [];
  comments = 0;
  closed = false;
  #rest = '';
  readonly #waiting: (() => void)[] = [];

  private constructor(
    readonly response: IncomingMessage,
    readonly cut: () => void,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  static open(url: string, headers: Record<string, string>, method = 'GET'): Promise<EventSourceClient> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { headers, method, agent: false }, (response) =>
        resolve(new EventSourceClient(response, () => sent.destroy())),
      );
      sent.on('error', reject).end();
    });
  }

  get types(): string[] {
    return this.events.map(({ event, data }) => event ?? (data.type as string));
  }

  get ids(): number[] {
    return this.events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
  }

  async until(fits: (client: EventSourceClient) => boolean): Promise<this> {
    const late = Date.now() + 15_000;
    while (!fits(this)) {
      if (Date.now() > late) throw new Error(`after 15 s: ${JSON.stringify(this.events)}, closed: ${this.closed}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, 500);
      });
    }
    return this;
  }

  end(): Promise<this> {
    return this.until(({ closed }) => closed);
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => /^(\w*): ?(.*)$/s.exec(line)!);
      if (lines[0]![1] === '') this.comments += 1;
      const field = (name: string) => lines.find((line) => line[1] === name)?.[2];
      const [id, event, data] = [field('id'), field('event'), field('data')];
      if (data === undefined) continue;
      this.events.push({
        ...(id !== undefined && { id }),
        ...(event !== undefined && { event }),
        data: JSON.parse(data),
      });
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
