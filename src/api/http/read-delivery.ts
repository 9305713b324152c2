import type { FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import './body-parser.js';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const TEXT_TYPE = /^text\//i;

/** The body of a delivery that is genuine, as data. GitHub and Slack put JSON into the one field of a form. */
export async function readDelivery(
  request: FastifyRequest,
  body: Buffer,
): Promise<{ readonly data: unknown; readonly isForm: boolean }> {
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0) return { data: null, isForm: false };
  if (JSON_TYPE.test(type)) return { data: await json(request, body.toString()), isForm: false };
  if (FORM_TYPE.test(type)) return { data: await form(request, body.toString()), isForm: true };
  if (TEXT_TYPE.test(type)) return { data: body.toString(), isForm: false };
  throw new CcError(
    'CC_MEDIA_TYPE_UNSUPPORTED',
    `"${type}" is not read here; a webhook is sent as JSON, as a form or as text`,
  );
}

/** A name that is there twice is a list. */
async function form(request: FastifyRequest, text: string): Promise<unknown> {
  const fields = new URLSearchParams(text);
  const names = [...new Set(fields.keys())];
  const [only] = names;
  const payload = names.length === 1 && only === 'payload' ? fields.get('payload') : null;
  if (payload?.startsWith('{')) return json(request, payload);
  const values = names.map((name) => [name, fields.getAll(name)] as const);
  return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function json(request: FastifyRequest, text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.server.parseJson(request, text, (error, value) => (error === null ? resolve(value) : reject(error)));
  });
}
