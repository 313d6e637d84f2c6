// What is wrong with a plan of a load: everything at once, with its place.

import type { Problem } from '../../core/errors.ts'
import { isKeyValue, type LoadPlan, partsOf, type SingleShape } from './load-plan.ts'

/** The echo service accepts no more. */
const MAX_DELAY_MS = 60_000
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024
/** grpc-js throws at deadlines of some years. */
const MAX_DEADLINE_MS = 24 * 3_600 * 1_000

export function loadPlanProblems(plan: LoadPlan): readonly Problem[] {
  const problems: Problem[] = []
  const say = (path: string, value: unknown, isValid: boolean, wanted: string) => {
    if (!isValid) problems.push({ path, message: `${JSON.stringify(value)} is not possible; give ${wanted}` })
  }
  const { target, targets, connections, loop, warmUpSeconds, seconds, deadlineMs, seriesMs } = plan
  say(
    'target',
    target,
    (targets ?? [target ?? '']).every((one) => one !== '') && targets?.length !== 0,
    'an address such as 127.0.0.1:7000 or xds:///echo, or several as targets',
  )
  say('connections', connections, isCount(connections), 'a whole number from 1')
  if (loop.kind === 'open') {
    say('loop.callsPerSecond', loop.callsPerSecond, loop.callsPerSecond > 0, 'a number above 0')
    say('loop.atMost', loop.atMost, isCount(loop.atMost ?? 1), 'a whole number from 1')
  } else say('loop.concurrency', loop.concurrency, isCount(loop.concurrency), 'a whole number from 1')
  say('keys.count', plan.keys?.count, isCount(plan.keys?.count ?? 1), 'a whole number from 1')
  say('warmUpSeconds', warmUpSeconds, warmUpSeconds >= 0, 'seconds from 0')
  say('seconds', seconds, (seconds ?? 1) > 0, 'seconds above 0')
  say('servers', plan.servers, isCount((plan.servers ?? 0) + 1), 'a whole number from 0')
  say(
    'deadlineMs',
    deadlineMs,
    (deadlineMs ?? 1) > 0 && (deadlineMs ?? 1) <= MAX_DEADLINE_MS,
    `milliseconds above 0, and at most ${MAX_DEADLINE_MS} (a day)`,
  )
  say('seriesMs', seriesMs, (seriesMs ?? 1) > 0, 'milliseconds above 0')
  if (plan.calls.kind === 'mixed') {
    say('calls.of', plan.calls.of, plan.calls.of.length > 0, 'a shape or several')
  }
  partsOf(plan.calls).forEach(({ weight, shape }, at) => {
    const path = plan.calls.kind === 'mixed' ? `calls.of[${at}]` : 'calls'
    say(`${path}.weight`, weight, weight > 0, 'a number above 0')
    shapeProblems(shape, plan.calls.kind === 'mixed' ? `${path}.shape` : path, say)
  })
  return problems
}

type Say = (path: string, value: unknown, isValid: boolean, wanted: string) => void

function shapeProblems(shape: SingleShape, path: string, say: Say): void {
  const { payloadBytes, responseBytes } = { responseBytes: undefined, ...shape }
  for (const [name, bytes] of Object.entries({ payloadBytes, responseBytes })) {
    const isValid = Number.isInteger(bytes ?? 0) && (bytes ?? 0) >= 0 && (bytes ?? 0) <= MAX_PAYLOAD_BYTES
    say(`${path}.${name}`, bytes, isValid, `bytes from 0 to ${MAX_PAYLOAD_BYTES} (16 MiB)`)
  }
  if (isKeyValue(shape)) return
  const [name, pause] = shape.kind === 'unary' ? ['delayMs', shape.delayMs] : ['everyMs', shape.everyMs]
  say(
    `${path}.${name}`,
    pause,
    (pause ?? 0) >= 0 && (pause ?? 0) <= MAX_DELAY_MS,
    `milliseconds from 0 to ${MAX_DELAY_MS}`,
  )
  if (shape.kind !== 'unary')
    say(`${path}.messages`, shape.messages, isCount(shape.messages), 'a whole number from 1')
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}
