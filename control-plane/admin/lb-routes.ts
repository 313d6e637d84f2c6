// The switch itself: `GET|PUT /v1/fleets/{fleet}/lb`, which answers when the fleet has it, or says who refused and why.

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DesiredState } from '../config/desired-state.ts'
import { fleetLbOf, withFleetLb } from '../config/fleet-lb.ts'
import type { FleetLb } from '../config/model.ts'
import type { NodeStatus, SyncReport } from '../snapshot/status.ts'
import { type Acks, describePending, describeRefusals } from './acks.ts'
import { createProblem, sendProblem } from './problem.ts'
import { type WaitQuery, WaitQuerySchema, waitMsOf, waitSignal } from './wait.ts'

/** What a write answers: what is in effect, and how far the fleet has come with it. */
export type LbAnswer = FleetLb & {
  readonly outcome: SyncReport['outcome']
  /** From the arrival of the request to this answer, in milliseconds. */
  readonly elapsedMs: number
  readonly nodes: readonly NodeStatus[]
}

export interface LbRoutesOptions {
  readonly state: DesiredState
  readonly acks: Acks
  /** Aborts when the server closes, so that no wait holds it up. */
  readonly closing: AbortSignal
}

const PATH = '/v1/fleets/:fleet/lb'

interface Params {
  readonly fleet: string
}

export async function lbRoutes(server: FastifyInstance, { state, acks, closing }: LbRoutesOptions) {
  server.get<{ Params: Params }>(PATH, async ({ params }) => fleetLbOf(state.config, params.fleet))

  server.put<{ Params: Params; Querystring: WaitQuery }>(
    PATH,
    { schema: { querystring: WaitQuerySchema } },
    async ({ params: { fleet }, query, body }, reply) => {
      const begun = performance.now()
      const waitMs = waitMsOf(query)
      state.change((config) => withFleetLb(config, fleet, body))
      // Not to wait is to look once at how far it has come.
      const signal = waitMs === undefined ? AbortSignal.abort() : waitSignal(waitMs, reply, closing)
      const { outcome, nodes } = await acks.synced(fleet, { signal })
      const elapsedMs = Math.round(performance.now() - begun)
      const answer: LbAnswer = { outcome, elapsedMs, ...fleetLbOf(state.config, fleet), nodes }
      return waitMs === undefined ? reply.code(202).send(answer) : sendOutcome(reply, answer)
    },
  )
}

function sendOutcome(reply: FastifyReply, answer: LbAnswer): FastifyReply {
  const { nodes, elapsedMs } = answer
  switch (answer.outcome) {
    case 'synced':
      return reply.send(answer)
    case 'unverified':
      return reply.code(202).send(answer)
    case 'nacked':
      return sendProblem(reply, { ...createProblem('nacked', describeRefusals(nodes)), ...answer })
    case 'pending': {
      const detail = `after ${elapsedMs} ms still without an answer: ${describePending(nodes)}`
      return sendProblem(reply, { ...createProblem('pending', detail), ...answer })
    }
  }
}
