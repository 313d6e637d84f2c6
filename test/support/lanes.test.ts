// How tests are spread over the cores.

import t from 'tap'
import { lanesOf } from './lanes.ts'

const ENVOY = ['test/envoy/flip.test.ts', 'examples/run-it/run-it.test.ts']
const OTHERS = ['core/memo.test.ts', 'test/proxyless/churn.test.ts']

t.test('tests of Envoys run one after another, and others on the cores that are left', async (t) => {
  const mixed = [OTHERS[0] ?? '', ...ENVOY, OTHERS[1] ?? '']
  t.strictSame(lanesOf(mixed, 4), [
    { files: ENVOY, jobs: 1 },
    { files: OTHERS, jobs: 3 },
  ])
  t.match(lanesOf(mixed, 1), [{ jobs: 1 }, { jobs: 1 }])
})

t.test('tests of one kind have one lane', async (t) => {
  t.strictSame(lanesOf(ENVOY, 4), [{ files: ENVOY, jobs: 1 }])
  t.strictSame(lanesOf(OTHERS, 4), [{ files: OTHERS }])
})
