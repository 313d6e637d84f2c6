// ghz itself, where it is or where Go can build it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startBackend } from '../../services/backend-server.ts'
import { repeatUntil } from '../../test/support/repeat-until.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { Authority } from '../certificates/authority.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { decodeHistogram } from '../measure/histogram.ts'
import type { GhzResult } from './read-ghz.ts'
import { runGhz } from './run-ghz.ts'

const PLAN = {
  connections: 2,
  loop: { kind: 'open', callsPerSecond: 200 },
  calls: { kind: 'unary' },
  warmUpSeconds: 0.2,
} as const satisfies Omit<LoadPlan, 'seconds' | 'target'>
const SECONDS = 0.5

/** On a busy machine half a second may pass without a call: then it runs once more, for longer. */
function untilCalls(run: (seconds: number) => Promise<GhzResult>): Promise<GhzResult> {
  return repeatUntil(
    (longer) => run(SECONDS * longer),
    ({ calls }) => calls > 0,
  )
}

t.test('O7.7: ghz runs a plan of ours, and its result has the form of ours', async (t) => {
  if (!requireTool(t, 'go')) return
  const backend = await startBackend({ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  t.teardown(() => backend.close())
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  const target = backend.address

  let pids: number[] = []
  let asked = 0
  const open = await untilCalls((seconds) => {
    pids = []
    asked = seconds
    return runGhz(group, { ...PLAN, target, seconds }, { folder, onStarted: (pid) => pids.push(pid) })
  })
  t.same(open.codes, { OK: open.calls })
  t.equal(open.seconds, asked)
  t.ok(decodeHistogram(open.histograms.service).totalCount > 0)
  t.equal(pids.length, 1)

  // Requests with a payload arrive as they were, all of them.
  const payload = { kind: 'unary', payloadBytes: 64, responseBytes: 64 } as const
  const loaded = await untilCalls((seconds) =>
    runGhz(group, { ...PLAN, target, seconds, calls: payload }, { folder }),
  )
  t.same(loaded.codes, { OK: loaded.calls })

  const stream = { kind: 'server-stream', messages: 3, responseBytes: 10 } as const
  const loop = { kind: 'closed', concurrency: 4 } as const
  const closed = await untilCalls((seconds) =>
    runGhz(group, { ...PLAN, target, seconds, loop, calls: stream }, { folder }),
  )
  t.same(closed.codes, { OK: closed.calls })

  await t.rejects(runGhz(group, { ...PLAN, seconds: SECONDS, target: 'no-port' }, { folder }), {
    code: 'invalid-argument',
  })
})

t.test('O7.7: ghz calls over a Unix socket and by TLS', async (t) => {
  if (!requireTool(t, 'go')) return
  const folder = testFolder(t)
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const authority = await Authority.create('ghz')
  const identity = await authority.issue({ name: 'b1', dns: ['localhost'], ips: ['127.0.0.1'] })
  const files = {
    ca: join(folder, 'ca.pem'),
    certificate: join(folder, 'b1.pem'),
    key: join(folder, 'b1.key'),
  }
  await writeFile(files.ca, authority.issued.certificate)
  await writeFile(files.certificate, identity.certificate)
  await writeFile(files.key, identity.key)
  const { ca, certificate, key } = files
  const socket = join(await mkdtemp(join(tmpdir(), 'ghz-')), 's')
  t.teardown(() => rm(dirname(socket), { recursive: true }))
  const [unix, tls] = await Promise.all([
    startBackend({ id: 'unix', listen: { path: socket }, latencyMs: 0 }),
    startBackend({
      ...{ id: 'tls', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 },
      tls: { certificate, key },
    }),
  ])
  t.teardown(() => Promise.all([unix.close(), tls.close()]))

  const overSocket = await untilCalls((seconds) =>
    runGhz(group, { ...PLAN, target: unix.address, seconds }, { folder }),
  )
  t.same(overSocket.codes, { OK: overSocket.calls })
  const overTls = await untilCalls((seconds) =>
    runGhz(group, { ...PLAN, target: tls.address, seconds, tls: { ca } }, { folder }),
  )
  t.same(overTls.codes, { OK: overTls.calls })
  // Without the authority, ghz trusts nobody who is not in the system's list.
  const refused = { ...PLAN, target: tls.address, seconds: SECONDS }
  const plain = await runGhz(group, refused, { folder }).catch(() => undefined)
  t.notOk(plain?.codes.OK, 'a server with TLS answers no call in plaintext')
})
