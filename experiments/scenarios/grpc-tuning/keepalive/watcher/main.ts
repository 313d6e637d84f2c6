// A client of grpc-js as a process: it keeps channels busy or idle, and says when each of them notices that its connection is dead.

import { createInterface } from 'node:readline'
import { Client, connectivityState, credentials, type ServiceError, status } from '@grpc/grpc-js'
import type { CallTally, WatchedChannel, WatcherLine } from './channels.ts'

const METHOD = '/switchyard.echo.v1.EchoService/Unary'
/** An empty EchoRequest, and an answer that nobody reads. */
const EMPTY = Buffer.alloc(0)
const asIs = (bytes: Buffer) => bytes
const FOREVER_MS = 3_600_000
/** Of `new calls`. */
const DEADLINE_MS = 200

const channels: readonly WatchedChannel[] = JSON.parse(process.argv[2] ?? '[]')
const tallies = new Map<string, Record<string, number>>()

await Promise.all(channels.map(begin))
createInterface({ input: process.stdin })
  .on('line', () => say({ tallies: takeTallies() }))
  .on('close', () => process.exit(0))
say({ watching: process.pid })

async function begin(watched: WatchedChannel): Promise<void> {
  const { address, options, use, id } = watched
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  })
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + FOREVER_MS, (error) => (error ? reject(error) : resolve())),
  )
  const noticed = (how: string) => say({ noticed: { id, at: Date.now(), how } })
  if (use === 'call') void call(client, FOREVER_MS).then(({ text }) => noticed(text))
  else watchConnection(client, noticed)
  if (use === 'new calls') void keepCalling(client, id)
}

function watchConnection(client: Client, noticed: (how: string) => void): void {
  const { READY } = connectivityState
  client.getChannel().watchConnectivityState(READY, FOREVER_MS + Date.now(), () => {
    const state = client.getChannel().getConnectivityState(false)
    noticed(`the channel is ${connectivityState[state]}`)
  })
}

async function keepCalling(client: Client, id: string): Promise<void> {
  const codes: Record<string, number> = {}
  tallies.set(id, codes)
  for (;;) {
    const { code } = await call(client, DEADLINE_MS)
    const own = tallies.get(id) ?? {}
    own[code] = (own[code] ?? 0) + 1
    // One that fails at once must not become a loop that keeps the process busy.
    if (code !== 'DEADLINE_EXCEEDED') await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function takeTallies(): readonly CallTally[] {
  const taken = [...tallies].map(([id, codes]) => ({ id, codes }))
  for (const { id } of taken) tallies.set(id, {})
  return taken
}

function call(client: Client, timeoutMs: number): Promise<{ readonly code: string; readonly text: string }> {
  return new Promise((resolve) => {
    const ended = (error: ServiceError | null) => {
      const code = status[error?.code ?? status.OK]
      resolve({ code, text: error === null ? code : `${code}: ${error.details}` })
    }
    client.makeUnaryRequest(METHOD, asIs, asIs, EMPTY, { deadline: Date.now() + timeoutMs }, ended)
  })
}

function say(line: WatcherLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
