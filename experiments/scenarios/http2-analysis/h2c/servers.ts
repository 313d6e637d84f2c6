// The servers that are asked for HTTP/2 without TLS.

import { once } from 'node:events'
import { createServer as createHttp1 } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { findProgram } from '../../../../processes/find-program.ts'
import { INSTALL_NGHTTPX, startNghttpx } from '../../../../testbed/proxies/nghttpx.ts'
import { INSTALL_NGINX, startNginx } from '../../../../testbed/proxies/nginx.ts'
import { startTestbed } from '../../../../testbed/testbed.ts'
import { sharedBackend } from '../tapped-backend.ts'

export interface H2cServer {
  /** Of the run: `h2c.ID`. */
  readonly id: string
  readonly title: string
  readonly needs?: readonly Need[]
  /** @returns its address; it ends with the run */
  readonly start: (context: RunContext) => Promise<{ readonly address: string; readonly stop?: () => void }>
  /** What it accepts. */
  readonly accepts: { readonly priorKnowledge: boolean; readonly upgrade: boolean; readonly http1: boolean }
}

const ONLY_HTTP2 = { priorKnowledge: true, upgrade: false, http1: false }

const needs = (name: string, install: string): readonly Need[] => [
  { name, install, isThere: () => findProgram(name) !== undefined },
]

export const SERVERS: readonly H2cServer[] = [
  {
    ...{ id: 'grpc-js', title: 'grpc-js', accepts: ONLY_HTTP2 },
    start: async (context) => ({ address: (await sharedBackend(context)).address }),
  },
  {
    ...{ id: 'node-http2', title: 'Node, http2', accepts: ONLY_HTTP2 },
    start: () => listening(createHttp2((_, response) => void response.end('ok'))),
  },
  {
    ...{ id: 'node-http', title: 'Node, http' },
    accepts: { priorKnowledge: false, upgrade: false, http1: true },
    start: () => listening(createHttp1((_, response) => void response.end('ok'))),
  },
  {
    ...{ id: 'envoy', title: 'Envoy, L7 listener' },
    accepts: { priorKnowledge: true, upgrade: false, http1: true },
    start: startEnvoy,
  },
  {
    ...{ id: 'nginx', title: 'nginx, `listen … http2`', accepts: ONLY_HTTP2 },
    needs: needs('nginx', INSTALL_NGINX),
    async start(context) {
      const { id, address } = await sharedBackend(context)
      const folder = join(context.folder, 'nginx')
      return await startNginx(context.group, folder, { backends: [{ id, address }], keepAlive: 1 })
    },
  },
  {
    ...{ id: 'nghttpx', title: 'nghttpx' },
    accepts: { priorKnowledge: true, upgrade: true, http1: true },
    needs: needs('nghttpx', INSTALL_NGHTTPX),
    async start(context) {
      const { address } = await sharedBackend(context)
      return await startNghttpx(context.group, context.folder, address)
    },
  },
]

async function startEnvoy({ group, folder }: RunContext): Promise<{ readonly address: string }> {
  const { rest, fleets } = await startTestbed(group, { folder, fleets: new Map([['edge', 1]]), backends: 1 })
  // A listener of gRPC takes HTTP/2 alone by default.
  const listeners = { main: { http1: true } }
  await rest.patchConfig({ fleets: { edge: { lb: { mode: 'l7' }, listeners } } })
  const [node] = fleets.get('edge') ?? []
  if (node === undefined) throw new Error('the fleet has no Envoy')
  return { address: node.target }
}

async function listening(server: Server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { address: `127.0.0.1:${port}`, stop: () => void server.close() }
}
