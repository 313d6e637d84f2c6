// The status of fleets and nodes, what a fleet is served, and the health of the process.

import type { FastifyInstance } from 'fastify'
import type { Disconnected } from '../../api/schemas/node.ts'
import {
  type FleetParams,
  FleetParamsSchema,
  type NodeParams,
  NodeParamsSchema,
  type NodeQuery,
  NodeQuerySchema,
} from '../../api/schemas/request.ts'
import type { Health, Readiness, Status } from '../../api/schemas/status.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { SECRET } from '../../xds-server/snapshot/resource-type.ts'
import { fleetLbOf, fleetOf } from '../document/fleet-lb.ts'
import { routeOf } from './operation.ts'
import { createProblem, sendProblem } from './problem.ts'
import { toNodesJson, toRevisionJson } from './rest-json.ts'
import type { RoutesOptions } from './routes-options.ts'

export async function statusRoutes(server: FastifyInstance, { state, nodes, closing }: RoutesOptions) {
  server.route({
    ...routeOf('getHealth', { security: [] }),
    handler: async (): Promise<Health> => ({ status: 'ok' }),
  })

  server.route({
    ...routeOf('getReadiness', { security: [] }),
    handler: async (_request, reply) => {
      if (closing.aborted)
        return sendProblem(reply, createProblem('unreachable', 'the control plane is shutting down'))
      await state.checkWritable()
      const ready: Readiness = { status: 'ready', revision: state.head.number }
      return ready
    },
  })

  // Nodes are beside the fleets, so that a node is visible too if its cluster is not a fleet.
  server.route({
    ...routeOf('getStatus'),
    handler: async (request): Promise<Status> => {
      const secrets = state.secrets()
      request.shownSecrets = Object.keys(secrets)
      const rejected = await state.newestRejected()
      return {
        revision: toRevisionJson(state.head),
        acceptedRevision: state.acceptedNumber ?? null,
        rejectedRevision: rejected === undefined ? null : toRevisionJson(rejected),
        nacks: state.nacks()?.problems ?? [],
        fleets: Object.fromEntries(
          Object.entries(state.config.fleets).map(([name, { kind }]) => [
            name,
            { kind, ...(kind !== 'grpc-server' && { lb: fleetLbOf(state.config, name) }) },
          ]),
        ),
        secrets,
        files: state.files(),
        endpoints: state.endpointSources(),
        nodes: toNodesJson(nodes.status(), state.config),
      }
    },
  })

  server.route<{ Params: FleetParams; Querystring: NodeQuery }>({
    ...routeOf('getSnapshot', { params: FleetParamsSchema, querystring: NodeQuerySchema }),
    handler: async (request) => {
      const { params, query } = request
      const { fleet } = params
      const { node } = query
      fleetOf(state.config, fleet)
      const served = nodes.snapshotJson(fleet, node)
      if (served === undefined) return node === undefined ? {} : rejectAbsentNode(fleet, node)
      request.shownSecrets = namesIn(served[SECRET])
      return withPatches(served, state.patchesOf(fleet))
    },
  })

  // The fleet need not be in the document: a node that names another one is connected too, and served nothing.
  server.route<{ Params: NodeParams }>({
    ...routeOf('deleteStreams', { params: NodeParamsSchema }),
    handler: async ({ params }): Promise<Disconnected> => {
      const { fleet, node } = params
      const streams = nodes.disconnect(fleet, node)
      return streams > 0 ? { fleet, node, streams } : rejectUnknownNode(fleet, node)
    },
  })
}

function rejectUnknownNode(fleet: string, node: string): never {
  throw new SwitchyardError(
    'not-found',
    `no node "${node}" of fleet "${fleet}" has a stream: "yard status" lists those that are connected`,
  )
}

/** The names of the resources of a type. */
function namesIn(type: object | undefined): readonly string[] {
  return isMap(type) && isMap(type.resources) ? Object.keys(type.resources) : []
}

/** Says of each type which resources have fields that come from patches. */
function withPatches(
  served: Readonly<Record<string, object>>,
  marks: ReturnType<RoutesOptions['state']['patchesOf']>,
) {
  if (marks.length === 0) return served
  return Object.fromEntries(
    Object.entries(served).map(([typeUrl, type]) => {
      const own = marks.filter((one) => one.typeUrl === typeUrl)
      if (own.length === 0) return [typeUrl, type]
      const byName = Map.groupBy(own, ({ name }) => name)
      const patched = [...byName].map(([name, all]) => [
        name,
        all.map(({ path, pointers }) => ({ path, pointers })),
      ])
      return [typeUrl, { ...type, patched: Object.fromEntries(patched) }]
    }),
  )
}

function rejectAbsentNode(fleet: string, node: string): never {
  throw new SwitchyardError(
    'not-found',
    `no node "${node}" of fleet "${fleet}" is connected: start it, or leave out ?node to get what the fleet is served`,
  )
}
