// Tests that start Envoys are in folders whose tests run two at a time at most, unit tests start neither processes nor servers, and
// random tests have the same seed in each run.

import t from 'tap'
import { readSources } from './import-closure.ts'
import { isEnvoyTest, testsThatStartEnvoys, unitTests } from './kinds-of-tests.ts'

t.test(
  'every test that can start an Envoy is in a folder whose tests run two at a time at most',
  async (t) => {
    const found = testsThatStartEnvoys(readSources())
    t.ok(found.includes('test/envoy/health-checks.test.ts'))
    t.same(
      found.filter((path) => !isEnvoyTest(path)),
      [],
    )
  },
)

const START = `import { runEnvoy } from '../envoy-bootstrap/run-envoy.ts'\n`
const TYPES = `import type { RunningEnvoy } from '../envoy-bootstrap/run-envoy.ts'\n`

t.test('a test can start an Envoy through an import, and not through a type import', async (t) => {
  const found = (support: string) =>
    testsThatStartEnvoys(
      new Map([
        ['services/echo.test.ts', `import { start } from './start.ts'\n`],
        ['services/start.ts', support],
      ]),
    )
  t.same(found(START), ['services/echo.test.ts'])
  t.same(found(TYPES), [])
})

t.test(
  'unit tests are tests beside their sources that load no module for processes or servers',
  async (t) => {
    const sources = new Map([
      ['core/memo.test.ts', `import { memo } from './memo.ts'\n`],
      ['core/run.test.ts', `import { run } from './run.ts'\n`],
      ['core/run.ts', `import { spawn } from 'node:child_process'\n`],
      ['core/serve.test.ts', `import { Server } from '@grpc/grpc-js'\n`],
      ['core/status.test.ts', `import type { ServiceError } from '@grpc/grpc-js'\n`],
      ['test/house/rows.test.ts', ''],
    ])
    t.same(unitTests(sources), ['core/memo.test.ts', 'core/status.test.ts'])
  },
)

/** fast-check takes another seed in each run by itself. */
const UNSEEDED = /^import .* from 'fast-check'$|= .*Date\.now\(\) % /m

t.test('tests have their random values from test/support/fast-check.ts, whose seed is fixed', async (t) => {
  const paths = [...readSources()].flatMap(([path, text]) =>
    path.endsWith('.test.ts') && UNSEEDED.test(text) ? [path] : [],
  )
  t.same(paths, [])
  t.match(`import fc from 'fast-check'\n`, UNSEEDED, 'twin')
})
