import { webhookEvent } from './delivery.js';

describe('what names a delivery of Slack that has no name', () => {
  const idWith = (signature: string) =>
    webhookEvent(
      { path: 'slack', verify: { scheme: 'slack', secret: 'S' } },
      {
        headers: { 'x-slack-signature': signature },
        body: Buffer.alloc(0),
        data: { command: '/deploy' },
        receivedAt: new Date(0),
      },
    ).id;

  it('is its signature, in whatever case its letters come: all of them are genuine', () => {
    const hex = '0123456789abcdef'.repeat(4);
    expect(idWith(`v0=${hex}`)).toBe(`v0=${hex}`);
    expect(idWith(`v0=${hex.toUpperCase()}`)).toBe(`v0=${hex}`);
    expect(idWith(`V0=${hex.replace('a', 'A')}`)).toBe(`v0=${hex}`);
  });
});
