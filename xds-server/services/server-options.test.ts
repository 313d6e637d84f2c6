// Each option of a server is checked: what makes no sense is a problem with its path, and all problems come at once.

import t from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { closeServer, type RunningServer } from './close-server.ts'
import { serverOptionProblems, type XdsServerOptions } from './server-options.ts'
import { startXdsServer } from './xds-server.ts'

const { NaN: NOT_A_NUMBER, POSITIVE_INFINITY: ENDLESS } = Number
const NEEDED = { cache: new SnapshotCache(), address: '127.0.0.1:0' }

/** Of each option but those that are functions, objects or flags: what is accepted, and what is not. */
const VALUES: Readonly<
  Partial<Record<keyof XdsServerOptions, readonly [readonly unknown[], readonly unknown[]]>>
> = {
  introductionTimeoutMs: [
    [1, ENDLESS],
    [0, -1, NOT_A_NUMBER, '7000'],
  ],
  answerTimeoutMs: [
    [1, ENDLESS],
    [0, -1, NOT_A_NUMBER],
  ],
  drainTimeMs: [
    [0, ENDLESS],
    [-1, NOT_A_NUMBER],
  ],
  heartbeatsPerTtl: [
    [1.5, 100],
    [1, 0, -3, 100.5, NOT_A_NUMBER, ENDLESS],
  ],
  startTimeMs: [
    [0, ENDLESS],
    [-1, NOT_A_NUMBER],
  ],
  onDemandTimeoutMs: [
    [1, ENDLESS],
    [0, -1, NOT_A_NUMBER],
  ],
  clientStatus: [
    [true, { authorize: () => undefined }],
    [false, {}, { authorize: true }],
  ],
  resourceErrors: [
    ['grpc', 'all', 'off'],
    ['none', true],
  ],
  maxRequestBytes: [[1], [0, 1.5, NOT_A_NUMBER, ENDLESS]],
  telemetry: [[[]], [{}]],
  keepalive: [
    [
      { timeMs: 0, timeoutMs: 1 },
      { timeMs: ENDLESS, timeoutMs: ENDLESS },
    ],
    [
      { timeMs: 1 },
      { timeoutMs: 1 },
      { timeMs: NOT_A_NUMBER, timeoutMs: 1 },
      { timeMs: 1, timeoutMs: 0 },
      30_000,
    ],
  ],
  maxConnectionAge: [
    [{ timeMs: 1 }, { timeMs: ENDLESS, graceMs: 0 }],
    [{ timeMs: 0 }, { timeMs: 1, graceMs: -1 }, { timeMs: 1, graceMs: NOT_A_NUMBER }, {}],
  ],
  channelOptions: [
    [{}, { 'grpc.max_concurrent_streams': 5 }],
    [5, { 'grpc.keepalive_time_ms': 5 }],
  ],
  limits: [[{}], [null, { names: NOT_A_NUMBER }]],
}

for (const [name, [valid, invalid]] of Object.entries(VALUES)) {
  t.test(`${name} is accepted if it makes sense, and rejected otherwise`, async (t) => {
    for (const value of [...valid, undefined])
      t.strictSame(serverOptionProblems({ ...NEEDED, [name]: value }), [], JSON.stringify(value))
    for (const value of invalid) {
      t.match(
        serverOptionProblems({ ...NEEDED, [name]: value }),
        [{ path: new RegExp(`^${name}`) }],
        JSON.stringify(value),
      )
    }
  })
}

t.test('all invalid options are named at once, before anything is started', async (t) => {
  const wrong = { cache: {}, drainTimeMs: NOT_A_NUMBER, startTimeMS: 5, keepalive: { timeMs: -1 } }
  await t.rejects(startXdsServer(wrong as unknown as XdsServerOptions), {
    code: 'invalid-argument',
    problems: [
      { path: 'cache', message: 'an object is not a SnapshotCache of this library' },
      { path: 'address', message: /^undefined is not an address: write HOST:PORT/ },
      { path: 'keepalive.timeMs', message: '-1 is not a number of milliseconds from 0 on' },
      { path: 'keepalive.timeoutMs' },
      { path: 'drainTimeMs' },
      { path: 'startTimeMS', message: /^unknown option. Use one of: cache, address, / },
    ],
  })
})

t.test(
  'what is required is missing if it is not there, and a message says what would be right',
  async (t) => {
    const problems = (options: object) =>
      serverOptionProblems({ ...NEEDED, ...options } as XdsServerOptions).map(({ message }) => message)
    t.match(problems({ cache: undefined }), ['undefined is not a SnapshotCache of this library'])
    t.strictSame(problems({ heartbeatsPerTtl: 1 }), [
      '1 is not a number above 1, so that a heartbeat comes before the TTL is over, up to 100',
    ])
    t.strictSame(problems({ telemetry: 5 }), ['5 is not a list of services'])
  },
)

t.test('a grace that is no number is rejected, and the server goes on', async (t) => {
  const running = {} as RunningServer
  for (const options of [{ graceMs: NOT_A_NUMBER }, { grace: 5 }])
    await t.rejects(closeServer(running, options as object), SwitchyardError)
})

t.test('the options of a cache are checked, all at once', async (t) => {
  const wrong = { consistency: 'on', nodeGroup: 'edge', extern: {} }
  t.throws(() => new SnapshotCache(wrong as object), {
    code: 'invalid-argument',
    problems: [
      { path: 'nodeGroup', message: '"edge" is not a function' },
      { path: 'consistency', message: '"on" is not one of: "off", "enforce"' },
      { path: 'extern' },
    ],
  })
  t.ok(new SnapshotCache({ consistency: 'enforce', nodeGroup: () => 'edge', external: {} }))
})
