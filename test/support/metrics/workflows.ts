const quick = { attempts: 3, delay: '50ms', factor: 1, jitter: false };

/** Every way a run can go, by id. `outside`: see Outside. */
export function everyWay(outside: string) {
  const get = (path: string) => ({ uses: 'http.request', with: { url: `${outside}${path}` } });
  const value = { uses: 'transform.value', with: { value: 1 } };
  const sleep = (ms: number) => ({ uses: 'worker.sleep', with: { ms } });
  return {
    succeeds: { cost: { perMinute: 6 }, steps: { a: value, b: { needs: ['a'], ...sleep(120) }, c: { needs: ['b'], ...get('/ok') } } },
    'side-by-side': { steps: { a: sleep(300), b: sleep(300) } },
    'fails-for-good': { steps: { a: get('/missing'), b: { needs: ['a'], ...value } } },
    recovers: { steps: { a: { ...get('/flaky/${{ run.id }}'), retry: quick } } },
    'gives-up': { steps: { a: { ...get('/down'), retry: quick } } },
    'step-too-slow': { steps: { a: { ...get('/hang'), timeout: '100ms', retry: { ...quick, attempts: 2 } } } },
    'run-too-slow': { timeout: '200ms', steps: { a: sleep(60_000), b: sleep(60_000) } },
    'output-too-large': { steps: { a: { uses: 'worker.big' } } },
    'goes-on': { steps: { a: { uses: 'worker.fail', continueOnError: true }, b: { needs: ['a'], ...value } } },
    'bad-condition': { steps: { a: value, b: { needs: ['a'], if: '${{ steps.a.output.x == 1 }}', ...value } } },
    'bad-input': { steps: { a: value, b: { needs: ['a'], uses: 'transform.value', with: { value: '${{ steps.a.output.x }}' } } } },
    spends: { steps: { a: { uses: 'worker.spend', with: { tokens: 0.25, gpu: 1.5 } } } },
    picky: { input: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } }, steps: { a: value } },
    'is-held': { steps: { a: get('/hold') } },
    'waits-long': { steps: { a: { ...get('/down'), retry: { ...quick, delay: '1h' } } } },
    'waits-a-while': { steps: { a: { ...get('/flaky/${{ run.id }}'), retry: { ...quick, delay: '700ms' } } } },
    'asks-in-haste': { steps: { ok: { approval: { message: 'Go on?', timeout: '150ms' } } } },
    'by-event': { on: { event: [{ type: 'thing.happened' }] }, steps: { a: value } },
    'by-alert': { on: { alert: [{ match: { alertname: 'Odd' } }] }, steps: { a: value } },
    'by-clock': { on: { schedule: [{ cron: '* * * * * *' }] }, steps: { a: value } },
  }; // prettier-ignore
}
