// Sources of endpoints by themselves: a file that is edited in every way, names of DNS, and slices of Kubernetes.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startDnsServer } from '../../../test/support/dns-server.ts'
import { followSource } from '../../../test/support/follow-source.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { createFolderReader } from '../files/folder-reader.ts'
import { MONOTONIC } from './clock.ts'
import { startDnsSource } from './dns-source.ts'
import { endpointsIn } from './endpoint-slices.ts'
import { startFileSource } from './file-source.ts'

const B1 = { address: '127.0.0.1:7101' }
const B2 = { address: '127.0.0.1:7102' }

function followFile(t: Test, folder: string) {
  const files = {
    readFile: createFolderReader(folder, { title: 'the folder of files' }),
    pathOf: (file: string) => join(folder, file),
    fileIntervalMs: 10,
  }
  return followSource(t, (options) => startFileSource('echo.yaml', files, options))
}

t.test('T31: a file is read again when it is renamed over, and when it is written in place', async (t) => {
  const folder = testFolder(t, { 'echo.yaml': 'b1: { address: "127.0.0.1:7101" }' })
  const { until } = followFile(t, folder)
  t.same((await until(({ answered }) => answered)).endpoints, { b1: B1 })
  await writeFile(join(folder, 'next'), JSON.stringify({ b2: B2 }))
  await rename(join(folder, 'next'), join(folder, 'echo.yaml'))
  t.same((await until(({ endpoints }) => 'b2' in endpoints)).endpoints, { b2: B2 })
  await writeFile(join(folder, 'echo.yaml'), JSON.stringify({ b1: B1, b2: B2 }))
  t.same((await until(({ endpoints }) => 'b1' in endpoints)).endpoints, { b1: B1, b2: B2 })
  await writeFile(join(folder, 'echo.yaml'), '{}')
  t.same((await until(({ endpoints }) => !('b1' in endpoints))).problems, [], 'none is a valid answer')
})

t.test(
  'T31: a broken file keeps what was in it, and says where it is broken until it is whole',
  async (t) => {
    const folder = testFolder(t, { 'echo.yaml': 'b1: { address: "127.0.0.1:7101" }' })
    const { until } = followFile(t, folder)
    const before = await until(({ answered }) => answered)
    const broken: readonly (readonly [text: string, path: RegExp, message: RegExp])[] = [
      [
        'b1: { address: "127.0.0.1:7101" }\nb2:\n  adress: here\n',
        /^echo\.yaml:3:3 b2\.adress$/,
        /Did you mean address/,
      ],
      ['b1: [', /^echo\.yaml:\d+:\d+$/, /./],
      ['', /^echo\.yaml:1:1$/, /must be endpoints by their names/],
      [JSON.stringify({ b1: B1, b2: B1 }), /b2\.address$/, /is also the address of b1/],
      [
        JSON.stringify(
          Object.fromEntries([1, 2, 3, 4].map((one) => [`b${one}`, { address: `10.0.0.1:${one}` }])),
        ),
        /^upstreams\.echo\.endpointsFrom\.max$/,
        /gives 4 endpoints: raise max/,
      ],
    ]
    for (const [text, path, message] of broken) {
      await writeFile(join(folder, 'echo.yaml'), text)
      const { endpoints } = await until(({ problems }) =>
        problems.some((one) => path.test(one.path) && message.test(one.message)),
      )
      t.equal(endpoints, before.endpoints, text)
    }
    await writeFile(join(folder, 'echo.yaml'), JSON.stringify({ b2: B2 }))
    t.same(await until(({ problems }) => problems.length === 0), {
      endpoints: { b2: B2 },
      answered: true,
      problems: [],
    })
  },
)

t.test('T31: a file that is not there or is outside of the folder has not answered', async (t) => {
  const folder = testFolder(t, { files: {}, 'echo.yaml': t.fixture('symlink', '/etc/hosts') })
  const missing = followFile(t, join(folder, 'files'))
  t.match(await missing.until(({ problems }) => problems.length > 0), {
    answered: false,
    problems: [
      { path: 'upstreams.echo.endpointsFrom.file', message: /echo\.yaml is not there; write it first/ },
    ],
  })
  const outside = followFile(t, folder)
  t.match(await outside.until(({ problems }) => problems.length > 0), {
    answered: false,
    problems: [{ message: /is outside the folder of files/ }],
  })
  await writeFile(join(folder, 'files', 'echo.yaml'), JSON.stringify({ b1: B1 }))
  t.same((await missing.until(({ answered }) => answered)).problems, [], 'twin')
})

t.test(
  'T31: each address of a name is an endpoint, and a server that does not answer changes nothing',
  async (t) => {
    const server = await startDnsServer(t, ['127.0.0.2', '127.0.0.1'])
    const dns = {
      host: 'echo.test',
      port: 7101,
      honorTtl: false,
      refresh: '10ms',
      resolvers: [server.address],
    }
    const { until } = followSource(t, (options) => startDnsSource(dns, { clock: MONOTONIC }, options))
    t.same((await until(({ answered }) => answered)).endpoints, {
      '127.0.0.1': { address: '127.0.0.1:7101' },
      '127.0.0.2': { address: '127.0.0.2:7101' },
    })
    server.set(['127.0.0.2'])
    const { endpoints } = await until((one) => Object.keys(one.endpoints).length === 1)
    server.fail(true)
    const failed = await until(({ problems }) => problems.length > 0)
    t.equal(failed.endpoints, endpoints, 'kept')
    t.match(failed.problems, [
      { path: 'upstreams.echo.endpointsFrom.dns', message: /cannot be resolved \(ESERVFAIL\)/ },
    ])
    server.fail(false)
    t.same(
      (await until(({ problems }) => problems.length === 0)).endpoints,
      endpoints,
      'the next answer takes the problem away',
    )
    server.set([])
    t.same(
      (await until((one) => Object.keys(one.endpoints).length === 0)).problems,
      [],
      'an empty answer is one',
    )
  },
)

t.test('T31: a name is resolved again after its TTL, and with honorTtl: false after refresh', async (t) => {
  const server = await startDnsServer(t, ['127.0.0.1'])
  for (const [honorTtl, wanted] of [
    [true, 1_000],
    [false, 7_000 + 500],
  ] as const) {
    const pauses: number[] = []
    const notePause = (pause: number) => {
      pauses.push(pause)
      return () => {}
    }
    const clock = { now: () => 0, after: notePause }
    const dns = {
      host: 'echo.test',
      port: 1,
      honorTtl,
      refresh: '7s',
      jitter: '1s',
      resolvers: [server.address],
    }
    const { until } = followSource(t, (options) => startDnsSource(dns, { clock, random: () => 0.5 }, options))
    await until(({ answered }) => answered)
    await new Promise(setImmediate)
    t.same(pauses, [honorTtl ? wanted + 500 : wanted], 'the TTL of the server is 0, so it is the least pause')
  }
})

const slice = (
  name: string,
  endpoints: object[],
  ports: object[] = [{ name: 'grpc', port: 7101 }],
  addressType = 'IPv4',
) => ({ metadata: { name }, addressType, endpoints, ports }) as never

const pod = (name: string, address: string, conditions: object = {}, zone?: string) => ({
  addresses: [address],
  conditions,
  targetRef: { kind: 'Pod', name },
  ...(zone && { zone }),
})

t.test(
  'T31: ready endpoints are called, terminating ones drain while they serve, all others are left out',
  async (t) => {
    const slices = [
      slice('echo-2', [pod('ready', '10.0.0.1', { ready: true }, 'europe-b'), pod('unknown', '10.0.0.2')]),
      slice('echo-1', [
        pod('starting', '10.0.0.3', { ready: false, serving: false }),
        pod('ending', '10.0.0.4', { ready: false, serving: true, terminating: true }),
        pod('ended', '10.0.0.5', { ready: false, serving: false, terminating: true }),
        { addresses: ['10.0.0.6'] },
        // The controller moves it from this slice to the other one.
        pod('ready', '10.0.0.1', { ready: true }, 'europe-b'),
      ]),
      slice('echo-6', [pod('ready', 'fd00::1', { ready: true })], [{ name: 'grpc', port: 7101 }], 'IPv6'),
    ]
    t.same(endpointsIn(slices, 'grpc'), {
      '10.0.0.6': { address: '10.0.0.6:7101' },
      ending: { address: '10.0.0.4:7101', state: 'draining' },
      ready: { address: '10.0.0.1:7101', locality: { zone: 'europe-b' } },
      unknown: { address: '10.0.0.2:7101' },
    })
    t.same(endpointsIn(slices.slice(2), undefined), { ready: { address: '[fd00::1]:7101' } })
  },
)

t.test(
  'T31: a port of a Service is found by name or number, and must be named if there are several',
  async (t) => {
    const ports = [
      { name: 'grpc', port: 7101 },
      { name: 'metrics', port: 9090 },
    ]
    const slices = [slice('echo', [pod('a', '10.0.0.1')], ports)]
    t.same(endpointsIn(slices, 'metrics'), { a: { address: '10.0.0.1:9090' } })
    t.same(endpointsIn(slices, 7101), { a: { address: '10.0.0.1:7101' } })
    t.same(endpointsIn(slices, 'http'), {})
    t.match(endpointsIn(slices, undefined), {
      problem: /has several ports \(grpc, metrics\): write one of them/,
    })
  },
)
