// switchyard.hop.v1.HopService: works, or calls the next hop with or without what it knows of its caller.

import { setTimeout as wait } from 'node:timers/promises'
import { HopService, type WorkRequest } from '@envoy/xds-protos/switchyard/hop/v1/hop_pb.js'
import { status } from '@grpc/grpc-js'
import { rejectIf } from '../reject-invalid.ts'
import {
  type CallContext,
  type CallOptions,
  createClient,
  type Implementation,
  type RpcClient,
  RpcStatusError,
} from '../rpc/index.ts'
import { CAREFUL, type HopBehavior } from './behavior.ts'
import { type HopRecord, OpenRecord } from './hop-records.ts'
import { Slots } from './slots.ts'

const MAX_UNITS = 10_000

export class Hop {
  readonly handlers: Implementation<typeof HopService>
  #behavior: HopBehavior = CAREFUL
  #slots = new Slots(CAREFUL.slots)
  #next: RpcClient<typeof HopService> | undefined
  #records: OpenRecord[] = []

  constructor() {
    this.handlers = { work: (request, context) => this.#answer(request, context) }
  }

  /** For calls that begin from now on. Forgets all records. */
  behave(behavior: HopBehavior): void {
    this.close()
    this.#behavior = behavior
    this.#slots = new Slots(behavior.slots)
    this.#records = []
    const { next } = behavior
    if (next === undefined) return
    const options = next.authority === undefined ? {} : { 'grpc.default_authority': next.authority }
    this.#next = createClient(HopService, next.address, { options })
  }

  /** Of all calls since the last `behave`, also of those that have not ended. */
  records(): readonly HopRecord[] {
    return this.#records.map(({ record }) => record)
  }

  close(): void {
    this.#next?.close()
    this.#next = undefined
  }

  async #answer(request: WorkRequest, context: CallContext) {
    const { callId, units } = request
    rejectIf([units > MAX_UNITS && `units: ${units} are too many; give at most ${MAX_UNITS}`])
    const open = new OpenRecord(callId, context.deadline)
    this.#records.push(open)
    open.watch(context.signal)
    try {
      const answer = this.#next
        ? await this.#ask(this.#next, request, context)
        : await this.#work(units, context, open)
      open.end('finished')
      return answer
    } catch (error) {
      open.end(isOver(context) ? 'stopped' : 'failed')
      throw error
    }
  }

  async #ask(next: RpcClient<typeof HopService>, request: WorkRequest, { deadline, signal }: CallContext) {
    const { handsOnDeadline, handsOnCancellation, marginMs, answersWithout } = this.#behavior
    const options: CallOptions = {
      ...(handsOnDeadline && deadline && { deadline: deadline.getTime() - marginMs }),
      ...(handsOnCancellation && { signal }),
    }
    try {
      return await next.work(request, options)
    } catch (error) {
      const isLate = error instanceof RpcStatusError && error.code === status.DEADLINE_EXCEEDED
      if (answersWithout && isLate) return { units: 0, partial: true }
      throw error
    }
  }

  async #work(units: number, context: CallContext, open: OpenRecord) {
    const { signal, deadline } = context
    const { looks, unit, minLeftMs } = this.#behavior
    const slots = this.#slots
    if (!(await slots.take(looks ? signal : undefined))) throw nobodyWaits()
    try {
      if (deadline && deadline.getTime() - Date.now() < minLeftMs) throw tooLate(minLeftMs)
      for (let done = 0; done < units; done += 1) {
        if (looks && isOver(context)) throw nobodyWaits()
        burn(unit.cpuMs)
        // Cancelling the wait too would end the unit at once; here a unit that was begun is finished.
        await wait(unit.waitMs)
        open.unitDone()
      }
      return { units }
    } finally {
      slots.release()
    }
  }
}

/** The signal of a deadline that has passed may come a little later. */
function isOver({ signal, deadline }: CallContext): boolean {
  return signal.aborted || (deadline !== undefined && Date.now() > deadline.getTime())
}

function tooLate(minLeftMs: number): RpcStatusError {
  return new RpcStatusError(
    status.DEADLINE_EXCEEDED,
    `less than ${minLeftMs} ms are left, and the work takes longer; allow more time`,
  )
}

function nobodyWaits(): RpcStatusError {
  return new RpcStatusError(status.CANCELLED, 'nobody waits for the answer any more')
}

/** Keeps the CPU busy. By the clock: the kernel counts CPU time of a process in steps of milliseconds. */
function burn(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
