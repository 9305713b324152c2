import { Action, Agent, definePlugin, PluginLogger, PluginOptions, type PluginManifest } from '@commandcenter/sdk';
import { forwardRef, Inject, Injectable, Optional } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { z } from 'zod';
import { aboutInjection } from './check-injection.js';

const problems = (parts: Partial<PluginManifest>) =>
  [...aboutInjection(definePlugin({ name: 'p', version: '1.0.0', hub: '*', agents: [], ...parts }))].map(
    ({ path, message }) => `${path}: ${message}`,
  );

@Injectable()
class Store {
  constructor(readonly options: PluginOptions) {}
}

@Injectable()
class Needy {
  @Inject('PROPERTY') readonly property: unknown;
  @Optional() @Inject('ABSENT') readonly absent: unknown;
  constructor(
    readonly store: Store,
    readonly logger: PluginLogger,
    @Inject('TOKEN') readonly token: unknown,
    @Inject(forwardRef(() => Store)) readonly again: unknown,
    @Optional() @Inject('NOWHERE') readonly nowhere: unknown,
  ) {}
}

@Agent({ id: 'a', title: 'A' })
class NeedyAgent extends Needy {
  @Action({ id: 'do', title: 'Do', input: z.unknown(), output: z.unknown() })
  do() {
    return 1;
  }
}

const values = ['TOKEN', 'PROPERTY'].map((provide) => ({ provide, useValue: 1 }));

it('bears every way of asking for providers and ports', () => {
  const made = { provide: 'MADE', useFactory: () => 1, inject: [Store, { token: 'NOWHERE', optional: true }] };
  const other = { provide: 'OTHER', useClass: Needy };
  expect(problems({ agents: [NeedyAgent], providers: [Store, ...values, made, other] })).toEqual([]);
});

it('names what is missing, and where', () => {
  const made = { provide: 'MADE', useFactory: () => 1, inject: ['A', Store] };
  expect(problems({ agents: [NeedyAgent], providers: [made] })).toEqual([
    "providers.0: inject.0 is A, which is neither among the plugin's providers nor a port of the hub",
    "providers.0: inject.1 is Store, which is neither among the plugin's providers nor a port of the hub",
    "agents.0: parameter 1 of NeedyAgent is Store, which is neither among the plugin's providers nor a port of the hub",
    "agents.0: parameter 3 of NeedyAgent is TOKEN, which is neither among the plugin's providers nor a port of the hub",
    "agents.0: parameter 4 of NeedyAgent is Store, which is neither among the plugin's providers nor a port of the hub",
    "agents.0: NeedyAgent.property is PROPERTY, which is neither among the plugin's providers nor a port of the hub",
  ]);
});

it('refuses the insides of the container', () => {
  @Injectable()
  class Nosy {
    constructor(readonly modules: ModuleRef) {}
  }
  expect(problems({ providers: [Nosy] })).toEqual([expect.stringContaining('parameter 1 of Nosy is ModuleRef')]);
});

it('finds types the compiler did not write down', () => {
  const Plain = class Plain {
    constructor(readonly store: Store) {}
  };
  expect(problems({ providers: [Plain] })).toEqual([
    'providers.0: parameter 1 of Plain has no type Nest can see; compile with emitDecoratorMetadata, or say @Inject(...)',
  ]);
});
