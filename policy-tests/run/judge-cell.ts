// Compares what was seen of a call with what the test file expects.

import type { Arrivals } from '../backends/cell-records.ts'
import type { Observation } from '../result.ts'
import type { Expectation } from '../suite/expectation-schema.ts'
import { millisecondsOf } from '../suite/fields.ts'

/** What differs, each as a sentence; nothing if the cell passes. */
export function judgeCell(
  expected: Expectation,
  observed: Observation,
  milliseconds: number,
): readonly string[] {
  return [...differences(expected, observed, milliseconds)]
}

function* differences(expected: Expectation, observed: Observation, milliseconds: number): Iterable<string> {
  const { status, message, upstream, headers = {}, responseHeaders = {}, tries, atLeast, atMost } = expected
  const wanted = [status].flat()
  if (!wanted.includes(observed.status)) {
    const said = observed.message === '' ? '' : ` (${observed.message})`
    yield `the status is ${observed.status}${said}, not ${wanted.join(' or ')}`
  }
  if (message !== undefined && !observed.message.includes(message)) {
    yield `the message is ${JSON.stringify(observed.message)}, without ${JSON.stringify(message)}`
  }
  if (upstream === null && observed.upstream !== undefined) {
    yield `the call reaches the upstream ${observed.upstream}, and should reach none`
  }
  const upstreams = [upstream ?? []].flat()
  if (upstreams.length > 0 && !upstreams.includes(observed.upstream ?? '')) {
    yield observed.upstream === undefined
      ? `the call reaches no upstream, and should reach ${upstreams.join(' or ')}`
      : `the call reaches the upstream ${observed.upstream}, not ${upstreams.join(' or ')}`
  }
  for (const [name, value] of Object.entries(headers)) {
    const arrived = observed.headers[name.toLowerCase()]
    if (observed.upstream === undefined) {
      yield `the call reaches no upstream, so ${name} reaches none`
    } else if (value === null && arrived !== undefined) {
      yield `${name} reaches the upstream as ${JSON.stringify(arrived)}, and should not`
    } else if (value !== null && arrived !== value) {
      const found = arrived === undefined ? 'does not reach the upstream' : `is ${JSON.stringify(arrived)}`
      yield `${name} ${found}, and should be ${JSON.stringify(value)}`
    }
  }
  for (const [name, value] of Object.entries(responseHeaders)) {
    const got = observed.responseHeaders[name.toLowerCase()]
    if (got === (value ?? undefined)) continue
    const wanted = value === null ? 'should not' : `should be ${JSON.stringify(value)}`
    const found =
      got === undefined ? 'does not reach the caller' : `reaches the caller as ${JSON.stringify(got)}`
    yield `${name} ${found}, and ${wanted}`
  }
  if (tries !== undefined && observed.tries !== tries) {
    yield `${observed.tries} tries reach an upstream, not ${tries}`
  }
  if (atLeast !== undefined && milliseconds < millisecondsOf(atLeast)) {
    yield `the call takes ${Math.round(milliseconds)} ms, and should take at least ${atLeast}`
  }
  if (atMost !== undefined && milliseconds > millisecondsOf(atMost)) {
    yield `the call takes ${Math.round(milliseconds)} ms, and should take at most ${atMost}`
  }
}

/** What the caller got and what reached the upstream, as one. */
export function observationOf(
  answer: Pick<Observation, 'status' | 'message' | 'responseHeaders'>,
  { upstream, headers, tries }: Arrivals,
): Observation {
  return { ...answer, ...(upstream !== undefined && { upstream }), headers, tries }
}
