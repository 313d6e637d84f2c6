// Calls of all kinds while switches turn: unary ones, and streams that are open when a change comes.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { createClient, type RpcClient } from '../../services/rpc/index.ts'
import type { BackgroundLoad } from '../../testbed/load/background-load.ts'
import { CallCount } from '../../testbed/load/call-count.ts'

const CHANNELS = 4
/** Messages of a stream, each sent after the answer to the one before. A stream ends well within the drain time. */
const MESSAGES = 20

type Echo = RpcClient<typeof EchoService>

const KINDS: Readonly<Record<string, (client: Echo) => Promise<void>>> = {
  unary: async (client) => {
    await client.unary({ message: 'unary' })
  },
  'bidirectional stream': async (client) => {
    const answered = new Turnstile()
    let answers = 0
    for await (const _ of client.bidirectional(requestsAfter(answered))) {
      answers += 1
      answered.pass()
    }
    if (answers !== MESSAGES)
      throw new Error(`a stream ended with OK after ${answers} of ${MESSAGES} answers`)
  },
  'server stream': async (client) => {
    let answers = 0
    for await (const _ of client.serverStream({ message: 'stream', count: MESSAGES })) answers += 1
    if (answers !== MESSAGES)
      throw new Error(`an answer ended with OK after ${answers} of ${MESSAGES} messages`)
  },
}

/** Lets one through for each that has passed. */
class Turnstile {
  #next = Promise.withResolvers<void>()

  get opens(): Promise<void> {
    return this.#next.promise
  }

  pass(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }
}

async function* requestsAfter(answered: Turnstile) {
  for (let message = 0; message < MESSAGES; message += 1) {
    const opens = answered.opens
    yield { message: `message ${message}` }
    await opens
  }
}

export interface MixedLoad extends BackgroundLoad {
  /** Of the calls that have failed so far. */
  readonly failures: readonly string[]
}

/** Each kind of call on each of some channels with default options, one after the other. No call has a deadline. */
export function startMixedLoad(address: string): MixedLoad {
  const clients = Array.from({ length: CHANNELS }, () =>
    createClient(EchoService, address, { options: { 'grpc.use_local_subchannel_pool': 1 } }),
  )
  const failures: string[] = []
  const count = new CallCount()
  let isRunning = true
  const work = async (client: Echo, [kind, call]: readonly [string, (client: Echo) => Promise<void>]) => {
    while (isRunning) {
      await call(client).catch((error: Error) => failures.push(`${kind}: ${error.message}`))
      count.add()
    }
  }
  const workers = clients.flatMap((client) => Object.entries(KINDS).map((kind) => work(client, kind)))
  return {
    failures,
    further: (calls) => count.further(calls),
    stop: async () => {
      isRunning = false
      await Promise.all(workers)
      for (const client of clients) client.close()
      return { calls: count.ended, failures }
    },
  }
}
