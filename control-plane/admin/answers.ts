// Answers to writes: sent when the outcome of the revision is known, or when the wait ends.

import type { FastifyReply } from 'fastify'
import type { WaitQuery } from '../../api/schemas/request.ts'
import type { WriteAnswer } from '../../api/schemas/write-answer.ts'
import { spanned } from '../../core/spanned.ts'
import { toProblem } from '../document/problem.ts'
import { warningsOf } from '../document/warnings.ts'
import type { DesiredState, Follow, Progress } from './desired-state.ts'
import { etagHeader } from './preconditions.ts'
import { createProblem, sendProblem } from './problem.ts'
import { toNodeJson } from './rest-json.ts'
import { waitMsOf, waitSignal } from './wait.ts'

interface SendOptions {
  readonly describe?: () => object
  readonly follow?: Follow
}

/** A request whose answer depends on how far a revision comes within its `?wait=`. */
export class PendingAnswer {
  readonly #state: DesiredState
  readonly #reply: FastifyReply
  readonly #closing: AbortSignal
  readonly #waitMs: number | undefined
  readonly #begun = performance.now()

  /** Create it before anything is written: the time of the answer counts from here. */
  constructor(state: DesiredState, reply: FastifyReply, closing: AbortSignal, query: WaitQuery) {
    this.#state = state
    this.#reply = reply
    this.#closing = closing
    this.#waitMs = waitMsOf(query)
  }

  /**
   * Sends the answer, with the ETag of the document in force by then.
   * @param describe more fields, computed when the wait is over
   * @param follow see `DesiredState.progress`
   */
  async send(
    number: number,
    { describe = () => ({}), follow = 'changes' }: SendOptions = {},
  ): Promise<FastifyReply> {
    this.#reply.request.revision = number
    const waitMs = this.#waitMs
    // Without a wait, look once at how far the revision has come.
    const signal = waitMs === undefined ? AbortSignal.abort() : waitSignal(waitMs, this.#reply, this.#closing)
    const progress = await spanned('wait for nodes', () => this.#state.progress(number, signal, follow))
    const { outcome, revision, nodes } = progress
    const answer: WriteAnswer = {
      outcome,
      revision: revision.number,
      revisionStatus: revision.status,
      elapsedMs: Math.round(performance.now() - this.#begun),
      warnings: warningsOf(this.#state.config).map(toProblem),
      nodes: nodes.map(toNodeJson),
    }
    const reply = this.#reply.header('etag', etagHeader(this.#state.head))
    const whole = { ...answer, ...describe() }
    return waitMs === undefined ? reply.code(202).send(whole) : sendOutcome(reply, progress, whole)
  }
}

function sendOutcome(reply: FastifyReply, { detail }: Progress, answer: WriteAnswer): FastifyReply {
  const message = detail?.message ?? ''
  switch (answer.outcome) {
    case 'synced':
      return reply.send(answer)
    case 'unverified':
      return reply.code(202).send(answer)
    case 'replaced':
      return reply.code(202).send({ ...answer, reason: message })
    case 'nacked': {
      const stays =
        answer.revisionStatus === 'accepted'
          ? '; the revision stays in force, because the other nodes ACKed it'
          : ''
      return sendProblem(reply, {
        ...createProblem('nacked', `${message}${stays}`, detail?.problems),
        ...answer,
      })
    }
    case 'pending': {
      const text = `no answer within ${answer.elapsedMs} ms from ${message}; the revision stays in force`
      return sendProblem(reply, { ...createProblem('pending', text), ...answer })
    }
  }
}
