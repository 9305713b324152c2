/** What the API tests run: file name -> text. */
export const workflows = {
  'hello.yaml':
    'id: hello\nsteps:\n  greet: { uses: transform.value, with: { value: Hello } }\noutput: ${{ steps.greet.output }}\n',
  'order.yaml': `id: order
name: Take an order
input:
  type: object
  required: [item]
  additionalProperties: false
  properties: { item: { type: string, pattern: "^(a+)+$" }, count: { type: integer, minimum: 1, default: 1 } }
steps:
  total: { uses: transform.value, with: { value: "\${{ input.count * 2 }}" } }
output: \${{ steps.total.output }}
`,
  'waits.yaml': `id: waits
steps:
  call: { uses: http.request, with: { url: "http://127.0.0.1:1/" }, retry: { attempts: 3, delay: 1h } }
`,
  'paid.yaml': `id: paid
on: { event: [{ type: order.paid, if: "\${{ event.data.total > 100 }}", input: "\${{ event.data }}" }] }
steps:
  note: { uses: transform.value, with: { value: "\${{ input.total }}" } }
`,
  'nightly.yaml':
    'id: nightly\non: { schedule: [{ cron: "0 3 * * *", timezone: Europe/Zurich }] }\nsteps:\n  one: { uses: transform.value, with: { value: 1 } }\n',
  'asks.yaml':
    'id: asks\ncost: { perMinute: 60 }\nsteps:\n  ask: { uses: http.request, with: { url: "${{ input.url }}" } }\n',
  'broken.yaml': 'id: broken\nsteps:\n  one: { uses: nobody.knows }\n',
};
