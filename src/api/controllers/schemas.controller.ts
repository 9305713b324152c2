import { workflowJsonSchema } from '@commandcenter/sdk/definition';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { configJsonSchema } from '../../config/index.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

const jsonSchema = z.record(z.string(), z.unknown());

const workflowSchema = routeSpec({
  summary: 'JSON Schema of workflow files, for editors',
  access: 'public',
  answer: { status: 200, description: 'JSON Schema 2020-12', schema: jsonSchema },
});

const configSchema = routeSpec({
  summary: 'JSON Schema of commandcenter.yaml, for editors',
  access: 'public',
  answer: { status: 200, description: 'JSON Schema 2020-12', schema: jsonSchema },
});

@Controller('schemas')
export class SchemasController {
  @Get('workflow.json')
  @Route(workflowSchema)
  workflow() {
    return workflowJsonSchema;
  }

  @Get('config.json')
  @Route(configSchema)
  config() {
    return configJsonSchema();
  }
}
