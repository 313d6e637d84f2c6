// Each transport carries a real gRPC call, and its counters show that the call took that way and no other.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t, { type Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { leavesNothing } from '../../test/support/namespaces.ts'
import { socketPath } from '../../test/support/open-backend.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { until } from '../../test/support/until.ts'
import { startBackend } from '../backend.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { startLoader } from '../loader/start-loader.ts'
import { sourceFile } from '../part.ts'
import { TRANSPORTS } from './all.ts'
import { allowedCpus, cpuSets, parseCpuList } from './cpu-sets.ts'
import type { LaidTransport, Transport, TransportFamily } from './transport.ts'

const PAYLOAD_BYTES = 20_000
const LEAST_CALLS = 3

const PLAN: Omit<LoadPlan, 'seconds'> = {
  connections: 1,
  loop: { kind: 'closed', concurrency: 1 },
  calls: { kind: 'unary', payloadBytes: PAYLOAD_BYTES },
  warmUpSeconds: 0,
}

interface Expected {
  /** Counters that get the bytes or packets of the calls. */
  readonly carries: readonly string[]
  readonly carriesNothing?: readonly string[]
  /** Of the client's device; 1500 by default. */
  readonly mtu?: number
}

const ROWS: Readonly<Record<TransportFamily, string>> = {
  local: 'O8.1',
  'same-node': 'O8.2',
  'cross-node': 'O8.3',
  lan: 'O8.6',
  internet: 'O8.7',
}

/** The way that each transport takes. */
const WAYS: Readonly<Record<string, Expected>> = {
  uds: { carries: [], carriesNothing: ['client/lo bytes', 'server/lo bytes'], mtu: 65_536 },
  loopback: { mtu: 65_536, carries: ['pod/lo bytes'] },
  veth: { carries: ['client/eth0 bytes', 'server/eth0 bytes'] },
  bridge: { carries: ['client/eth0 bytes', 'node/veth1 bytes', 'node/veth2 bytes', 'server/eth0 bytes'] },
  ebpf: { carries: ['client/eth0 bytes', 'node/eBPF redirected packets'] },
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
    mtu: 1450,
    carries: ['node1/flannel.1 bytes', 'node1/eth0 bytes', 'node2/eth0 bytes', 'node2/flannel.1 bytes'],
  },
  direct: {
    carries: ['node1/cali1 bytes', 'node1/eth0 bytes', 'node2/eth0 bytes', 'node2/nft allowed packets'],
    carriesNothing: ['node1/nft denied packets', 'node2/nft denied packets'],
  },
  wireguard: {
    mtu: 1420,
    carries: [
      ...['node1/wg0 bytes', 'node1/WireGuard encrypted bytes', 'node1/eth0 bytes', 'node2/eth0 bytes'],
      ...['node2/WireGuard encrypted bytes', 'node2/wg0 bytes'],
    ],
  },
  'lan-1500': { carries: ['switch1/left bytes', 'switch1/right bytes'] },
  'lan-9000': { mtu: 9000, carries: ['switch1/left bytes', 'switch1/right bytes'] },
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

/** Each distance and each loss once. The others differ in these numbers only: they are laid, and not called over. */
const CALLED_INTERNET = ['internet-20', 'internet-80-loss-0.1', 'internet-200-loss-1']

const canBeLaid = TRANSPORTS.filter(({ missing }) => missing() === undefined)

/** Those beside which others are used: they stay for all tests. */
const twins = new ProcessGroup()
t.teardown(() => twins.stop())
const laidTwins = new Map<string, Promise<LaidTransport>>()

/** Calls a backend in the server's namespace from a process in the client's. @returns how many were answered, and the segments of TCP */
async function callOver(t: Test, laid: LaidTransport) {
  const backend = await startBackend(laid.server, testFolder(t), { id: 'b1', listen: laid.listen() })
  const loader = await startLoader(laid.client)
  const load = await loader.begin({ ...PLAN, target: await laid.target(backend.address) })
  await until(async () => (await load.counts()).calls >= LEAST_CALLS)
  const segments = segmentBytes(laid)
  const sets = cpuSets()
  for (const [pid, cpus] of [
    [loader.pid, sets.client],
    [backend.pid, sets.server],
  ] as const) {
    if (cpus !== undefined) t.strictSame(allowedCpus(pid), parseCpuList(cpus), 'a side has its own CPUs')
  }
  const { calls, codes } = await load.end()
  t.strictSame(Object.keys(codes), ['OK'], 'calls are answered')
  return { calls, segments }
}

/** How many bytes TCP puts into a packet to the peer, as the client's kernel says; undefined without TCP, or where only root may ask. */
function segmentBytes({ namespaces: [client] }: LaidTransport): number | undefined {
  if (client === undefined || process.getuid?.() !== 0) return undefined
  const { stdout } = spawnSync('nsenter', ['--target', String(client.pid), '--net', 'ss', '-tinH'])
  const [, bytes] = / mss:(\d+)/.exec(String(stdout)) ?? []
  return bytes === undefined ? undefined : Number(bytes)
}

async function risenOver(laid: LaidTransport, use: () => Promise<void>) {
  const before = await laid.counts()
  await use()
  const after = await laid.counts()
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}

for (const transport of TRANSPORTS) {
  const { id, title, family } = transport
  const isCalled = family !== 'internet' || CALLED_INTERNET.includes(id)
  const what = isCalled ? `calls over ${title} are answered, took its way, and leave` : `${title} leaves`
  t.test(`${ROWS[family]}: ${what} nothing`, async (t) => {
    const missing = transport.missing()
    if (missing !== undefined) return skip(t, `${id} cannot be laid: ${missing}`)
    const other = await twinOf(transport)
    const group = new ProcessGroup()
    t.teardown(() => group.stop())
    const laying = Promise.withResolvers<LaidTransport>()
    await leavesNothing(
      t,
      async () => {
        const laid = await transport.lay(group, await shortFolder(t))
        laying.resolve(laid)
        return { group, namespaces: laid.namespaces }
      },
      [],
      async () => {
        const laid = await laying.promise
        if (isCalled) await takesItsWay(t, transport, laid, other)
        t.match(await laid.settings(), { 'CPUs of the client': /./ })
      },
    )
  })
}

async function takesItsWay(
  t: Test,
  { id }: Transport,
  laid: LaidTransport,
  other: LaidTransport,
): Promise<void> {
  let called: Awaited<ReturnType<typeof callOver>> = { calls: 0, segments: undefined }
  let ofOther = {}
  const risen = await risenOver(laid, async () => {
    ofOther = await risenOver(other, async () => {
      called = await callOver(t, laid)
    })
  })
  const { carries, carriesNothing = [], mtu = 1_500 } = WAYS[id] ?? { carries: ['none: add the way'] }
  const { calls, segments } = called
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
  const settings = await laid.settings()
  if (id !== 'uds') t.match(settings, { 'TCP congestion control': 'cubic', TCP_NODELAY: /^on/ })
  const [client] = Object.entries(settings)
  if (laid.namespaces.length > 0) t.match(client, [/^(client|pod|near)\//, new RegExp(`^mtu ${mtu},`)])
  if (id.startsWith('lan-')) {
    const offload = id === 'lan-no-offloads' ? 'off' : 'on'
    const offloads = new RegExp(`tso ${offload}, gso ${offload}, gro ${offload},`)
    t.match(settings, { 'client/eth0': offloads, 'switch1/left': offloads, 'server/eth0': offloads })
  }
  // IPv4, TCP and its timestamps take 52 bytes of a packet. Over loopback, TCP keeps below half of its first window.
  if (segments !== undefined && mtu < 65_536) t.equal(segments, mtu - 52, 'packets are as large as the MTU')
}

t.test(
  'O8: each transport has an id of its own and a row of the README, and two need no namespace',
  async (t) => {
    t.equal(new Set(TRANSPORTS.map(({ id }) => id)).size, TRANSPORTS.length)
    const readme = readFileSync(sourceFile('testbed/transports/README.md'), 'utf8')
    const named = TRANSPORTS.filter(({ family }) => family !== 'internet')
    for (const { id } of named) t.ok(readme.includes(`\`${id}\``), `${id} is in the table of the README`)
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

/** Another transport. */
async function twinOf({ id }: Transport): Promise<LaidTransport> {
  const twin = canBeLaid.find((one) => one.id === (id === 'loopback' ? 'uds' : 'loopback'))
  if (twin === undefined) throw new Error('uds and loopback can be laid everywhere')
  const laid = laidTwins.get(twin.id) ?? twin.lay(twins, await shortFolder(t))
  laidTwins.set(twin.id, laid)
  return await laid
}
