// `yard up` with real parts: its output, the other verbs, and its end.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { freePort } from '../../processes/free-port.ts'
import { generateDocument } from '../../testbed/document.ts'
import type { TestbedDescription } from '../../testbed/state-file.ts'
import { readToken } from '../../testbed/token-file.ts'
import { testFolder } from '../support/test-folder.ts'
import { processesOf, runYard, startYard, untilGone } from '../support/yard-with-envoy.ts'

async function up(t: Test, folder: string, ...args: readonly string[]) {
  const yard = startYard(t, folder, 'up', '--json', ...args)
  await yard.printed('{"admin"')
  const testbed: TestbedDescription = JSON.parse(yard.stdout())
  return { yard, testbed }
}

/** A client that sends the first byte of a body, which the control plane waits for. */
async function holdBackBody(t: Test, { admin, tokens }: TestbedDescription): Promise<void> {
  const { hostname, port } = new URL(admin)
  const client = connect(Number(port), hostname).on('error', () => {})
  t.teardown(() => client.destroy())
  const authorization = `Bearer ${await readToken(tokens, 'operator')}`
  const head = { host: hostname, authorization, 'content-type': 'application/json', expect: '100-continue' }
  const lines = Object.entries({ ...head, 'content-length': '1000' }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  client.write(`PATCH /v1/config HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n{`)
  await once(client, 'data')
}

t.test('yard up prints one line about its parts, and the other verbs work with it', async (t) => {
  const folder = testFolder(t)
  const other = join(folder, 'other')
  await mkdir(other)
  const { yard, testbed } = await up(t, folder, '--fleet', 'edge=2', '--fleet', 'canary=1', '--backends', '2')
  t.match(testbed, {
    admin: /^http:\/\/127\.0\.0\.1:\d+$/,
    xds: /^127\.0\.0\.1:\d+$/,
    fleets: {
      edge: [
        { node: 'edge-1', address: /^127\.0\.1\.1:\d+$/, admin: /^unix:\// },
        { node: 'edge-2', address: /^127\.0\.1\.2:\d+$/, admin: /^unix:\// },
      ],
      canary: [{ node: 'canary-1', address: /^127\.0\.1\.3:\d+$/, admin: /^unix:\// }],
    },
    backends: [{ id: 'b1' }, { id: 'b2' }],
  })

  t.match(await runYard(t, folder, 'status'), { code: 0, stdout: /edge +L4 +2 +2\n +canary +L4 +1 +1\n/ })
  t.match(await runYard(t, folder, 'lb', 'edge', 'l7', 'round_robin'), {
    code: 0,
    output: /ACKed by 2 Envoys/,
  })
  const called = await runYard(t, folder, 'call', 'edge', '-n', '40', '-c', '2', '-o', 'json')
  const { calls, failed, answeredBy } = JSON.parse(called.stdout)
  t.same([calls, failed, answeredBy.b1 + answeredBy.b2], [40, 0, 40])
  // Each of the two Envoys takes strict turns, and one of them may have had an odd number of calls.
  t.ok(Math.abs(answeredBy.b1 - 20) <= 1, `b1 answered ${answeredBy.b1}`)
  const port = String(testbed.fleets.edge?.[0]?.address).split(':')[1] ?? ''
  const answers = await Promise.all([
    runYard(t, folder, 'lb', 'canary', '-o', 'json'),
    runYard(t, folder, 'lb', 'nope'),
    runYard(t, folder, 'call', 'nope'),
    runYard(t, folder, 'up'),
    runYard(t, other, 'up', '--fleet', 'edge=1', '--port', port),
    runYard(t, folder, 'kill', 'b9'),
  ])
  t.match(answers, [
    { code: 0, stdout: /"mode": "l4"/ },
    { code: 2, output: /unknown fleet "nope"\. Use one of: canary, edge/ },
    { code: 2, output: /Use one of: edge, canary/ },
    { code: 1, output: /a testbed is running already \(process \d+\)/ },
    {
      code: 1,
      output: new RegExp(
        `fleets\\.edge\\.listeners\\.main\\.port: 127\\.0\\.1\\.1:${port} is in use by process \\d+ \\(.*envoy`,
      ),
    },
    { code: 2, output: /no part "b9" in this testbed\. Use one of: b\d, b\d, control-plane, / },
  ])
  t.ok(existsSync(join(folder, 'state', 'testbed', 'edge-2.log')), 'each node has a log')

  t.match(await runYard(t, folder, 'kill', 'backend', 'b1'), {
    code: 0,
    output: /killed backend b1 \(process \d+\)/,
  })
  await yard.printed('backend b1 is running again')
  t.match(await runYard(t, folder, 'kill', 'control-plane'), { code: 0 })
  await yard.printed('control plane is running again')
  t.match(yard.output(), /backend b1 ended \(SIGKILL\); it restarts in 1 s/)

  yard.kill('SIGTERM')
  t.equal(await yard.ended, 143)
  await untilGone(folder)
  t.match(await runYard(t, folder, 'status'), { code: 3, output: /no control plane is running here/ })
})

t.test("yard up --config serves the file with the file's backends, over a Unix socket in SotW", async (t) => {
  const folder = testFolder(t)
  // The path of a socket may have 107 bytes.
  const sockets = await mkdtemp(join(tmpdir(), 'yard-'))
  t.teardown(() => rm(sockets, { recursive: true }))
  const backends = [
    { id: 'left', address: `127.0.0.1:${await freePort()}` },
    { id: 'right', address: `unix:${sockets}/right.sock` },
  ]
  const file = join(folder, 'my.yaml')
  await writeFile(file, stringify(generateDocument(['edge'], backends, await freePort())))
  const socket = `unix:${sockets}/xds.sock`
  const flags = ['--config', file, '--backends', '2', '--xds', socket, '--protocol', 'sotw']
  const { yard, testbed } = await up(t, folder, ...flags)
  t.notMatch(yard.output(), 'nothing listens')
  t.match(testbed, { xds: socket, backends, fleets: { edge: [{ node: 'edge-1' }] } })
  const { stdout } = await runYard(t, folder, 'status', '-o', 'json')
  t.match(JSON.parse(stdout).nodes, [{ id: 'edge-1', state: 'SYNCED', streams: [{ protocol: 'sotw' }] }])
})

t.test('yard up --config without --backends warns about endpoints at which nothing listens', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'my.yaml')
  const address = `127.0.0.1:${await freePort()}`
  const document = stringify(generateDocument(['edge'], [{ id: 'b1', address }], await freePort()))
  await writeFile(file, document.replace('mode: l4', 'mode: l7').replace('"*"', 'shop.local'))
  const { yard } = await up(t, folder, '--config', file)
  t.match(yard.output(), `nothing listens at ${address}; "--backends 1" starts backends there\n`)
  t.match(await runYard(t, folder, 'call', 'edge', '-n', '2', '--authority', 'elsewhere.local'), {
    code: 1,
    output: /2 of 2 failed: UNIMPLEMENTED: no rule of the listener's routes matches this call or host\n$/,
  })
})

t.test(
  'yard reads and writes the document, reports a NACK, and all ends when yard is killed with -9',
  async (t) => {
    const folder = testFolder(t)
    const { yard: upYard, testbed } = await up(t, folder, '--fleet', 'edge=1', '--backends', '2')
    const file = join(folder, 'my.yaml')
    const yard = (...args: readonly string[]) => runYard(t, folder, ...args)
    const whole = await yard('get')
    t.match(parse(whole.stdout), { version: 1, fleets: { edge: { lb: { mode: 'l4' } } } })

    t.match(await yard('set', 'fleets.edge.lb.mode=l7', 'upstreams.echo.endpoints.b2=null'), {
      code: 0,
      stdout: '',
      output: /^revision 2: ACKed by 1 Envoy \(\d+ ms\)$/m,
    })
    t.match(await yard('get', 'fleets.edge.lb.mode', '-o', 'json'), { stdout: '"l7"\n' })
    t.match(await yard('get', 'upstreams', '-o', 'table'), {
      stdout: /^ {2}upstreams\.echo\.endpoints\.b1\.address +"127/m,
    })
    t.match(await yard('get', 'upstreams.echo.endpoints.b2'), { code: 2, output: /Use one of: b1/ })

    await writeFile(file, whole.stdout.replace('mode: l4', 'mode: l9'))
    t.match(await yard('apply', '-f', file), { code: 2, output: /my\.yaml:\d+:\d+ fleets\.edge\.lb\.mode: / })
    await writeFile(file, whole.stdout)
    t.match(await yard('apply', '-f', file), { code: 1, output: /fleets\.edge\.lb\.mode: "l4" → "l7"/ })
    t.match(await yard('apply', '-f', file, '--force'), { code: 0, output: /revision 3: ACKed by 1 Envoy/ })
    t.equal((await yard('get')).stdout, await readFile(file, 'utf8'))

    const notPrime = 'fleets.edge.lb={mode: l7, policy: maglev, tableSize: 65536}'
    t.match(await yard('set', notPrime), { code: 4, output: /edge-1 NACKed .*prime/s })
    t.match(
      await yard('status'),
      { code: 0, stdout: /edge +L4 +1 +1\n/ },
      'the accepted revision is in force again',
    )
    const { stdout } = await yard('history')
    t.match(
      stdout,
      /^ +5 +\w+ +system .*\n +4 +(rejected|rolled_back) +operator .*\n +3 +accepted +operator /m,
    )
    t.match(await yard('history', '2', '-o', 'json'), { stdout: /"mode": "l7"/ })
    t.match(await yard('history', '99'), { code: 2 })
    await writeFile(file, (await readFile(file, 'utf8')).replace('mode: l4', 'mode: l7'))
    t.match(await yard('apply', '-f', file), { code: 0 }, 'the document that the file came from is in force')

    t.ok(processesOf(folder).length >= 5, 'yard, a control plane, an Envoy and two backends run')
    await holdBackBody(t, testbed)
    upYard.kill('SIGKILL')
    await untilGone(folder)
    t.match(await yard('status'), { code: 3 }, 'its stale run file is ignored')
  },
)

t.test('a fleet that is missing in the file and an invalid file are reported', async (t) => {
  const folder = testFolder(t)
  const file = join(folder, 'my.yaml')
  await writeFile(file, stringify(generateDocument(['edge'], [], 10_000)))
  t.match(await runYard(t, folder, 'up', '--config', file, '--fleet', 'egde=1'), {
    code: 2,
    output: /egde: is not a fleet of Envoys in the document\. Use one of: edge/,
  })
  await writeFile(file, 'version: [')
  const invalid = await runYard(t, folder, 'up', '--config', file)
  t.equal(invalid.code, 2)
  t.match(invalid.output, /^.*my\.yaml is not valid YAML\n {2}.*my\.yaml:1:\d+: /m)
  t.notMatch(invalid.output, /exit code|control plane ended/)
  await untilGone(folder)
})
