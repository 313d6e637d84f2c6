// Calls that end in different ways, and what each side must have logged of them.

import { mkdir, rm } from 'node:fs/promises'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import type { LogLine } from '../../../../core/log-line.ts'
import { RpcStatusError } from '../../../../services/rpc/index.ts'
import type { LogsBed, MarkedCall } from './logs-bed.ts'
import type { AllLines } from './read-lines.ts'

export interface LogStory {
  readonly id: string
  readonly row: string
  readonly title: string
  /** What the logs show, in a sentence or two. */
  readonly says: string
  readonly run: (bed: LogsBed) => Promise<readonly MarkedCall[]>
  /** How many calls each side logs at least. */
  readonly calls: Readonly<Record<keyof AllLines, number>>
  /** What must hold, as text and whether it does. */
  readonly holds: (lines: AllLines) => Readonly<Record<string, boolean>>
}

const ONE_EACH = { client: 1, proxy: 1, server: 1 }
const MISSING_KEY = 'is-missing'

export const callsOf = (lines: readonly LogLine[]) => lines.filter(({ event }) => event === 'call')
const statusesOf = (lines: readonly LogLine[]) => callsOf(lines).map(({ grpcStatus }) => grpcStatus)
const detailTypes = (lines: readonly LogLine[]) =>
  callsOf(lines).flatMap(({ error }) => error?.details?.map((detail) => detail['@type']) ?? [])

/** What all sides of a call know, by one name. */
const SHARED = ['traceId', 'path', 'grpcStatus'] as const

export const STORIES: readonly LogStory[] = [
  {
    id: 'unary',
    row: 'O5.8',
    title: 'a unary call succeeds',
    says: 'One line on each side, with one trace. Envoy gives the call a `requestId`, which the server has too. The time of the client contains that of Envoy, and that the one of the server: the differences are the time between them.',
    calls: ONE_EACH,
    run: (bed) => one(bed, (call) => withClient(bed, EchoService, (client) => client.unary({}, call))),
    holds: ({ client, proxy, server }) => {
      const [ours] = callsOf(client)
      const [theirs] = callsOf(server)
      const [middle] = proxy
      return {
        'one line a side': callsOf(client).length === 1 && proxy.length === 1 && callsOf(server).length === 1,
        ...Object.fromEntries(
          SHARED.map((name) => [
            `all have the same \`${name}\``,
            ours?.[name] !== undefined && ours[name] === middle?.[name] && ours[name] === theirs?.[name],
          ]),
        ),
        // The client does not know these two: Envoy adds the one, and gRPC the other below all interceptors.
        ...Object.fromEntries(
          (['requestId', 'userAgent'] as const).map((name) => [
            `Envoy and server have the same \`${name}\``,
            theirs?.[name] !== undefined && theirs[name] === middle?.[name],
          ]),
        ),
        // Envoy counts whole milliseconds.
        'the client takes longest':
          (ours?.durationMs ?? 0) >= (theirs?.durationMs ?? Number.POSITIVE_INFINITY) &&
          (ours?.durationMs ?? 0) + 1 >= (middle?.durationMs ?? Number.POSITIVE_INFINITY),
      }
    },
  },
  {
    id: 'stream',
    row: 'O5.8',
    title: 'a bidirectional stream of three messages succeeds',
    says: 'Still one line a side: it says how many messages went each way. The messages themselves are lines of their own where payloads are logged, each with its position.',
    calls: ONE_EACH,
    run: (bed) =>
      one(bed, (call) =>
        withClient(bed, EchoService, async (client) => {
          const requests = ['a', 'b', 'c'].map((message) => ({ message }))
          for await (const _ of client.bidirectional(requests, call));
        }),
      ),
    holds: ({ client, proxy, server }) => ({
      'one line a side': callsOf(client).length === 1 && proxy.length === 1 && callsOf(server).length === 1,
      'three messages each way on both sides': [client, server].every((lines) =>
        callsOf(lines).every(({ requests, responses }) => requests === 3 && responses === 3),
      ),
      'each message is a line with its position': [client, server].every((lines) =>
        (['request', 'response'] as const).every(
          (event) =>
            lines
              .filter((line) => line.event === event)
              .map(({ sequence }) => sequence)
              .join() === '0,1,2',
        ),
      ),
    }),
  },
  {
    id: 'cancelled',
    row: 'O5.8',
    title: 'the client cancels',
    says: 'Client and server log `CANCELLED`. Nobody sent a status, so Envoy writes `UNKNOWN`, and its flags say that the client was gone (`DR`: it reset the stream).',
    calls: ONE_EACH,
    run: (bed) =>
      one(bed, (call) =>
        withClient(bed, EchoService, async (client) => {
          const requests = [{ message: 'first' }, { delay: durationFromMs(60_000) }]
          // Leaving the loop cancels the call, which is at work on the second message.
          for await (const _ of client.bidirectional(requests, call)) break
        }),
      ),
    holds: ({ client, proxy, server }) => ({
      'the client has CANCELLED': statusesOf(client).join() === 'CANCELLED',
      'the server too': statusesOf(server).join() === 'CANCELLED',
      'Envoy says by a flag that the client was gone': proxy.every(
        ({ grpcStatus, flags }) => grpcStatus !== 'CANCELLED' && ['DC', 'DR'].includes(flags ?? ''),
      ),
    }),
  },
  {
    id: 'not-found',
    row: 'O5.10',
    title: 'the server says NOT_FOUND',
    says: 'The details that travel with the status are in the lines of client and server, as JSON. Envoy sees the status, and not what is in a trailer in binary.',
    calls: ONE_EACH,
    run: (bed) =>
      one(bed, (call) =>
        withClient(bed, KeyValueService, (client) => client.get({ key: MISSING_KEY }, call)),
      ),
    holds: ({ client, proxy, server }) => ({
      'all have the status':
        [
          ...statusesOf(client),
          ...statusesOf(server),
          ...proxy.map(({ grpcStatus }) => grpcStatus),
        ].join() === 'NOT_FOUND,NOT_FOUND,NOT_FOUND',
      'client and server have the details': [client, server].every((lines) =>
        detailTypes(lines).includes('google.rpc.ResourceInfo'),
      ),
      'they name the key': [client, server].every((lines) =>
        JSON.stringify(callsOf(lines)).includes(MISSING_KEY),
      ),
      'it is not an error of the service': callsOf(server).every(({ level }) => level === 'info'),
    }),
  },
  {
    id: 'internal',
    row: 'O5.10',
    title: 'the server breaks: the folder of its values is gone',
    says: 'The client gets `INTERNAL` and a fixed text, and so does Envoy. Only the server has the cause, with its stack: the trace leads there from the line of the client.',
    calls: ONE_EACH,
    run: async (bed) => {
      await rm(bed.valuesFolder, { recursive: true })
      const marks = await one(bed, (call) =>
        withClient(bed, KeyValueService, (client) => client.put({ key: 'a' }, call)),
      )
      await mkdir(bed.valuesFolder)
      return marks
    },
    holds: ({ client, proxy, server }) => ({
      'all have INTERNAL':
        [
          ...statusesOf(client),
          ...statusesOf(server),
          ...proxy.map(({ grpcStatus }) => grpcStatus),
        ].join() === 'INTERNAL,INTERNAL,INTERNAL',
      'the server has the cause and its stack': callsOf(server).every(
        ({ error, level }) =>
          level === 'error' && error?.cause?.message.includes('ENOENT') && error.cause.stack !== undefined,
      ),
      'nobody else has it': !JSON.stringify([client, proxy]).includes('ENOENT'),
      'client and server have the same trace': callsOf(client)[0]?.traceId === callsOf(server)[0]?.traceId,
    }),
  },
  {
    id: 'timeout',
    row: 'O5.10',
    title: 'the route of the proxy has too little time',
    says: 'Envoy ends the call, so client and Envoy have one status. To the server it looks as if its client had left: only together do the lines tell that the limit was in the proxy (`UT`).',
    calls: ONE_EACH,
    run: (bed) =>
      one(bed, (call) =>
        withClient(
          bed,
          EchoService,
          (client) => client.unary({ delay: durationFromMs(60_000) }, call),
          'late',
        ),
      ),
    holds: ({ client, proxy, server }) => ({
      'client and Envoy have the same status':
        statusesOf(client).join() === proxy.map(({ grpcStatus }) => grpcStatus).join(),
      'Envoy has the flag UT': proxy.every(({ flags }) => flags === 'UT'),
      'the server has CANCELLED': statusesOf(server).join() === 'CANCELLED',
    }),
  },
  {
    id: 'nowhere',
    row: 'O5.10',
    title: 'the proxy has no backend for the call',
    says: 'The servers have no line: their logs alone show nothing wrong. Envoy has the reason (`UH`).',
    calls: { client: 1, proxy: 1, server: 0 },
    run: (bed) =>
      one(bed, (call) => withClient(bed, EchoService, (client) => client.unary({}, call), 'nowhere')),
    holds: ({ client, proxy, server }) => ({
      'the client has UNAVAILABLE': statusesOf(client).join() === 'UNAVAILABLE',
      'Envoy has it with the flag UH': proxy.every(
        ({ grpcStatus, flags }) => grpcStatus === 'UNAVAILABLE' && flags === 'UH',
      ),
      'the servers have nothing': server.length === 0,
    }),
  },
  {
    id: 'retried',
    row: 'O5.10',
    title: 'the proxy retries what fails',
    says: 'Three views of two calls: the client has two successes, Envoy two with the number of attempts, the servers one line for each attempt.',
    calls: { client: 2, proxy: 2, server: 3 },
    run: async (bed) => {
      await bed.plain.behave({ failPercent: 50, latencyMs: 0 })
      const call = () =>
        one(bed, (options) => withClient(bed, EchoService, (client) => client.unary({}, options), 'retried'))
      const marks = [await call(), await call()].flat()
      await bed.plain.behave({ failPercent: 0, latencyMs: 0 })
      return marks
    },
    holds: ({ client, proxy, server }) => ({
      'the client has two successes': statusesOf(client).join() === 'OK,OK',
      'Envoy has two, and one took two attempts':
        proxy
          .map(({ grpcStatus, attempts }) => `${grpcStatus} ${attempts}`)
          .toSorted()
          .join() === 'OK 1,OK 2',
      'the server has three, and one failed': statusesOf(server).toSorted().join() === 'OK,OK,UNAVAILABLE',
    }),
  },
]

type CallOptions = Pick<MarkedCall, 'metadata'>

/** Makes a call that can be found, and may end with any status. @throws what is not a status of gRPC */
async function one(
  bed: LogsBed,
  call: (options: CallOptions) => Promise<unknown>,
): Promise<readonly MarkedCall[]> {
  const mark = bed.mark()
  try {
    await call({ metadata: mark.metadata })
  } catch (error) {
    if (!(error instanceof RpcStatusError)) throw error
  }
  return [mark]
}

async function withClient<S extends typeof EchoService | typeof KeyValueService, T>(
  bed: LogsBed,
  service: S,
  use: (client: ReturnType<typeof bed.client<S>>) => Promise<T>,
  host: Parameters<LogsBed['client']>[1] = 'plain',
): Promise<T> {
  const client = bed.client(service, host)
  try {
    return await use(client)
  } finally {
    client.close()
  }
}
