// The testbed of the logs: a client in this process, an Envoy and two backends. All of them write logs.

import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DescService } from '@bufbuild/protobuf'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Metadata } from '@grpc/grpc-js'
import { stringify } from 'yaml'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { LogLine } from '../../../../core/log-line.ts'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { createCallLog } from '../../../../services/logging/call-log.ts'
import { logClientCalls } from '../../../../services/logging/client-calls.ts'
import { createLogger } from '../../../../services/logging/logger.ts'
import { createClient, type RpcClient } from '../../../../services/rpc/index.ts'
import { type RunningBackend, startBackend } from '../../../../testbed/backend.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../../../../testbed/otlp/receiver.ts'
import { startTestbed } from '../../../../testbed/testbed.ts'
import { untilActive } from '../../../../testbed/until-active.ts'
import { type AllLines, type ProxyLine, readLines } from './read-lines.ts'

const FLEET = 'edge'
/** The backend `sampled` and its clients log the messages of one call in four, and of each put only the key. */
export const SAMPLED_PERCENT = 25
export const SAMPLED_FIELDS = { 'switchyard.kv.v1.PutRequest': ['key'] }
/** The names in traces. */
export const PLAIN_SERVICE = 'plain'
export const PROXY_SERVICE = 'edge'
const POLL_MS = 20

/** Where a call goes, by its authority. */
export const HOSTS = {
  /** All payloads are logged. */
  plain: 'plain.test',
  /** A sample of them, with a field mask. */
  sampled: 'sampled.test',
  /** The same backend as `plain`, with little time. */
  late: 'late.test',
  /** The same, with retries. */
  retried: 'retried.test',
  /** There is no backend. */
  nowhere: 'nowhere.test',
} as const
export type Host = keyof typeof HOSTS

/** A call that can be found in all logs. */
export interface MarkedCall {
  readonly traceId: string
  readonly metadata: Metadata
}

export interface LogsBed {
  readonly plain: RunningBackend
  /** Where `plain` keeps values. */
  readonly valuesFolder: string
  /** `close` it. */
  client<S extends DescService>(service: S, host: Host): RpcClient<S>
  /** Default: nobody keeps its trace. */
  mark(trace?: { readonly isKept: boolean }): MarkedCall
  /** Of spans of Envoy and of the backend `plain`. */
  readonly collector: OtlpReceiver
  /**
   * What all sides have logged of these calls, once they have as many lines of calls as expected, and none may come any more.
   * @param calls of each side at least
   */
  linesOf(
    marks: readonly MarkedCall[],
    calls: Readonly<Record<keyof AllLines, number>>,
    signal: AbortSignal,
  ): Promise<AllLines>
  /** All that all sides have written so far, as text. */
  text(): Promise<string>
}

/** Started by the first run that asks, and ended with the scenario. */
export function logsBed({ shared }: Pick<RunContext, 'shared'>): Promise<LogsBed> {
  return shared('logs bed', start)
}

async function start({ group, folder }: SharedContext): Promise<LogsBed> {
  const fileOf = (name: string) => join(folder, `${name}.log`)
  const valuesFolder = join(folder, 'values')
  const listen = '127.0.0.1:0'
  const collector = await startOtlpReceiver()
  group.ending.addEventListener('abort', () => void collector.close())
  const [plain, sampled] = await Promise.all([
    startBackend(group, folder, {
      ...{ id: 'plain', listen, changeable: true, valuesIn: valuesFolder },
      log: { to: fileOf('plain'), payloadPercent: 100 },
      traced: { service: PLAIN_SERVICE, collector: collector.address },
    }),
    startBackend(group, folder, {
      ...{ id: 'sampled', listen },
      log: { to: fileOf('sampled'), payloadPercent: SAMPLED_PERCENT, fields: SAMPLED_FIELDS },
    }),
  ])
  const proxyFile = fileOf('envoy')
  const configFile = join(folder, 'document.yaml')
  await writeFile(
    configFile,
    stringify(documentOf(await freePort(), proxyFile, { plain, sampled, collector })),
  )
  const testbed = await startTestbed(group, {
    ...{ folder: join(folder, 'testbed'), configFile, fleets: new Map([[FLEET, 1]]), backends: 0 },
  })
  await untilActive(testbed)
  const [node] = testbed.fleets.get(FLEET) ?? []
  if (node === undefined) throw new SwitchyardError('internal', 'the testbed has no Envoy')

  const ours: string[] = []
  const logger = createLogger({ role: 'client', node: 'client' }, { write: (line) => void ours.push(line) })
  const read = () =>
    readLines({ client: ours.join(''), proxy: proxyFile, server: [fileOf('plain'), fileOf('sampled')] })

  const bed: LogsBed = {
    plain,
    collector,
    valuesFolder,
    client(service, host) {
      const payloads =
        host === 'sampled' ? { share: SAMPLED_PERCENT / 100, fields: SAMPLED_FIELDS } : { share: 1 }
      const log = createCallLog({ logger, services: [EchoService, KeyValueService], payloads })
      return createClient(service, node.target, {
        options: { 'grpc.default_authority': HOSTS[host], interceptors: [logClientCalls(log)] },
      })
    },
    mark({ isKept } = { isKept: false }) {
      const traceId = randomBytes(16).toString('hex')
      const metadata = new Metadata()
      metadata.set('traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-${isKept ? '01' : '00'}`)
      return { traceId, metadata }
    },
    async linesOf(marks, calls, signal) {
      // Logs are in the order in which calls end: behind the line of a later call, none is missing.
      const last = bed.mark()
      const client = bed.client(EchoService, 'plain')
      await client.unary({ message: 'last' }, { metadata: last.metadata })
      client.close()
      const ids = new Set(marks.map(({ traceId }) => traceId))
      for (;;) {
        const { lines } = await read()
        const own = filterLines(lines, ids)
        const ended = filterLines(lines, new Set([last.traceId]))
        const isComplete = (['client', 'proxy', 'server'] as const).every(
          (side) => callsIn(ended[side]) > 0 && callsIn(own[side]) >= calls[side],
        )
        if (isComplete) return own
        await wait(POLL_MS, undefined, { signal })
      }
    },
    text: async () => (await read()).text,
  }
  return bed
}

function filterLines({ client, proxy, server }: AllLines, ids: ReadonlySet<string>): AllLines {
  const isWanted = ({ traceId }: { readonly traceId?: string | null | undefined }) => ids.has(traceId ?? '')
  return { client: client.filter(isWanted), proxy: proxy.filter(isWanted), server: server.filter(isWanted) }
}

/** Each line of a proxy is a call. */
function callsIn(lines: readonly (LogLine | ProxyLine)[]): number {
  return lines.filter((line) => !('event' in line) || line.event === 'call').length
}

function documentOf(
  port: number,
  proxyFile: string,
  servers: Readonly<Record<'plain' | 'sampled' | 'collector', { readonly address: string }>>,
) {
  const rulesOf: Readonly<Record<Host, object>> = {
    plain: { to: { plain: 1 } },
    sampled: { to: { sampled: 1 } },
    late: { to: { plain: 1 }, timeout: '200ms' },
    retried: {
      to: { plain: 1 },
      retry: { enabled: true, attempts: 3, on: ['unavailable'], backOff: { base: '1ms', max: '1ms' } },
    },
    nowhere: { to: { nowhere: 1 } },
  }
  return {
    version: 1,
    upstreams: {
      ...Object.fromEntries(
        Object.entries(servers).map(([name, { address }]) => [name, { endpoints: { e1: { address } } }]),
      ),
      nowhere: { endpoints: {} },
    },
    routes: Object.fromEntries(
      Object.entries(rulesOf).map(([name, rule]) => [
        name,
        { hosts: [HOSTS[name as Host]], rules: { all: { match: {}, ...rule } } },
      ]),
    ),
    fleets: {
      [FLEET]: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port, l4: { upstream: 'plain' }, l7: { routes: Object.keys(HOSTS) } } },
        accessLog: { enabled: true, file: { path: proxyFile } },
        // Only an Envoy that traces knows the trace of a call.
        tracing: { enabled: true, upstream: 'collector', service: PROXY_SERVICE },
      },
    },
  }
}
