// Tests that start Envoys run one after another, and unit tests start neither processes nor servers.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { readSources } from './import-closure.ts'
import { envoyTestsBesideOthers, unitTests } from './kinds-of-tests.ts'

const taprc: { readonly serial: readonly string[] } = parse(
  readFileSync(new URL('../../.taprc', import.meta.url), 'utf8'),
)

t.test('every test that can start an Envoy is in a folder that .taprc runs serially', async (t) => {
  const sources = readSources()
  t.same(envoyTestsBesideOthers(sources, taprc.serial), [])
  t.ok(
    envoyTestsBesideOthers(sources, []).includes('test/envoy/health-checks.test.ts'),
    'without serial folders they are found',
  )
})

const START = `import { runEnvoy } from '../envoy-bootstrap/run-envoy.ts'\n`
const TYPES = `import type { RunningEnvoy } from '../envoy-bootstrap/run-envoy.ts'\n`

t.test('an Envoy may be started by what a test imports, and a type starts none', async (t) => {
  const besideOthers = (support: string) =>
    envoyTestsBesideOthers(
      new Map([
        ['services/echo.test.ts', `import { start } from './start.ts'\n`],
        ['services/start.ts', support],
      ]),
      ['test/envoy'],
    )
  t.same(besideOthers(START), ['services/echo.test.ts'])
  t.same(besideOthers(TYPES), [])
})

t.test(
  'unit tests are those beside their sources that load nothing that starts processes or servers',
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
