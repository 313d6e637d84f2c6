// Looking on: the status of fleets and nodes, what a fleet is served, and whether we are up.

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { fleetLbOf, fleetOf } from '../document/fleet-lb.ts'
import type { RoutesOptions } from './admin.ts'
import { toRevisionJson } from './answers.ts'
import { createProblem, sendProblem } from './problem.ts'
import { describeOperation, type FleetParams, FleetParamsSchema, StatusSchema } from './schemas.ts'

export async function statusRoutes(server: FastifyInstance, { state, nodes, closing }: RoutesOptions) {
  const up = { 200: Type.Object({ status: Type.String() }) }
  server.get(
    '/healthz',
    { schema: { ...describeOperation('getHealth', 'Whether the process answers', up), security: [] } },
    async () => ({
      status: 'ok',
    }),
  )

  server.get(
    '/readyz',
    {
      schema: {
        ...describeOperation('getReadiness', 'Whether a revision is served, and goes on to be', up),
        security: [],
      },
    },
    async (_request, reply) =>
      closing.aborted
        ? sendProblem(reply, createProblem('unreachable', 'the control plane is ending'))
        : { status: 'ready', revision: state.head.number },
  )

  // Nodes stand beside the fleets, for one whose cluster is no fleet's name is to be seen too.
  server.get(
    '/v1/status',
    {
      schema: describeOperation('getStatus', 'Fleets, nodes, and the revision in force', {
        200: StatusSchema,
      }),
    },
    async () => {
      const newestFirst = (await state.list()).toReversed()
      const refused = newestFirst.find(({ status }) => status === 'rejected' || status === 'rolled_back')
      return {
        revision: toRevisionJson(state.head),
        acceptedRevision: state.acceptedNumber ?? null,
        refusedRevision: refused === undefined ? null : toRevisionJson(refused),
        refusals: state.refusals()?.problems ?? [],
        fleets: Object.fromEntries(
          Object.keys(state.config.fleets).map((name) => [name, { lb: fleetLbOf(state.config, name) }]),
        ),
        secrets: state.secrets(),
        nodes: nodes.status(),
      }
    },
  )

  server.get<{ Params: FleetParams }>(
    '/v1/snapshots/:fleet',
    {
      schema: {
        ...describeOperation('getSnapshot', 'What a fleet is served, as proto JSON by type and name', {
          200: Type.Object({}, { additionalProperties: true }),
        }),
        params: FleetParamsSchema,
      },
    },
    async ({ params: { fleet } }) => {
      fleetOf(state.config, fleet)
      return nodes.snapshotJson(fleet) ?? {}
    },
  )
}
