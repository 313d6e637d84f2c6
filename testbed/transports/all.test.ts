// Each transport carries a real gRPC call, and its counters show that the call took that way and no other.

import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { leavesNothing } from '../../test/support/namespaces.ts'
import { socketPath } from '../../test/support/open-backend.ts'
import { startBackend } from '../backend.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { startLoader } from '../loader/start-loader.ts'
import { TRANSPORTS } from './all.ts'
import type { LaidTransport, Transport } from './transport.ts'

const PAYLOAD_BYTES = 20_000
const LEAST_CALLS = 3

const PLAN: Omit<LoadPlan, 'seconds'> = {
  connections: 1,
  loop: { kind: 'closed', concurrency: 1 },
  calls: { kind: 'unary', payloadBytes: PAYLOAD_BYTES },
  warmUpSeconds: 0,
}

/** What a transport's way is: counters that get the bytes or packets of calls, and those that get none. */
const WAYS: Readonly<
  Record<string, { readonly carries: readonly string[]; readonly carriesNothing?: readonly string[] }>
> = {
  uds: { carries: [], carriesNothing: ['client/lo bytes', 'server/lo bytes'] },
  loopback: { carries: ['pod/lo bytes'] },
  veth: { carries: ['client/eth0 bytes', 'server/eth0 bytes'] },
  bridge: { carries: ['client/eth0 bytes', 'node/veth1 bytes', 'node/veth2 bytes', 'server/eth0 bytes'] },
  nftables: { carries: ['node/veth1 bytes', 'node/veth2 bytes', 'node/nft service-dnat packets'] },
  calico: {
    carries: [
      'node/cali1 bytes',
      'node/cali2 bytes',
      'node/nft allowed packets',
      'node/nft established packets',
    ],
    carriesNothing: ['node/nft denied packets'],
  },
  vxlan: {
    carries: ['node1/flannel.1 bytes', 'node1/eth0 bytes', 'node2/eth0 bytes', 'node2/flannel.1 bytes'],
  },
  direct: {
    carries: ['node1/cali1 bytes', 'node1/eth0 bytes', 'node2/eth0 bytes', 'node2/nft allowed packets'],
    carriesNothing: ['node1/nft denied packets', 'node2/nft denied packets'],
  },
  'lan-1500': { carries: ['switch1/left bytes', 'switch1/right bytes'] },
  'lan-9000': { carries: ['switch1/left bytes', 'switch1/right bytes'] },
  'lan-no-offloads': { carries: ['switch1/left bytes', 'switch1/right bytes'] },
  'lan-two-switches': { carries: ['switch1/left bytes', 'switch2/right bytes'] },
  'lan-three-switches': { carries: ['switch1/left bytes', 'switch2/left bytes', 'switch3/right bytes'] },
  'node-port': {
    carries: [
      ...['node1/eth0 bytes', 'node2/eth0 bytes', 'node2/veth1 bytes'],
      ...['node1/nft service-dnat packets', 'node1/nft service-snat packets'],
    ],
  },
  'load-balancer': {
    carries: [
      ...['balancer/outside bytes', 'balancer/inside bytes', 'node/veth1 bytes'],
      'balancer/nft service-dnat packets',
    ],
    carriesNothing: ['balancer/nft service-snat packets'],
  },
  headless: { carries: ['client/eth0 bytes', 'server/eth0 bytes', 'DNS queries', 'dns/eth0 packets'] },
  ...Object.fromEntries(
    TRANSPORTS.filter(({ family }) => family === 'internet').map(({ id }) => [
      id,
      { carries: ['near/near bytes', 'far/far bytes', 'link to-far packets', 'link to-near packets'] },
    ]),
  ),
}

const canBeLaid = TRANSPORTS.filter(({ missing }) => missing() === undefined)

/** Calls a backend in the server's namespace from a process in the client's. @returns how many calls were answered */
async function callOver(t: Test, laid: LaidTransport): Promise<number> {
  const backend = await startBackend(laid.server, t.testdir(), { id: 'b1', listen: laid.listen() })
  const loader = await startLoader(laid.client)
  const load = await loader.begin({ ...PLAN, target: await laid.target(backend.address) })
  while ((await load.counts()).calls < LEAST_CALLS) await setImmediate()
  const { calls, codes } = await load.end()
  t.strictSame(Object.keys(codes), ['OK'], 'calls are answered')
  return calls
}

async function risenOver(laid: LaidTransport, use: () => Promise<void>) {
  const before = await laid.counts()
  await use()
  const after = await laid.counts()
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}

for (const transport of TRANSPORTS) {
  const { id, title } = transport
  t.test(`O8: calls over ${title} are answered, and took its way`, async (t) => {
    const missing = transport.missing()
    if (missing !== undefined) return skip(t, `${id} cannot be laid: ${missing}`)
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const laid = await transport.lay(group, await shortFolder(t))
    const other = await twinOf(transport).lay(group, await shortFolder(t))
    let calls = 0
    let ofOther = {}
    const risen = await risenOver(laid, async () => {
      ofOther = await risenOver(other, async () => {
        calls = await callOver(t, laid)
      })
    })
    const { carries, carriesNothing = [] } = WAYS[id] ?? { carries: ['none: the test knows no way'] }
    if (laid.namespaces.length > 0) {
      for (const name of carries) {
        const least = name.endsWith('bytes') ? calls * PAYLOAD_BYTES : 1
        t.ok((risen[name] ?? 0) >= least, `${name}: ${risen[name]} of ${least}`)
      }
      for (const name of carriesNothing) t.equal(risen[name], 0, name)
      t.ok(
        Object.values(ofOther).every((count) => count === 0),
        'twin: another transport carries nothing',
      )
    }
    t.match(await laid.settings(), { 'CPUs of the client': /./ })
  })

  t.test(`nothing is left of ${title}, and the own network never had any of it`, async (t) => {
    if (transport.missing() !== undefined) return void t.plan(0, `${id} cannot be laid`)
    await leavesNothing(t, async () => {
      const group = new ProcessGroup()
      t.teardown(() => group.stop())
      const { namespaces } = await transport.lay(group, await shortFolder(t))
      return { group, namespaces }
    })
  })
}

t.test(
  'O8: ids are unique, and each transport that is like something says what is emulated or that it is real',
  async (t) => {
    t.equal(new Set(TRANSPORTS.map(({ id }) => id)).size, TRANSPORTS.length)
    t.ok(canBeLaid.some(({ id }) => id === 'uds') && canBeLaid.some(({ id }) => id === 'loopback'))
  },
)

/** On CI a skipped test could go unnoticed. */
function skip(t: Test, message: string): void {
  if (process.env.CI === 'true') t.fail(message)
  else t.plan(0, message)
}

/** The path of a Unix socket is short. */
async function shortFolder(t: Test): Promise<string> {
  return dirname(await socketPath(t))
}

function twinOf({ id }: Transport): Transport {
  const twin = canBeLaid.find((one) => one.id === (id === 'loopback' ? 'uds' : 'loopback'))
  if (twin === undefined) throw new Error('uds and loopback can be laid everywhere')
  return twin
}
