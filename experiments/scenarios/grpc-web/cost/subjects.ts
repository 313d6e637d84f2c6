// What is compared: gRPC itself, and gRPC-Web on each way, as binary and as text.

import type { RunContext } from '../../../../harness/scenario.ts'
import { startConnectBackend } from '../../../../testbed/grpc-web/connect-backend.ts'
import { hasGoProxy, startGoProxy } from '../../../../testbed/grpc-web/go-proxy.ts'
import { startNodeProxy } from '../../../../testbed/grpc-web/node-proxy.ts'
import { webEdge } from '../web-edge.ts'
import { PAGE } from '../witness.ts'
import { type OpenCaller, openGrpc, openWeb } from './callers.ts'

export interface Subject {
  readonly id: string
  readonly title: string
  readonly open: OpenCaller
  /** Which of the places the client calls. */
  readonly at: 'backend' | 'envoy' | 'goProxy' | 'nodeProxy' | 'connect'
}

const [binary, text] = [openWeb('binary'), openWeb('text')]

/** In the order of tables. The first is what the others are compared with. */
export const SUBJECTS: readonly Subject[] = [
  { id: 'grpc', title: 'gRPC', open: openGrpc, at: 'backend' },
  { id: 'grpc-envoy', title: 'gRPC through Envoy', open: openGrpc, at: 'envoy' },
  { id: 'envoy', title: "gRPC-Web, Envoy's filter", open: binary, at: 'envoy' },
  { id: 'envoy-text', title: "gRPC-Web as text, Envoy's filter", open: text, at: 'envoy' },
  { id: 'go-proxy', title: 'gRPC-Web, grpcwebproxy', open: binary, at: 'goProxy' },
  { id: 'node-proxy', title: 'gRPC-Web, @grpc-web/proxy', open: binary, at: 'nodeProxy' },
  { id: 'connect', title: "gRPC-Web, connect's own server", open: binary, at: 'connect' },
]

/** Addresses by place; a proxy that cannot be had here is missing. */
export type Places = Readonly<Partial<Record<Subject['at'], string>>>

/** Started once for the scenario: all of them in front of one backend, except connect, which is a backend itself. */
export async function placesOf(context: RunContext): Promise<Places> {
  const { testbed, node } = await webEdge(context)
  const backend = testbed.backends[0]?.address ?? ''
  return await context.shared('web proxies', async ({ group, folder }) => {
    const settings = { backend, origin: PAGE }
    const [nodeProxy, connect, goProxy] = await Promise.all([
      startNodeProxy(group, folder, settings),
      startConnectBackend(group, folder, { id: 'c1', origin: PAGE }),
      hasGoProxy() ? startGoProxy(group, folder, settings) : undefined,
    ])
    return {
      ...{ backend, envoy: node.target, nodeProxy: nodeProxy.address, connect: connect.address },
      ...(goProxy && { goProxy: goProxy.address }),
    }
  })
}
