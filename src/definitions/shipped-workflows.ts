/** A workflow in the manifest of a loaded plugin; its grammar was checked when the plugin was loaded. */
export interface ShippedWorkflow {
  readonly plugin: string;
  readonly definition: unknown;
}

/** The workflows that come with the loaded plugins. Provided by the plugin host. */
export abstract class ShippedWorkflows {
  abstract list(): readonly ShippedWorkflow[];
}
