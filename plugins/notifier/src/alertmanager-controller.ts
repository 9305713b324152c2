import { PluginMetrics, Public } from '@commandcenter/sdk';
import { BadRequestException, Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Intake } from './intake.js';
import { Notification } from './payload.js';
import { AlertmanagerToken } from './token.js';

/** Told by path; the rest are counted. */
const MOST_PROBLEMS = 50;

@Controller()
export class AlertmanagerController {
  constructor(
    private readonly intake: Intake,
    private readonly metrics: PluginMetrics,
  ) {}

  /** Alertmanager tries again after a 5xx only, so 2xx means durable, and 400 that trying again cannot help. */
  @Post('alertmanager')
  @HttpCode(202)
  @Public({ verify: AlertmanagerToken })
  async notify(@Body() body: unknown) {
    const parsed = Notification.safeParse(body);
    if (parsed.success) return this.intake.take(parsed.data);
    this.metrics.add('notifier_notifications_total', 1, { result: 'refused' });
    const { issues } = parsed.error;
    const told = issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    const left = issues.length - told.length;
    throw new BadRequestException(
      `Not a notification of Alertmanager: ${told.join('; ')}${left > 0 ? `; and ${left} more` : ''}`,
    );
  }
}
