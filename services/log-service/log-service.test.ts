// The log service as a process: its flags, and the lines that it writes into a file.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { AccessLogType } from '@envoy/xds-protos/envoy/data/accesslog/v3/accesslog_pb.js'
import {
  AccessLogService,
  StreamAccessLogsMessageSchema,
} from '@envoy/xds-protos/envoy/service/accesslog/v3/als_pb.js'
import t from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { createClient } from '../rpc/index.ts'
import { linesOf } from './log-lines.ts'
import { parseLogServiceFlags } from './log-service-flags.ts'

const PROGRAM = fileURLToPath(new URL('./log-service.ts', import.meta.url))
const SENDER = { node: 'edge-1', fleet: 'edge', log: 'switchyard' }

type Logged = MessageInitShape<typeof StreamAccessLogsMessageSchema>

const call = (path: string, status?: string): Logged => ({
  identifier: { logName: SENDER.log, node: { id: SENDER.node, cluster: SENDER.fleet } },
  logEntries: {
    case: 'httpLogs',
    value: {
      logEntry: [
        {
          commonProperties: { responseFlags: { noRouteFound: true }, customTags: { a: 'b' } },
          request: { path },
          response: {
            responseCode: 200,
            ...(status !== undefined && { responseTrailers: { 'grpc-status': status } }),
          },
        },
      ],
    },
  },
})

const lines = (message: Logged) => linesOf(create(StreamAccessLogsMessageSchema, message), SENDER)

t.test('T26: all invalid flags of the log service are reported at once', async (t) => {
  t.throws(() => parseLogServiceFlags(['--listen', 'here', '--metrics', 'unix:/a', '--out', '']), {
    code: 'invalid-argument',
    problems: [{ path: '--listen' }, { path: '--metrics' }, { path: '--out' }],
  })
  t.same(parseLogServiceFlags([]), { listen: { host: '127.0.0.1', port: 0 }, out: '-' })
})

t.test(
  'T26: a line has the path without its query, the name of a status, and reasons of Envoy',
  async (t) => {
    const [line] = lines(call('/a.Service/Call?token=secret', '5'))
    t.match(line, { ...SENDER, event: 'call', path: '/a.Service/Call', grpcStatus: 'NOT_FOUND' })
    t.match(line, { flags: ['noRouteFound'], tags: { a: 'b' } })
    t.notMatch(JSON.stringify(line), 'secret')
    t.equal(lines(call('/a.Service/Call', '99'))[0]?.grpcStatus, '99', 'a status without a name')
    t.notHas(lines(call('/page'))[0], 'grpcStatus', 'a call without a status')
  },
)

t.test('T26: a connection has one line, when it ends', async (t) => {
  const connection = (accessLogType: AccessLogType): Logged => ({
    logEntries: {
      case: 'tcpLogs',
      value: {
        logEntry: [
          {
            commonProperties: {
              accessLogType,
              upstreamRemoteAddress: { address: { case: 'pipe', value: { path: '/run/a.sock' } } },
            },
            connectionProperties: { receivedBytes: 3n },
          },
        ],
      },
    },
  })
  t.same(lines(connection(AccessLogType.TcpUpstreamConnected)), [])
  t.match(lines(connection(AccessLogType.TcpConnectionEnd)), [
    { event: 'connection', endpoint: 'unix:/run/a.sock', bytesIn: 3 },
  ])
  t.same(lines({}), [], 'a message without entries')
})

t.test('T26: the log service writes the entries of a stream into its file, and drains', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-log-service-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const out = join(folder, 'calls.jsonl')
  const running = startProcess({
    name: 'the log service',
    command: process.execPath,
    args: [PROGRAM, '--out', out],
    ready: (line) => /"address":"([^"]+)"/.exec(line)?.[1],
  })
  t.teardown(() => running.stop())
  const client = createClient(AccessLogService, await running.ready)
  t.teardown(() => client.close())
  const { identifier: _, ...second } = call('/a.Service/Second', '0')
  await client.streamAccessLogs([call('/a.Service/First', '0'), second])
  t.equal(await running.ask('drain', (line) => JSON.parse(line).drained), 1)
  await running.stop()
  const written = (await readFile(out, 'utf8')).trimEnd().split('\n')
  t.match(
    written.map((line) => JSON.parse(line)),
    [
      { ...SENDER, path: '/a.Service/First', grpcStatus: 'OK' },
      { ...SENDER, path: '/a.Service/Second', grpcStatus: 'OK' },
    ],
  )
})

t.test('T26: a log service that cannot write does not run', async (t) => {
  const running = startProcess({
    name: 'the log service',
    command: process.execPath,
    args: [PROGRAM, '--out', '/nowhere/calls.jsonl'],
    ready: () => undefined,
  })
  await t.rejects(running.ready, { message: /nowhere/ })
})
