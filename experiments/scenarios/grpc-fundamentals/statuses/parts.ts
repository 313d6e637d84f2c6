// The servers that the causes need, each of them called directly and through Envoy.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DescService } from '@bufbuild/protobuf'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { type ClientOptions, Server } from '@grpc/grpc-js'
import { createRemoteJWKSet } from 'jose'
import type { RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { requireToken } from '../../../../services/auth/require-token.ts'
import { DrainingListener } from '../../../../services/draining-listener.ts'
import { echoService } from '../../../../services/echo.ts'
import { addService, createClient, type RpcClient } from '../../../../services/rpc/index.ts'
import { startBackend } from '../../../../testbed/backend.ts'
import { ISSUER } from '../../../../testbed/issuer.ts'
import { AUDIENCE } from '../../../../testbed/security.ts'
import { authorityOf } from '../authority.ts'
import { ALLOWED_ROLE, Edge } from '../edge.ts'
import { startForeignServer } from './foreign-server.ts'
import { startOldServer } from './old-server.ts'
import { startPlainServer } from './plain-server.ts'
import type { Way } from './way.ts'

const LOOPBACK = '127.0.0.1:0'
/** Writes in a window that does not end within the run. */
const QUOTA = { writes: 2, windowMs: 3_600_000 }
/** What Envoy allows calls to `slow` and `capped`. */
const ENVOY_LIMIT = '200ms'

export class Parts {
  readonly edge: Edge
  readonly #addresses: ReadonlyMap<string, string>
  readonly #values: string

  private constructor(edge: Edge, addresses: ReadonlyMap<string, string>, values: string) {
    this.edge = edge
    this.#addresses = addresses
    this.#values = values
  }

  static async of(context: RunContext): Promise<Parts> {
    const edge = await Edge.of(context)
    return await context.shared('statuses', (shared) => Parts.#start(shared, edge))
  }

  static async #start({ group, folder }: SharedContext, edge: Edge): Promise<Parts> {
    const values = join(folder, 'values')
    const [store, limited, foreign, plain, old, guarded, dead, victim] = await Promise.all([
      startBackend(group, folder, { id: 'store', listen: LOOPBACK, valuesIn: values }),
      startBackend(group, folder, { id: 'limited', listen: LOOPBACK, writeQuota: QUOTA }),
      startForeignServer(),
      startPlainServer(),
      startOldServer(),
      startGuarded(edge),
      freePort(),
      freePort(),
    ])
    group.ending.addEventListener('abort', () => {
      for (const server of [foreign, plain, old, guarded]) void server.close()
    })
    const { address } = store
    const servers = {
      store: { address },
      limited: { address: limited.address },
      foreign: { address: foreign.address },
      plain: { address: plain.address },
      old: { address: old.address },
      // Envoy checks the token itself, and takes it off the call.
      guarded: { address },
      dead: { address: `127.0.0.1:${dead}` },
      victim: { address: `127.0.0.1:${victim}` },
      slow: { address, rule: { timeout: ENVOY_LIMIT } },
      late: { address: foreign.address, rule: { timeout: ENVOY_LIMIT } },
      capped: { address, rule: { maxStreamDuration: ENVOY_LIMIT } },
      narrow: { address, upstream: { circuitBreaker: { requests: 1 } } },
    }
    await edge.route(servers)
    const direct = Object.entries({ ...servers, guarded: { address: guarded.address } })
    return new Parts(edge, new Map(direct.map(([name, server]) => [name, server.address])), values)
  }

  /** Where to call a server on this way. */
  targetOf(server: string, way: Way): string {
    if (way === 'direct') return this.#addresses.get(server) ?? ''
    return this.edge.targetOf(server === 'guarded' ? 'guarded' : 'edge')
  }

  /** Options of a channel with a connection of its own to a server. */
  optionsOf(server: string, more: ClientOptions = {}): ClientOptions {
    return { 'grpc.default_authority': authorityOf(server), 'grpc.use_local_subchannel_pool': 1, ...more }
  }

  /** Calls a service by a client that is closed afterwards. */
  async with<S extends DescService, T>(
    service: S,
    server: string,
    way: Way,
    use: (client: RpcClient<S>) => Promise<T>,
    options: ClientOptions = {},
  ): Promise<T> {
    const client = createClient(service, this.targetOf(server, way), {
      options: this.optionsOf(server, options),
    })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }

  /** Starts the server `victim` on the address that Envoy knows. @returns a function that kills it */
  async startVictim({ group, folder }: RunContext): Promise<() => Promise<void>> {
    const listen = this.targetOf('victim', 'direct')
    const { pid, exited } = await startBackend(group, folder, { id: 'victim', listen })
    return async () => {
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      await exited
    }
  }

  /** Flips one bit of every value that `store` has on its disk and that begins with `text`. */
  async damage(text: string): Promise<void> {
    for (const name of await readdir(this.#values)) {
      const file = join(this.#values, name)
      const bytes = await readFile(file)
      if (!bytes.toString().startsWith(text)) continue
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
      await writeFile(file, bytes)
    }
  }
}

/** An echo service that checks tokens itself. */
async function startGuarded(edge: Edge) {
  const keys = createRemoteJWKSet(new URL(edge.keySetUrl))
  const rules = { keys, issuer: ISSUER, audience: AUDIENCE, roles: [ALLOWED_ROLE] }
  const server = new Server({ interceptors: [requireToken(rules)] })
  addService(server, EchoService, echoService('guarded'))
  const listener = new DrainingListener(server)
  const address = await listener.listen({ host: '127.0.0.1', port: 0 })
  return { address, close: () => listener.close(0) }
}
