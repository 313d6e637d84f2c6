// The control plane as a process: what it prints, how it ends, and what it says when it cannot start.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { socketPath } from '../test/support/open-backend.ts'
import { sampleConfig, sampleWith } from '../test/support/sample-config.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { connectTo, DeltaClient, nodeOf } from '../test/support/xds-client.ts'
import { writeCertificates } from '../testbed/certificates/folder.ts'
import { readToken } from '../testbed/token-file.ts'
import { CLUSTER } from '../xds-server/index.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

interface Teardown {
  readonly teardown: (end: () => unknown) => unknown
}

function run(t: Teardown, ...flags: string[]) {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: 'pipe' })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** What it printed and how it ended. */
async function outcome(child: ReturnType<typeof run>) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, code }
}

async function ready(
  child: ReturnType<typeof run>,
): Promise<{ readonly admin: string; readonly xds: string; readonly tokens: string }> {
  const [line] = await once(createInterface(child.stdout), 'line')
  return JSON.parse(line)
}

/** Resolves when nobody listens at an address. */
async function untilRefused(address: string): Promise<void> {
  const { hostname, port } = new URL(`http://${address}`)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (!isOpen) return
  }
}

async function configFile(t: Test, content = stringify(sampleConfig())): Promise<string> {
  const file = join(testFolder(t), 'yard.yaml')
  await writeFile(file, content)
  return file
}

/** The first bytes of a body that does not come. The server answers 100 when it waits for it. */
const SLOW_PATCH =
  'PATCH /v1/config HTTP/1.1\r\nhost: x\r\ncontent-type: application/merge-patch+json\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n{'

const ENDINGS: readonly [title: string, flags: readonly string[], end: (child: ChildProcess) => void][] = [
  ['on SIGTERM', [], (child) => child.kill('SIGTERM')],
  ['on SIGINT', [], (child) => child.kill('SIGINT')],
  ['with --die-with-parent when its stdin closes', ['--die-with-parent'], (child) => child.stdin?.end()],
]

for (const [title, flags, end] of ENDINGS) {
  t.test(
    `it says where it serves, and ends cleanly ${title}, also while a client holds back its body`,
    async (t) => {
      const child = run(t, '--config', await configFile(t), ...flags)
      const { admin, xds } = await ready(child)
      t.match(xds, /^127\.0\.0\.1:\d+$/)
      const answer = await fetch(`${admin}/v1/fleets/edge/lb`)
      t.match(await answer.json(), {
        mode: 'l4',
        policy: 'round_robin',
        slowStart: { enabled: false },
        panicThreshold: 0,
        updateMergeWindow: '0s',
      })
      const { hostname, port } = new URL(admin)
      const client = connect(Number(port), hostname)
      t.teardown(() => client.destroy())
      client.write(SLOW_PATCH)
      await once(client, 'data')
      if (flags.length === 0) {
        child.stdin.end()
        await once(child.stdin, 'close')
        t.equal(
          (await fetch(`${admin}/healthz`)).status,
          200,
          'without --die-with-parent it stays when its stdin closes',
        )
        t.equal(child.exitCode, null)
      }
      const exited = once(child, 'exit')
      end(child)
      t.same(await exited, [0, null])
    },
  )
}

t.test(
  'X81, X83, X85: flags end old connections, wait for nodes at the end, and change limits',
  async (t) => {
    const flags = ['--connection-age', '1', '--close-grace', '60', '--xds-limit', 'streamsOfNode=1']
    const child = run(t, '--config', await configFile(t), ...flags)
    const { xds } = await ready(child)
    const channel = connectTo(t, xds)
    const open = async (id: string) => {
      const client = new DeltaClient(channel)
      client.send({ node: nodeOf(id, 'edge'), typeUrl: CLUSTER })
      return { client, response: await client.next() }
    }
    const old = await open('edge-1')
    const twin = new DeltaClient(channel)
    twin.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
    t.equal((await twin.raw.ended).code, status.RESOURCE_EXHAUSTED)
    old.client.ack(old.response)
    t.equal((await old.client.raw.ended).code, status.OK, 'by its age')
    const { client, response } = await open('edge-2')
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    // It listens no longer, and waits for the answer.
    await untilRefused(xds)
    t.equal(child.exitCode, null)
    client.ack(response)
    t.equal((await client.raw.ended).code, status.OK, 'by the end of the server')
    t.same(await exited, [0, null])
  },
)

t.test('an invalid configuration lists every problem with its place, with exit code 2', async (t) => {
  const file = await configFile(t, 'version: 2\nupstreams: {}\nroutes: {}\nfleet: {}\n')
  t.same(await outcome(run(t, '--config', file)), {
    stdout: '',
    stderr: [
      `${file} is not a valid configuration`,
      `  ${file}:1:1 fleets: is missing: write fleets by their names`,
      `  ${file}:1:1 version: must be 1, not 2`,
      `  ${file}:4:1 fleet: unknown field. Did you mean fleets? Use one of: version, upstreams, routes, secrets, jwt, fleets`,
      '',
    ].join('\n'),
    code: 2,
  })
})

t.test('a port in use, a missing file and unknown flags are one-line errors', async (t) => {
  const file = await configFile(t)
  const { admin, xds } = await ready(run(t, '--config', file))
  const cases: readonly [flags: string[], stderr: RegExp, code: number][] = [
    [['--config', file, '--admin', new URL(admin).host], /^the admin cannot listen on .* in use.*\n$/, 1],
    [['--config', file, '--xds', xds], /^127\.0\.0\.1:\d+ is in use.*\n$/, 1],
    [['--config', `${file}.gone`], /^the configuration cannot be read: ENOENT.*\n$/, 2],
    [['--confg', file], /^Unknown option '--confg'.*\n$/, 2],
    [
      ['--config', file, '--drain-time', '4s'],
      /^--drain-time 4s is not a number of seconds from 0 to 86400/,
      2,
    ],
    [
      ['--config', file, '--load-interval', '0'],
      /^--load-interval 0 is not a number of seconds from 0\.1 to 3600/,
      2,
    ],
    [[], /^--config FILE is missing: see --help\n$/, 2],
  ]
  for (const [flags, stderr, code] of cases) {
    t.match(await outcome(run(t, ...flags)), { stdout: '', stderr, code }, flags.join(' '))
  }
})

t.test('without the files of a secret, the error names the folder in which they are missing', async (t) => {
  const tls = { enabled: true, certificate: 'edge' }
  const secrets = { edge: { certificate: 'edge.pem', key: 'edge.key' } }
  const config = sampleWith({ secrets, 'fleets.edge.listeners.main.tls': tls })
  const folder = testFolder(t, { 'yard.yaml': stringify(config) })
  const at = (name: string) => join(folder, name)
  const start = (...flags: string[]) => run(t, ...flags, '--state', at('state'))
  const isMissing = async (flags: readonly string[], expected: string) => {
    const { stderr, code } = await outcome(start(...flags))
    t.equal(code, 2)
    t.match(stderr, /secrets\.edge\.certificate: edge\.pem is not there/)
    t.match(stderr, `are read from ${expected}; "yard serve --secrets FOLDER" reads another folder\n`)
  }
  const first = ['--config', at('yard.yaml'), '--xds', `unix:${await socketPath(t)}`]
  await isMissing(first, at('secrets'))
  await isMissing([...first, '--secrets', at('other')], at('other'))
  await writeCertificates(at('made'))
  const served = start(...first, '--secrets', at('made/secrets'))
  await ready(served)
  served.kill('SIGTERM')
  await once(served, 'exit')
  await isMissing(first.slice(2), at('state/secrets'))
  const unsent = await outcome(start('--secrets', at('made/secrets')))
  t.match(unsent.stderr, /secrets\.edge: is not sent over plaintext/)
  t.notMatch(unsent.stderr, /are read from/, 'the files are not what is wrong')
})

t.test('a revision in the state folder overrides the file, and needs no file', async (t) => {
  const file = await configFile(t)
  const flags = ['--state', join(t.testdirName, 'state')]
  const first = run(t, '--config', file, ...flags)
  const { admin, tokens } = await ready(first)
  t.equal(tokens, join(t.testdirName, 'state', 'tokens.json'))
  const headers = { authorization: `Bearer ${await readToken(tokens, 'operator')}` }
  await fetch(`${admin}/v1/fleets/edge/lb`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"mode":"l7"}',
  })
  t.match(await outcome(run(t, ...flags)), { stderr: /revisions\.sqlite is in use by another/, code: 1 })
  first.kill('SIGKILL')
  await once(first, 'exit')

  const second = run(t, '--config', file, ...flags)
  const complaint = once(createInterface(second.stderr), 'line')
  const again = await ready(second)
  t.match(await (await fetch(`${again.admin}/v1/fleets/edge/lb`, { headers })).json(), { mode: 'l7' })
  t.match((await complaint)[0], /yard\.yaml is ignored: .* already has a desired state/)
  second.kill('SIGTERM')
  await once(second, 'exit')

  const third = await ready(run(t, ...flags))
  t.match(await (await fetch(`${third.admin}/v1/fleets/edge/lb`, { headers })).json(), { mode: 'l7' })
})

t.test('incomplete mutual TLS flags, and an admin off loopback without tokens, are errors', async (t) => {
  const file = await configFile(t)
  const cases: readonly [flags: string[], stderr: RegExp][] = [
    [
      ['--xds-certificate', file, '--xds-key', file],
      /--xds-client-ca belong together: give all three or none/,
    ],
    [
      ['--xds-certificate', file, '--xds-key', file, '--xds-client-ca', file],
      /cannot be served over TLS with/,
    ],
    [['--admin-key', file], /--admin-certificate and --admin-key belong together: give both or none/],
    [['--admin-certificate', file, '--admin-key', file], /^REST cannot be served over TLS with/],
    [['--admin', '0.0.0.0:0'], /does not listen on 0\.0\.0\.0 without tokens/],
    [['--xds', '0.0.0.0:0'], /^xDS does not listen on 0\.0\.0\.0 in plaintext.*allow it by --insecure\n$/],
  ]
  for (const [flags, stderr] of cases) {
    t.match(
      await outcome(run(t, '--config', file, ...flags)),
      { stdout: '', stderr, code: 2 },
      flags.join(' '),
    )
  }
})

t.test('with --insecure it serves plaintext xDS off loopback', async (t) => {
  const { xds } = await ready(run(t, '--config', await configFile(t), '--xds', '0.0.0.0:0', '--insecure'))
  t.match(xds, /^0\.0\.0\.0:\d+$/)
})

t.test('--help tells what there is', async (t) => {
  t.match(await outcome(run(t, '--help')), { stdout: /^Usage: .*--config FILE/, stderr: '', code: 0 })
})
