/** Every way a run can wait, be a part of another, or do a step many times, by id. `outside`: see Outside. */
export function waitingWays(outside: string) {
  const get = (path: string) => ({ uses: 'http.request', with: { url: `${outside}${path}` } });
  const value = { uses: 'transform.value', with: { value: 1 } };
  const quick = { attempts: 2, delay: '20ms', factor: 1, jitter: false };
  const approval = { message: 'Go on?' };
  return {
    asks: { steps: { ok: { approval }, go: { needs: ['ok'], ...value } } },
    'asks-in-haste': { steps: { ok: { approval: { ...approval, timeout: '150ms' } } } },
    'asks-and-goes-on': { steps: { ok: { approval: { ...approval, timeout: '150ms', onTimeout: 'approve' } } } },
    'asks-in-vain': { timeout: '600ms', steps: { ok: { approval } } },
    'asks-and-writes': {
      steps: { ok: { approval }, each: { forEach: '${{ input.list }}', uses: 'transform.value', with: { value: '${{ item }}' } } },
    },
    sleeps: { steps: { a: value, nap: { needs: ['a'], sleep: '1h' }, b: { needs: ['nap'], ...value } } },
    naps: { steps: { nap: { sleep: '400ms' }, b: { needs: ['nap'], ...value } } },
    listens: { steps: { paid: { waitFor: { event: 'order.paid' } }, b: { needs: ['paid'], ...value } } },
    'listens-in-vain': { steps: { paid: { waitFor: { event: 'order.lost', timeout: '150ms' } } } },
    'is-held': { steps: { a: get('/hold'), b: { needs: ['a'], ...value } } },
    part: { steps: { a: value } },
    'bad-part': { steps: { a: get('/missing') } },
    whole: { steps: { sub: { workflow: 'part' }, b: { needs: ['sub'], ...value } } },
    'whole-of-bad': { steps: { sub: { workflow: 'bad-part' } } },
    'whole-of-sleeper': { steps: { sub: { workflow: 'sleeper' } } },
    sleeper: { steps: { nap: { sleep: '1h' } } },
    'lets-go': { steps: { a: value }, finally: { sub: { workflow: 'part', wait: false } } },
    'many-parts': { steps: { sub: { forEach: '${{ [1, 2, 3] }}', workflow: 'part' } } },
    many: { steps: { each: { forEach: '${{ input.list }}', uses: 'transform.value', with: { value: '${{ item }}' } } } },
    'many-flaky': { steps: { each: { forEach: '${{ [1, 2, 3] }}', retry: quick, ...get('/flaky-once/${{ run.id }}/${{ item }}') } } },
    'many-bad': {
      steps: {
        each: { forEach: "${{ ['/ok', '/missing', '/ok', '/missing'] }}", onItemFailure: 'continue', continueOnError: true, ...get('${{ item }}') },
        b: { needs: ['each'], ...value },
      },
    },
  }; // prettier-ignore
}

/** Those that a step of another one names. */
export const parts = ['part', 'bad-part', 'sleeper'];
