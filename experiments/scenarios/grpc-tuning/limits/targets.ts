// Where the calls of each place go: the program that has the limit, with servers and clients around it that have none.

import { join } from 'node:path'
import type { ChannelOptions, ServerOptions } from '@grpc/grpc-js'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { startGrpcClient } from '../../../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../../../testbed/grpc-programs/grpc-program.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { startGaugedServer } from '../gauged-server/start-gauged-server.ts'
import { startTunedEnvoys } from '../tuned-envoys.ts'
import { grpcJsCaller, programCaller, type SizedCaller } from './callers.ts'
import { HeaderLists } from './header-lists.ts'
import { MIB, type Place } from './places.ts'

interface Target {
  readonly caller: SizedCaller
  /** What a tap has seen, where metadata is as it reaches the place. */
  readonly lists: HeaderLists
}

type Start = (context: RunContext, place: Place) => Promise<Target>

const NO_LIMIT: ServerOptions = { 'grpc.max_receive_message_length': -1 }

const grpcJs =
  (client: ChannelOptions = {}, server: ServerOptions = NO_LIMIT): Start =>
  async ({ group }) => {
    const lists = new HeaderLists()
    const { addresses } = await startGaugedServer(group, server)
    return { lists, caller: grpcJsCaller(await lists.before(addresses[0]), client) }
  }

const server =
  (language: GrpcLanguage): Start =>
  async ({ group, folder }) => {
    const lists = new HeaderLists()
    const { listening } = await startGrpcServer(group, folder, {
      ...{ language, name: `${language}-server`, listen: '127.0.0.1:0' },
    })
    return { lists, caller: grpcJsCaller(await lists.before(listening)) }
  }

const client =
  (language: GrpcLanguage): Start =>
  async ({ group, folder }) => {
    const lists = new HeaderLists()
    const { addresses } = await startGaugedServer(group, NO_LIMIT)
    const target = `ipv4:${await lists.before(addresses[0])}`
    return {
      lists,
      caller: programCaller(await startGrpcClient(group, folder, { language, name: language, target })),
    }
  }

const language = (name: GrpcLanguage): Readonly<Record<string, Start>> => ({
  ...{ server: server(name), request: server(name) },
  ...{ client: client(name), answer: client(name) },
})

const RAISED = { headerLimits: { maxKib: 96 }, connectionBuffer: 32_768 }

/** Envoys with the defaults and with other limits, and a tap between them and their server, which ends with the scenario. */
async function startEnvoys(context: SharedContext) {
  const { addresses } = await startGaugedServer(context.group, NO_LIMIT)
  const answers = { plain: new HeaderLists(0), raised: new HeaderLists() }
  context.group.ending.addEventListener('abort', () => {
    for (const lists of Object.values(answers)) void lists.stop()
  })
  const envoys = await startTunedEnvoys(context, 'limits', {
    plain: { backend: await answers.plain.before(addresses[0]) },
    raised: { backend: await answers.raised.before(addresses[0]), fleet: RAISED, upstream: RAISED },
  })
  return { envoys, answers }
}

const envoy =
  (which: 'plain' | 'raised'): Start =>
  async (context, { id, overhead }) => {
    const { envoys, answers } = await context.shared('limits: envoys', startEnvoys)
    const { target } = envoys[which]
    if (id.startsWith('answer')) return { lists: answers[which], caller: grpcJsCaller(target) }
    const lists = new HeaderLists(overhead)
    return { lists, caller: grpcJsCaller(await lists.before(target)) }
  }

const nginx =
  (settings: Readonly<Record<string, string>> = {}): Start =>
  async ({ group, folder }, { id }) => {
    const lists = new HeaderLists()
    const { addresses } = await startGaugedServer(group, NO_LIMIT)
    const isAnswer = id === 'answer'
    const backend = isAnswer ? await lists.before(addresses[0]) : addresses[0]
    const { address } = await startNginx(group, join(folder, `nginx-${id}`), {
      ...{ backends: [{ id: 'server', address: backend }], keepAlive: 1, server: settings },
    })
    return { lists, caller: grpcJsCaller(isAnswer ? address : await lists.before(address)) }
  }

/** By program and place. */
export const TARGETS: Readonly<Record<string, Readonly<Record<string, Start>>>> = {
  'grpc-js': {
    ...{ server: grpcJs({}, {}), 'server-raised': grpcJs(), client: grpcJs(), 'client-sends': grpcJs() },
    'client-sends-limited': grpcJs({ 'grpc.max_send_message_length': MIB }),
    ...{ request: grpcJs(), answer: grpcJs() },
  },
  ...{ go: language('go'), python: language('python'), java: language('java') },
  envoy: {
    ...{ server: envoy('plain'), request: envoy('plain'), answer: envoy('plain') },
    'server-small-buffers': envoy('raised'),
    ...{ 'request-raised': envoy('raised'), 'answer-raised': envoy('raised') },
  },
  nginx: {
    ...{ server: nginx(), request: nginx(), answer: nginx() },
    'server-raised': nginx({ client_max_body_size: '0' }),
  },
}
