import { bornAtZero } from './engine/engine-metrics.js';
import { Tally } from './engine/tally.js';
import { instruments, labelValues, unknownPlugin } from './names.js';
import { MetricService } from './nest-otel.js';

type Kind = (typeof labelValues.faultKind)[number];

/** Counts what plugins let fall. It is there before any module of the hub, for a fault may be as early. */
export class PluginFaults {
  readonly #counter: Tally;

  /** `plugins`: as written in commandcenter.yaml. */
  constructor(plugins: readonly string[]) {
    const { name, unit, description } = instruments.pluginFaults;
    this.#counter = Tally.of(new MetricService().getObservableCounter(name, { unit, description }));
    bornAtZero(this.#counter, plugins.flatMap((plugin) => labelValues.faultKind.map((kind) => ({ plugin, kind })))); // prettier-ignore
    // An exception of nobody known ends the hub.
    bornAtZero(this.#counter, [{ plugin: unknownPlugin, kind: 'rejection' }]);
  }

  count(kind: Kind, plugin: string = unknownPlugin): void {
    this.#counter.add(1, { plugin, kind });
  }
}
