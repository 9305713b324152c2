import { formatDuration, parseDuration } from '../duration.js';
import { didYouMean } from '../suggest.js';
import { checkTriggerCondition, checkTriggerInput, type InputCheck } from './check-trigger-input.js';
import { EVENT_NAMES, type Surroundings } from './expressions.js';
import { VERIFY_KEYS, WEBHOOK_KEYS } from './keys.js';
import type { Path } from './path.js';
import type { Report } from './report.js';
import { durationAt, mapAt, textAt, type JsonMap } from './shape.js';

const SCHEMES = ['github', 'slack', 'stripe', 'hmac-sha256', 'bearer'];
/** They sign the time with the body, so an old delivery can be told. */
const TIMED = ['slack', 'stripe'];
/** What their headers are called is up to the sender. */
const OWN_HEADERS = ['hmac-sha256', 'bearer'];

const PATH = /^[a-z0-9][a-z0-9_-]{0,99}$/;
/** A name of RFC 9110. */
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** Secrets of whoever calls: as names of deliveries they would be stored. */
const NEVER_STORED = ['authorization', 'proxy-authorization', 'cookie'];
const TOLERANCE_MS = { min: 1_000, max: 86_400_000 };

/** One entry of `on.webhook`. */
export function checkWebhook(value: unknown, path: Path, around: Surroundings, input: InputCheck | undefined): void {
  const { report } = around;
  const webhook = mapAt(report, path, value, WEBHOOK_KEYS);
  if (webhook === undefined) return;
  if (webhook['path'] === undefined) report.add(path, '"path" is missing, for example path: github');
  const hook = textAt(report, [...path, 'path'], webhook['path']);
  if (hook !== undefined && !PATH.test(hook)) {
    const help = 'small letters, digits, - and _, at most 100; it is the last part of POST /hooks/{path}';
    report.add([...path, 'path'], `"${hook.slice(0, 80)}" is not a path: ${help}`);
  }
  if (webhook['verify'] === undefined) {
    report.add(path, '"verify" is missing, for example verify: { scheme: github, secret: GITHUB_WEBHOOK_SECRET }');
  } else checkVerify(webhook['verify'], [...path, 'verify'], around);
  checkTriggerCondition(webhook['if'], [...path, 'if'], 'on.webhook.if', around);
  // Without `input` the body is the input, which nobody knows here.
  if (webhook['input'] !== undefined)
    checkTriggerInput(webhook['input'], [...path, 'input'], EVENT_NAMES, around, input);
}

function checkVerify(value: unknown, path: Path, { report, secrets }: Surroundings): void {
  const verify = mapAt(report, path, value, VERIFY_KEYS);
  if (verify === undefined) return;
  for (const key of ['scheme', 'secret']) {
    if (verify[key] === undefined)
      report.add(path, `"${key}" is missing, for example { scheme: github, secret: GITHUB_WEBHOOK_SECRET }`);
  }
  const secret = textAt(report, [...path, 'secret'], verify['secret']);
  if (secret !== undefined && secrets !== undefined && !secrets.includes(secret)) {
    const hint = didYouMean(secret, secrets);
    report.add(
      [...path, 'secret'],
      `the secret "${secret}" is not listed under "secrets" in commandcenter.yaml.${hint}`,
    );
  }
  const scheme = textAt(report, [...path, 'scheme'], verify['scheme']);
  if (scheme === undefined) return;
  if (!SCHEMES.includes(scheme)) {
    const hint = didYouMean(scheme, SCHEMES) || ` Known are: ${SCHEMES.join(', ')}.`;
    report.add([...path, 'scheme'], `there is no scheme "${scheme.slice(0, 80)}".${hint}`);
    return;
  }
  checkTolerance(verify['tolerance'], scheme, [...path, 'tolerance'], report);
  checkHeaders(verify, scheme, path, report);
}

function checkTolerance(value: unknown, scheme: string, path: Path, report: Report): void {
  if (value === undefined) return;
  if (!TIMED.includes(scheme)) {
    report.add(path, `${scheme} signs no time, so there is nothing to tolerate; remove this`, undefined, {
      inKey: true,
    });
    return;
  }
  durationAt(report, path, value, false);
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  const { min, max } = TOLERANCE_MS;
  if (ms !== undefined && (ms < min || ms > max))
    report.add(path, `this must be from ${formatDuration(min)} to ${formatDuration(max)}, not ${formatDuration(ms)}`);
}

function checkHeaders(verify: JsonMap, scheme: string, path: Path, report: Report): void {
  for (const key of ['header', 'deliveryHeader'] as const) {
    const value = verify[key];
    if (value === undefined) continue;
    const at = [...path, key];
    if (!OWN_HEADERS.includes(scheme)) {
      report.add(at, `the headers of ${scheme} are known; remove this`, undefined, { inKey: true });
      continue;
    }
    const name = textAt(report, at, value);
    if (name !== undefined && !HEADER.test(name)) report.add(at, `"${name.slice(0, 80)}" is not the name of a header`);
  }
  const { header, deliveryHeader } = verify;
  if (typeof deliveryHeader !== 'string') return;
  const name = deliveryHeader.toLowerCase();
  const proof = typeof header === 'string' ? header.toLowerCase() : 'x-signature';
  if (NEVER_STORED.includes(name) || name === proof) {
    report.add([...path, 'deliveryHeader'], 'this header proves who sent the delivery; it cannot name it as well');
  }
}
