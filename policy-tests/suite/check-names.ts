// Finds the names in a test file that lead nowhere in it, and fields that do not go together.

import type { PlacedProblem } from '../../control-plane/document/problem.ts'
import { nearest } from '../../core/edit-distance.ts'
import { isMap } from '../../core/plain-map.ts'

/** In an expectation: all callers of the file that the call does not name. */
export const OTHERS = 'others'

/** Works on whatever was written, so that these problems appear together with those of the schema. */
export function* withinFile(value: unknown): Iterable<PlacedProblem> {
  if (!isMap(value)) return
  const callers = mapOf(value.callers)
  const calls = mapOf(value.calls)
  if (OTHERS in callers) {
    const message = `is reserved for all callers that a call does not name: choose another name`
    yield { steps: ['callers', OTHERS], message }
  }
  for (const [name, caller] of Object.entries(callers)) {
    if (!isMap(caller) || caller.token === undefined || caller.tokens === undefined) continue
    yield {
      steps: ['callers', name, 'tokens'],
      message: 'cannot be combined with token: write one of the two',
    }
  }
  for (const [name, call] of Object.entries(calls)) yield* inCall(name, call, value)
  for (const [call, byCaller] of Object.entries(mapOf(value.expect))) {
    if (!Object.hasOwn(calls, call)) yield unknownName(['expect', call], 'call', call, Object.keys(calls))
    for (const caller of Object.keys(mapOf(byCaller))) {
      if (caller === OTHERS || Object.hasOwn(callers, caller)) continue
      yield unknownName(['expect', call, caller], 'caller', caller, [...Object.keys(callers), OTHERS])
    }
  }
}

function* inCall(name: string, call: unknown, file: Record<string, unknown>): Iterable<PlacedProblem> {
  if (!isMap(call)) return
  const steps = ['calls', name]
  const changes = mapOf(file.changes)
  if (typeof call.change === 'string' && !Object.hasOwn(changes, call.change)) {
    yield unknownName([...steps, 'change'], 'change', call.change, Object.keys(changes))
  }
  if ((call.method === undefined) === (call.path === undefined)) {
    const message = 'is needed, or path in its place: write exactly one of the two'
    yield { steps: [...steps, 'method'], message }
    return
  }
  if (call.path !== undefined && call.message !== undefined) {
    const message = 'needs a method, because the protos say how a message is encoded: remove one of the two'
    yield { steps: [...steps, 'message'], message }
  }
  if (call.method !== undefined && file.protos === undefined && file.descriptors === undefined) {
    const message = 'needs the protos of its service: write protos: [FILE.proto] or descriptors: [FILE.binpb]'
    yield { steps: [...steps, 'method'], message }
  }
}

/** With a near name, or with all of them. */
export function unknownName(
  steps: readonly string[],
  what: string,
  name: string,
  known: readonly string[],
): PlacedProblem {
  const near = nearest(name, known)
  const hint =
    near === undefined ? `Use one of: ${known.join(', ') || 'none is there'}` : `Did you mean ${near}?`
  return { steps, message: `unknown ${what} ${JSON.stringify(name)}. ${hint}` }
}

function mapOf(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {}
}
