// Results as a run of load balancing gives them, made from a seed: for tests of reports, and of nothing that was measured.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { seededRandom } from '../../core/seeded-random.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { LaneMark, Section } from '../../harness/report/section.ts'
import type { Measured, Results, RunResult } from '../../harness/results.ts'
import { FRAME_TYPES } from '../../testbed/http2/frame-types.ts'

interface Way {
  readonly label: string
  readonly id: string
  /** How a call picks a backend. */
  readonly spread: 'pinned' | 'even' | 'random'
  readonly medianMs: number
  readonly tail: number
  readonly emulates?: string
  readonly missing?: string
}

const WAYS: readonly Way[] = [
  { id: 'l4', label: 'L4 Envoy tcp_proxy', spread: 'pinned', medianMs: 0.42, tail: 0.5 },
  {
    ...{ id: 'l4-kernel', label: 'L4 kernel', spread: 'pinned', medianMs: 0.21, tail: 0.4 },
    emulates: 'kube-proxy, by its nftables rules in a network namespace',
  },
  { id: 'l7-round-robin', label: 'L7 Envoy round_robin', spread: 'even', medianMs: 0.61, tail: 0.55 },
  { id: 'l7-least-request', label: 'L7 Envoy least_request', spread: 'random', medianMs: 0.64, tail: 0.5 },
  { id: 'l7-random', label: 'L7 Envoy random', spread: 'random', medianMs: 0.6, tail: 0.6 },
  { id: 'nginx', label: 'NGINX grpc_pass, keep-alive', spread: 'even', medianMs: 0.72, tail: 0.7 },
  {
    ...{ id: 'haproxy', label: 'HAProxy', spread: 'even', medianMs: 0.58, tail: 0.6 },
    missing: 'haproxy is missing: sudo apt-get install -y haproxy',
  },
  { id: 'pick-first', label: 'client pick_first', spread: 'pinned', medianMs: 0.2, tail: 0.4 },
  { id: 'dns-round-robin', label: 'client DNS round_robin', spread: 'even', medianMs: 0.2, tail: 0.45 },
  { id: 'proxyless-node', label: 'proxyless xDS, Node', spread: 'even', medianMs: 0.23, tail: 0.45 },
  {
    ...{
      id: 'sidecars',
      label: 'sidecars on both sides, mTLS',
      spread: 'random',
      medianMs: 1.35,
      tail: 0.65,
    },
    emulates: 'the data path of Istio, by two Envoys with least_request',
  },
]
const CONNECTIONS = [1, 4, 64]
const BACKENDS = ['b1', 'b2', 'b3']

/** The same seed gives the same results. `rounds` and `calls` make them smaller, `slowdown` makes Envoy at L7 slower. */
export function madeResults({ seed = 7, rounds = 5, calls = 4000, slowdown = 1 } = {}): Results {
  const random = seededRandom(seed)
  const begun = Date.parse('2026-11-29T04:00:00Z')
  const plan = WAYS.flatMap((way) => CONNECTIONS.map((connections) => ({ way, connections })))
  const runs = Array.from({ length: rounds }, (_, round) =>
    plan.map(
      ({ way, connections }, index): RunResult => ({
        id: idOf({ way, connections }),
        round: round + 1,
        labels: { way: way.label, calls: 'unary', connections: `${connections}` },
        ...(way.emulates === undefined ? {} : { emulates: way.emulates }),
        begun: new Date(begun + (round * plan.length + index) * 5000).toISOString(),
        ...(way.missing === undefined
          ? { state: 'measured', measured: measuredOf(slower(way, slowdown), connections, calls, random) }
          : { state: 'skipped', why: way.missing }),
      }),
    ),
  ).flat()
  return {
    format: 1,
    scenario: 'grpc-loadbalancing',
    title: 'Load balancing of gRPC',
    question: 'L4 or L7, proxy or client, which policy: what spreads calls evenly, and what does it cost?',
    profile: { ...PROFILE.standard, rounds },
    plan: { runs: plan.map(idOf), rounds },
    command: 'npx yard scenario run grpc-loadbalancing --profile standard',
    begun: new Date(begun).toISOString(),
    ended: new Date(begun + rounds * plan.length * 5000).toISOString(),
    environment: {
      CPU: 'made up for tests, 2 cores',
      kernel: 'Linux 6.1.0',
      governor: 'performance',
      'load before the run': '0.31',
      Envoy: '1.40.0',
      'Node.js': 'v24.21.0',
      '@grpc/grpc-js': '1.14.7',
      memory: '7.8 GiB',
    },
    runs,
    checks: [
      {
        row: 'O4.1',
        title: 'L4 keeps all calls of one connection on one backend',
        outcome: 'holds',
        detail: '4,000 of 4,000 calls on one backend in each of 5 rounds',
      },
      {
        row: 'O4.1',
        title: 'L7 `round_robin` spreads the calls of one connection evenly',
        outcome: 'holds',
        detail: 'CV 0.02 %; chance alone gives 2.2 %',
      },
      { row: 'O4.3', title: 'HAProxy spreads calls', outcome: 'not measured', detail: 'haproxy is missing' },
      {
        row: 'O4.6',
        title: 'The round robin picker of the client costs less than a proxy',
        outcome: 'holds',
        detail: 'p50 0.20 ms against 0.61 ms, different (p = 0.008)',
      },
      {
        row: 'O4.9',
        title: 'A rolling restart with draining loses no call',
        outcome: 'fails',
        detail: '3 of 24,180 calls failed with UNAVAILABLE, all within 40 ms of the end of `b2`',
      },
    ],
  }
}

const slower = (way: Way, slowdown: number): Way =>
  way.id.startsWith('l7') ? { ...way, medianMs: way.medianMs * slowdown } : way

const idOf = ({ way, connections }: { readonly way: Way; readonly connections: number }) =>
  `${way.id}.unary.${connections}-connections`

/** Each frame type from both sides. */
const madeMarks = (fromMs: number): LaneMark[] =>
  [...FRAME_TYPES, 'type 0x2a'].flatMap((type, index) =>
    (['client', 'server'] as const).map((from) => ({
      ...{ atMs: fromMs + index * 2, type, from, bytes: 10 ** (index % 5) },
    })),
  )

/** A section of each kind. */
export function madeSections(results: Results): Section[] {
  const of = (id: string) =>
    results.runs.filter((run) => run.id === id).flatMap(({ measured }) => measured ?? [])
  const ways = WAYS.filter(({ missing }) => missing === undefined)
  return [
    {
      kind: 'text',
      title: 'In short',
      paragraphs: [
        'With L4, a connection stays on one backend: **one connection means one backend**, however many there are. With L7, or with a client that balances by itself, each call is placed.',
        'A proxy costs about 0.4 ms a call here. `round_robin` in the client costs nothing that could be measured.',
      ],
    },
    {
      kind: 'shares',
      title: 'Who answers the calls of one connection',
      says: 'Each panel is one way to three backends. The dashed line is where all bars would end if the calls were spread evenly.',
      lines: ways.map(({ id, label }) => ({ label, shares: sharesOf(of(`${id}.unary.1-connections`)) })),
    },
    {
      kind: 'curves',
      title: 'Latency of unary calls, 4 connections',
      says: 'From the moment a call was due. The left plot stretches the tail: each step to the right leaves a tenth of the calls.',
      curves: ways.map(({ id, label }) => ({
        label,
        histograms: of(`${id}.unary.4-connections`).flatMap(({ histograms }) => histograms.call ?? []),
      })),
    },
    {
      kind: 'bars',
      title: 'CPU of proxies for each call',
      says: 'The bar ends at the median of five rounds; the line beside its end is from the least of them to the most.',
      unit: 'µs',
      noiseFloor: 18,
      bars: ways.map(({ id, label }) => ({
        label,
        values: of(`${id}.unary.4-connections`).map(
          ({ calls, processes }) =>
            (processes.filter(({ role }) => role === 'proxy').reduce((sum, { cpuMs }) => sum + cpuMs, 0) *
              1000) /
            calls,
        ),
      })),
    },
    {
      kind: 'lines',
      title: 'Throughput over concurrency',
      says: 'Closed loop: more calls at a time fill the pauses, until a core is busy.',
      x: { title: 'calls at a time', scale: 'log' },
      y: { title: 'throughput', unit: 'calls/s', scale: 'linear' },
      lines: ways.slice(0, 7).map(({ label, medianMs }, index) => ({
        label,
        points: [1, 2, 4, 8, 16, 32, 64, 128].map((n): [number, number] => [
          n,
          (n * 1000) / (medianMs + n * (0.09 + index * 0.01)),
        ]),
      })),
    },
    {
      kind: 'timeline',
      title: 'A rolling restart with draining',
      says: 'A backend that leaves gets no more calls before it ends, and its successor gets its share within a second.',
      unit: 'calls',
      rows: timelineRows(),
      marks: [
        { atMs: 2000, label: 'b1 restarts' },
        { atMs: 4000, label: 'b2 restarts' },
        { atMs: 6000, label: 'b3 restarts' },
      ],
    },
    {
      kind: 'lanes',
      title: 'A connection with every mark',
      says: 'Frames of the client are above the lines, those of the server below.',
      lanes: [
        { label: 'connection', marks: madeMarks(0) },
        {
          label: 'stream 1 · a method with a name that is rather long',
          marks: madeMarks(5),
          stalls: [[6, 19]],
        },
      ],
      windows: [
        {
          label: 'stream 1: what the server may send',
          points: [
            [0, 65_535],
            [6, 0],
            [19, 65_535],
          ],
        },
      ],
    },
    {
      kind: 'sequence',
      title: 'A client cancels',
      says: 'The client has its status at once, and the server learns of it later.',
      actors: ['client', 'server'],
      steps: [
        { label: 'headers', from: 'client', sentMs: 0.1, receivedMs: 1.2 },
        { label: 'message 1', from: 'client', sentMs: 0.2, receivedMs: 1.4 },
        { label: 'message a', from: 'server', sentMs: 12.3, receivedMs: 14.1 },
        { label: 'cancel', from: 'client', sentMs: 14.2, receivedMs: 15.4 },
        { label: 'status CANCELLED', from: 'server', receivedMs: 14.3 },
        {
          label: 'a message whose long name does not fit into the picture of a phone',
          from: 'server',
          sentMs: 15,
        },
      ],
    },
    {
      kind: 'table',
      title: 'When to use what',
      columns: [
        { title: 'way' },
        { title: 'spreads calls' },
        { title: 'p50', unit: 'ms', decimals: 2 },
        { title: 'use it' },
      ],
      rows: ways.map(({ label, spread, medianMs }) => [
        label,
        spread === 'pinned' ? 'no' : 'yes',
        medianMs,
        spread === 'pinned' ? 'for many short connections' : 'for long-lived connections',
      ]),
    },
    madeBytes(),
  ]
}

function madeBytes(): Section {
  const bytes = Buffer.from('089601120774657374696e671a0208012a1461626364', 'hex')
  const outermost = { 0: 1, 1: 1, 3: 2, 4: 2, 5: 2, 12: 3, 13: 3, 14: 3, 15: 3 }
  const lengths = [1, 2, 1, 1, 7, 1, 1, 1, 1, 6]
  let at = 0
  const pieces = lengths.map((length, index) => {
    const field = outermost[at as keyof typeof outermost]
    at += length
    const part =
      field === undefined
        ? 'rest'
        : (['tag', 'value', 'tag', 'length', 'value', 'tag', 'length', 'tag', 'value'][index] ?? '')
    const name = ['count', 'name', 'order'][(field ?? 1) - 1] ?? ''
    return {
      at: at - length,
      length,
      part,
      depth: index > 6 ? 1 : 0,
      field: name,
      outermost: field,
      type: 'int32',
      text: `${index}`,
    }
  })
  return {
    ...{ kind: 'bytes', title: 'A message, byte by byte', says: 'A tag has a line below it, a length dots.' },
    messages: [{ label: 'an order', hex: bytes.toString('hex'), pieces }],
  }
}

function measuredOf(way: Way, connections: number, calls: number, random: () => number): Measured {
  const drift = 1 + (random() - 0.5) * 0.08
  const histogram = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  for (let call = 0; call < calls; call++) {
    const long = random() < 0.004 ? 1 + random() * 18 : 1
    histogram.recordValue(
      Math.max(1, Math.round(way.medianMs * 1000 * drift * long * Math.exp(normal(random) * way.tail * 0.6))),
    )
  }
  const text = encodeIntoCompressedBase64(histogram)
  const failed = random() < 0.02 ? 1 : 0
  const proxy = way.medianMs > 0.4 ? way.medianMs * 0.32 * calls * drift : 0.012 * calls
  return {
    load: { tool: 'switchyard', loop: 'open', connections, callsPerSecond: calls / 4 },
    seconds: 4,
    calls,
    bytes: calls * 256,
    codes: failed === 0 ? { OK: calls } : { OK: calls - failed, UNAVAILABLE: failed },
    shares: shares(way, connections, calls, random),
    histograms: { call: text, service: text },
    processes: [
      { role: 'client', name: 'loader', cpuMs: calls * 0.21 * drift, peakMiB: 118 + random() * 6 },
      { role: 'proxy', name: 'edge-1', cpuMs: proxy, peakMiB: 64 + random() * 2 },
      ...BACKENDS.map((name) => ({
        ...{ role: 'server' as const, name, cpuMs: (calls * 0.1 * drift) / 3, peakMiB: 71 + random() * 3 },
      })),
    ],
    figures: { 'connections opened': connections, 'first answer (ms)': 3 + random() * 4 },
  }
}

function shares(
  { spread }: Way,
  connections: number,
  calls: number,
  random: () => number,
): Record<string, number> {
  const picked = BACKENDS.map(() => 0)
  const add = (index: number, amount: number) => {
    picked[index % BACKENDS.length] = (picked[index % BACKENDS.length] ?? 0) + amount
  }
  if (spread === 'even') for (let call = 0; call < calls; call++) add(call, 1)
  if (spread === 'random')
    for (let call = 0; call < calls; call++) add(Math.floor(random() * BACKENDS.length), 1)
  if (spread === 'pinned') {
    for (let one = 0; one < connections; one++)
      add(Math.floor(random() * BACKENDS.length), calls / connections)
  }
  return Object.fromEntries(BACKENDS.map((name, index) => [name, picked[index] ?? 0]))
}

function sharesOf(rounds: readonly Measured[]): Record<string, number> {
  return rounds[0]?.shares ?? {}
}

function timelineRows() {
  const times = Array.from({ length: 80 }, (_, index) => (index + 1) * 100)
  const away = (backend: number, at: number) => at > 2000 * backend && at <= 2000 * backend + 900
  const rows = [1, 2, 3].map((backend) => ({
    label: `b${backend}`,
    points: times.map((at): [number, number] => {
      const others = [1, 2, 3].filter((other) => !away(other, at)).length
      return [at, away(backend, at) ? 0 : Math.round(90 / others + ((at / 100) % 3))]
    }),
  }))
  const failed = times.map((at): [number, number] => [at, at === 4100 ? 3 : 0])
  return [...rows, { label: 'failed', points: failed }]
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
