// `yard lint`: all problems of a document in one round, with line and column, without a control plane.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { sampleConfig } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { runYard, runYardWithInput } from '../../test/support/yard-process.ts'

const BROKEN = `version: 1
upstreams:
  echo:
    endpoints:
      b1: { address: "127.0.0.1" }
      b2: { address: "127.0.0.1:7102", wieght: 2 }
routes:
  public: { hosts: ["*"], rules: { all: { match: {}, to: { ehco: 1 } } } }
fleets:
  edge:
    kind: envoy
    lb: { mode: l7, policy: round_robbin }
    listeners:
      main: { port: 10000, l7: { routes: pubic } }
      second: { port: 10000, l7: { routes: public } }
`

t.test('yard lint lists problems of the shape beside references to nothing, by line', async (t) => {
  const file = join(testFolder(t), 'my.yaml')
  writeFileSync(file, BROKEN)
  const { code, stdout, output } = await runYard(t, t.testdirName, 'lint', file)
  t.equal(code, 2)
  t.equal(stdout, '')
  const found = [...output.matchAll(/my\.yaml:(\d+:\d+) (\S+): /g)].map(
    ([, place, path]) => `${place} ${path}`,
  )
  t.same(found, [
    '5:13 upstreams.echo.endpoints.b1.address',
    '6:40 upstreams.echo.endpoints.b2.wieght',
    '8:60 routes.public.rules.all.to.ehco',
    '12:21 fleets.edge.lb.policy',
    '14:34 fleets.edge.listeners.main.l7.routes',
    '15:17 fleets.edge.listeners.second.port',
  ])
  t.match(output, /^6 problems:$/m)
})

t.test('a valid file and standard input are accepted', async (t) => {
  const file = join(testFolder(t), 'my.yaml')
  writeFileSync(file, stringify(sampleConfig()))
  t.match(await runYard(t, t.testdirName, 'lint', file, file), {
    code: 0,
    output: /my\.yaml: valid\n.*: valid\n$/,
  })
  t.match(await runYardWithInput(t, t.testdirName, JSON.stringify(sampleConfig()), 'lint', '-'), {
    code: 0,
    output: '-: valid\n',
  })
})

t.test('text that is not YAML, an empty file and a missing one are errors', async (t) => {
  const file = join(testFolder(t), 'my.yaml')
  writeFileSync(file, 'version: [')
  t.match(await runYard(t, t.testdirName, 'lint', file), {
    code: 2,
    output: /^1 problem:\n.*my\.yaml:1:\d+: /,
  })
  writeFileSync(file, '')
  t.match(await runYard(t, t.testdirName, 'lint', file), {
    code: 2,
    output: /my\.yaml:1:1: must be a document/,
  })
  t.match(await runYard(t, t.testdirName, 'lint', '/no.yaml'), { code: 2, output: /cannot read \/no\.yaml/ })
})

t.test('T30: yard lint says which operation of a patch does not apply, by line', async (t) => {
  const file = join(testFolder(t), 'my.yaml')
  const document = (path: string) => `${stringify(sampleConfig())}    patches:
      own:
        enabled: true
        type: cluster
        resource: echo
        operations:
          - { op: add, path: /altStatName, value: x }
          - { op: remove, path: ${path} }
`
  writeFileSync(file, document('/alt_stat_name'))
  const { code, output } = await runYard(t, t.testdirName, 'lint', file)
  t.equal(code, 2)
  t.match(
    output,
    /my\.yaml:\d+:13 fleets\.edge\.patches\.own\.operations\[1\]: .*did you mean \/altStatName\?/,
  )
  writeFileSync(file, document('/altStatName'))
  t.match(await runYard(t, t.testdirName, 'lint', file), { code: 0 }, 'the accepted twin')
})
