import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PluginDirectory } from '../../plugin-host/index.js';
import { agent, plugin } from '../answers/plugin.js';
import { pageOf } from '../answers/page.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const listPlugins = routeSpec({
  summary: 'Plugins of this hub, and what became of each',
  access: 'viewer',
  query: sliceQuery,
  answer: { status: 200, description: 'All plugins commandcenter.yaml lists', schema: pageOf(plugin) },
});

const listAgents = routeSpec({
  summary: 'What steps can use, with the schemas of input and output',
  access: 'viewer',
  query: sliceQuery,
  answer: { status: 200, description: 'All agents of the loaded plugins', schema: pageOf(agent) },
});

@Controller('api/v1')
export class PluginsController {
  constructor(private readonly directory: PluginDirectory) {}

  @Get('plugins')
  @Route(listPlugins)
  plugins(@Req() request: FastifyRequest) {
    const { query } = read(listPlugins, request);
    const items = this.directory
      .list()
      .map((view) => (view.status === 'loaded' ? { ...view, agents: view.agents.map(({ id }) => id) } : view));
    return slice(items, query);
  }

  @Get('agents')
  @Route(listAgents)
  agents(@Req() request: FastifyRequest) {
    const { query } = read(listAgents, request);
    const items = this.directory
      .list()
      .flatMap((view) => (view.status === 'loaded' ? view.agents.map((one) => ({ ...one, plugin: view.name })) : []));
    return slice(items, query);
  }
}
