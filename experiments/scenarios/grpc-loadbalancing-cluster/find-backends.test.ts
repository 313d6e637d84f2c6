// Finding the backends by calls, with a loader that answers as told.

import t from 'tap'
import type { LoadResult } from '../../../testbed/loader/load-result.ts'
import type { Loader } from '../../../testbed/loader/start-loader.ts'
import { findBackends } from './find-backends.ts'
import { HEADLESS } from './targets.ts'

const { signal } = new AbortController()

/** Each run is answered by the next of these backends; the last ones answer all further runs. */
function loaderThatMeets(...answers: readonly (readonly string[])[]) {
  let runs = 0
  const loader: Pick<Loader, 'run'> = {
    run: async (plan) => {
      t.match(plan, {
        target: HEADLESS.target,
        serviceConfig: { loadBalancingConfig: [{ round_robin: {} }] },
      })
      const backends = answers[Math.min(runs, answers.length - 1)] ?? []
      runs += 1
      const errors = backends.length === 0 ? { 'Name resolution failed': 3 } : {}
      return { shares: Object.fromEntries(backends.map((id) => [id, 1])), errors } as unknown as LoadResult
    },
  }
  return { loader, runs: () => runs }
}

t.test('it tries until all backends have answered one try', async (t) => {
  const { loader, runs } = loaderThatMeets([], ['echo-a'], ['echo-b', 'echo-a'])
  t.same(await findBackends(loader, HEADLESS, { expected: 2, signal }), ['echo-a', 'echo-b'])
  t.equal(runs(), 3)
})

t.test('a backend that has ended does not count with its successor', async (t) => {
  const { loader } = loaderThatMeets(['echo-a'], ['echo-b'], ['echo-b', 'echo-c'])
  t.same(await findBackends(loader, HEADLESS, { expected: 2, signal }), ['echo-b', 'echo-c'])
})

t.test('its patience ends with an error that names those that answered', async (t) => {
  const few = findBackends(loaderThatMeets(['echo-a']).loader, HEADLESS, {
    expected: 2,
    signal,
    patienceMs: -1,
  })
  await t.rejects(few, { code: 'process-failed', message: /^dns:\/\/\/echo-headless:50051: 0 of 2 / })
  const some = loaderThatMeets(['echo-a'])
  const aborting = new AbortController()
  const counting: Pick<Loader, 'run'> = {
    run: async (plan) => {
      const result = await some.loader.run(plan)
      aborting.abort()
      return result
    },
  }
  await t.rejects(findBackends(counting, HEADLESS, { expected: 2, signal: aborting.signal }), {
    message: /1 of 2 backends answered: echo-a\. See "kubectl get pods"/,
  })
})

t.test('the error has the last errors of calls', async (t) => {
  const aborting = new AbortController()
  const { loader } = loaderThatMeets([])
  const once: Pick<Loader, 'run'> = {
    run: (plan) => {
      aborting.abort()
      return loader.run(plan)
    },
  }
  await t.rejects(findBackends(once, HEADLESS, { expected: 3, signal: aborting.signal }), {
    message: /0 of 3 backends answered\. The last errors were: Name resolution failed\. See/,
  })
})
