// What a write is answered with: its outcome, once the fleet has it, or who refused and why, or who is behind.

import type { FastifyReply } from 'fastify'
import type { NodeStatus, SyncReport } from '../../xds-server/nodes/status.ts'
import type { RevisionInfo, RevisionStatus } from '../store/revision.ts'
import type { DesiredState, Progress } from './desired-state.ts'
import { etagHeader } from './preconditions.ts'
import { createProblem, sendProblem } from './problem.ts'
import { type WaitQuery, waitMsOf, waitSignal } from './wait.ts'

export interface Answer {
  readonly outcome: SyncReport['outcome']
  /** The number of the revision. */
  readonly revision: number
  readonly revisionStatus: RevisionStatus
  /** From the arrival of the request to this answer, in milliseconds. */
  readonly elapsedMs: number
  readonly nodes: readonly NodeStatus[]
}

/** A revision as REST shows it. */
export function toRevisionJson({ number, detail, ...rest }: RevisionInfo) {
  return { revision: number, ...rest, ...(detail && { reason: detail.message, problems: detail.problems }) }
}

/** A request that is to be answered when a revision has come as far as its `?wait=` allows. */
export class PendingAnswer {
  readonly #state: DesiredState
  readonly #reply: FastifyReply
  readonly #closing: AbortSignal
  readonly #waitMs: number | undefined
  readonly #begun = performance.now()

  /** @throws SwitchyardError `invalid-argument` for a wait that is too long, before anything is done. */
  constructor(state: DesiredState, reply: FastifyReply, closing: AbortSignal, query: WaitQuery) {
    this.#state = state
    this.#reply = reply
    this.#closing = closing
    this.#waitMs = waitMsOf(query)
  }

  /** Sends it, with whatever `describe` adds; the ETag is that of the document in force by then. */
  async send(number: number, describe: () => object = () => ({})): Promise<FastifyReply> {
    this.#reply.request.revision = number
    const waitMs = this.#waitMs
    // Not to wait is to look once at how far it has come.
    const signal = waitMs === undefined ? AbortSignal.abort() : waitSignal(waitMs, this.#reply, this.#closing)
    const progress = await this.#state.progress(number, signal)
    const { outcome, revision, nodes } = progress
    const elapsedMs = Math.round(performance.now() - this.#begun)
    const answer: Answer = {
      outcome,
      revision: revision.number,
      revisionStatus: revision.status,
      elapsedMs,
      nodes,
    }
    const reply = this.#reply.header('etag', etagHeader(this.#state.head))
    const whole = { ...answer, ...describe() }
    return waitMs === undefined ? reply.code(202).send(whole) : sendOutcome(reply, progress, whole)
  }
}

function sendOutcome(reply: FastifyReply, { detail }: Progress, answer: Answer): FastifyReply {
  const message = detail?.message ?? ''
  switch (answer.outcome) {
    case 'synced':
      return reply.send(answer)
    case 'unverified':
      return reply.code(202).send(answer)
    case 'nacked': {
      const stays =
        answer.revisionStatus === 'accepted' ? '; the others have accepted the revision, and it stays' : ''
      return sendProblem(reply, {
        ...createProblem('nacked', `${message}${stays}`, detail?.problems),
        ...answer,
      })
    }
    case 'pending': {
      const text = `after ${answer.elapsedMs} ms still without an answer: ${message}`
      return sendProblem(reply, { ...createProblem('pending', text), ...answer })
    }
  }
}
