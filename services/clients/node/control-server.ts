// The client's control port: HTTP with JSON. It starts calls, and reports what became of them.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProgramServer, readJson } from '../../program-server.ts'
import { type CallSettings, type Load, startCalls } from './calls.ts'
import type { EchoClient } from './echo-client.ts'

export interface ControlOptions {
  readonly host: string
  readonly port: number
  /** The client of all calls, except those that ask for a channel of their own. */
  readonly client: EchoClient
  readonly openClient: () => EchoClient
  readonly state: () => object
}

/** Body of `POST /calls` and `POST /loads`. */
interface CallsBody extends CallSettings {
  /** Whether these calls use a channel of their own, with connections of its own. */
  readonly newChannel?: boolean
}

/** @returns its address, `HOST:PORT` */
export async function serveControl(options: ControlOptions): Promise<string> {
  const answer = answerWith(options)
  const server = createProgramServer((request, response) => {
    answer(request).then(
      (body) => send(response, body === undefined ? 404 : 200, body ?? { error: 'no such path' }),
      (error: Error) => send(response, 400, { error: error.message }),
    )
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo
  return `${address}:${port}`
}

/** A function that answers a request with a JSON body; undefined for an unknown path. */
function answerWith({ client, openClient, state }: ControlOptions) {
  const loads = new Map<string, Load>()
  let lastLoad = 0

  const start = ({ newChannel = false, ...settings }: CallsBody): Load => {
    const used = newChannel ? openClient() : client
    const load = startCalls(used, settings)
    if (newChannel) void load.finished.then(() => used.close())
    return load
  }
  return async (request: IncomingMessage): Promise<object | undefined> => {
    const { method, url = '' } = request
    if (method === 'GET' && url === '/state') return state()
    if (method === 'POST' && url === '/calls') {
      return await start({ calls: 1, ...((await readJson(request)) as CallsBody) }).finished
    }
    if (method === 'POST' && url === '/loads') {
      lastLoad += 1
      loads.set(`/loads/${lastLoad}`, start((await readJson(request)) as CallsBody))
      return { load: lastLoad }
    }
    const load = method === 'DELETE' ? loads.get(url) : undefined
    if (load === undefined) return undefined
    loads.delete(url)
    load.end()
    return await load.finished
  }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
