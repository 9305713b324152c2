const last = (needs: string, value = '2') =>
  `last: { needs: [${needs}], uses: transform.value, with: { value: "${value}" } }`;
const first = 'first: { uses: transform.value, with: { value: 1 } }';

/** Workflows whose runs are rows while they wait, each for something else: a time, an event, a person. */
export const waits = {
  sleeper: `id: sleeper
input: { type: object, required: [at], properties: { at: { type: string, format: date-time } } }
steps:
  ${first}
  nap: { needs: [first], sleep: 90s }
  alarm: { needs: [first], until: "\${{ input.at }}" }
  ${last('nap, alarm')}
`,
  listener: `id: listener
input: { type: object, required: [door], properties: { door: { type: string } } }
steps:
  ${first}
  opened: { needs: [first], waitFor: { event: door.opened, if: "\${{ event.data.door == input.door }}" } }
  ${last('opened', '\${{ steps.opened.output.id }}')}
output: "\${{ steps.last.output }}"
`,
  asker: `id: asker
steps:
  ${first}
  ok: { needs: [first], approval: { message: "Go on?", approvers: ["role:approver"], timeout: 1h, onTimeout: reject } }
  ${last('ok', '\${{ steps.ok.output.comment }}')}
output: "\${{ steps.last.output }}"
`,
};
