// `yard init`: its document is valid, with its settings uncommented too.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { runYard, runYardWithInput } from '../../test/support/yard-process.ts'

t.test('yard init prints a valid document, also with each setting uncommented', async (t) => {
  const { code, stdout } = await runYard(t, t.testdir(), 'init')
  t.equal(code, 0)
  t.match(validateConfig(parse(stdout)), {
    fleets: { edge: { listeners: { main: { port: 10_000 } } } },
    upstreams: { backend: { endpoints: { b3: { address: '127.0.0.1:7103' } } } },
  })
  const uncommented = stdout.replace(/^( *)# (\w+: (?:\{.*\}|\w+))$/gm, '$1$2')
  t.match(validateConfig(parse(uncommented)), {
    upstreams: { backend: { healthCheck: {}, tls: {} } },
    routes: { public: { rules: { all: { timeout: '5s' } } } },
    secrets: { edge: {}, mesh: {} },
    fleets: { edge: { listeners: { main: { tls: {} } } } },
  })
})

t.test('flags set its values, and all that are invalid are reported', async (t) => {
  const folder = t.testdir()
  const out = join(folder, 'my.yaml')
  const flags = ['--fleet', 'on', '--port', '8443', '--endpoint', '10.0.0.5:7000', 'unix:/run/b.sock']
  const { code, stdout, output } = await runYard(t, folder, 'init', ...flags, '--out', out)
  t.same([code, stdout], [0, ''])
  t.match(
    output,
    `"yard up --config ${out} --backends 1" (with secrets, add --mtls)`,
    'the Unix socket is here',
  )
  t.match(validateConfig(parse(readFileSync(out, 'utf8'))), {
    fleets: { on: { listeners: { main: { port: 8443 } } } },
    upstreams: { backend: { endpoints: { b1: {}, b2: { address: 'unix:/run/b.sock' } } } },
  })
  t.match(await runYard(t, folder, 'init', '--fleet', 'a b', '--port', '0', '--endpoint', 'here'), {
    code: 2,
    output: /--fleet: is not a name .*--port: must be .*--endpoint: must be IP:PORT/s,
  })
})

t.test('an existing file is kept unless --force is given', async (t) => {
  const folder = t.testdir()
  const out = join(folder, 'my.yaml')
  writeFileSync(out, 'mine')
  t.match(await runYard(t, folder, 'init', '--out', out), { code: 2, output: /my\.yaml exists: .*--force/ })
  t.equal(readFileSync(out, 'utf8'), 'mine')
  const forced = await runYard(t, folder, 'init', '--out', out, '--force')
  t.match(forced, { code: 0, output: `"yard up --config ${out} --backends 3"` })
  const elsewhere = ['--endpoint', '10.0.0.5:7000', '--out', out, '--force']
  t.match(await runYard(t, folder, 'init', ...elsewhere), { output: `"yard up --config ${out}"` })
  t.match(readFileSync(out, 'utf8'), 'version: 1')
})

t.test(
  'three questions set the values: an invalid answer is asked again, an empty one is the default',
  async (t) => {
    const { code, stdout, output } = await runYardWithInput(
      t,
      t.testdir(),
      'front\n99999\n8080\n\n',
      'init',
      '--ask',
    )
    t.equal(code, 0)
    t.match(output, /Name of the fleet\? \[edge\] .*must be a port from 1 to 65535, not 99999/s)
    const document = validateConfig(parse(stdout))
    t.match(document, {
      fleets: { front: { listeners: { main: { port: 8080 } } } },
      upstreams: { backend: { endpoints: { b1: { address: '127.0.0.1:7101' } } } },
    })
    const early = await runYardWithInput(t, t.testdir(), 'front', 'init', '--ask')
    t.match(early, { code: 0, stdout: /port: 10000/ }, 'the end of the input takes the defaults')
  },
)
