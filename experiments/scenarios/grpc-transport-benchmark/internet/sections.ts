// What the report shows of calls over the Internet.

import type { Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { leastRoundTrips } from '../../../../testbed/new-connections/securities.ts'
import { type AtDistance, measuredDistances } from './checks.ts'
import { casesOf } from './connections.ts'
import { BATCHES } from './extent.ts'
import { findingsOf, handshakeShare } from './findings.ts'
import { attemptSections, poolingSections } from './tail-sections.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const distances = measuredDistances(results)
  const tails = [...poolingSections(results), ...attemptSections(results)]
  if (distances.length === 0 && tails.length === 0) return []
  return [
    { kind: 'text', title: 'When distance asks for more', paragraphs: findingsOf(results) },
    ...(distances.length === 0
      ? []
      : [firstCalls(distances), handshakes(distances), spread(distances), floor(distances)]),
    ...tails,
    inWords(),
  ]
}

function firstCalls(distances: readonly AtDistance[]): Section {
  const [near] = distances
  return {
    kind: 'bars',
    title: `The first call on a new connection, ${near?.rttMs} ms away`,
    says: 'One round trip for TCP, one for TLS 1.3 or two for TLS 1.2, and that of the call. grpc-js waits for the SETTINGS of the server before it sends a call, which is one more, except after TLS 1.2: there they come with the end of the handshake.',
    unit: 'round trips',
    bars:
      near === undefined
        ? []
        : casesOf(near).map(({ name, calls }) => ({
            label: name,
            values: calls.map(({ first }) => first / near.rttMs),
          })),
  }
}

function handshakes(distances: readonly AtDistance[]): Section {
  const [near] = distances
  const cases = near === undefined ? [] : casesOf(near)
  return {
    kind: 'table',
    title: 'Round trips of a first call, by distance',
    says: 'Medians over new connections. The time above the least is the work of client and server, which counts less the longer the way is.',
    columns: [
      { title: 'client and security' },
      { title: 'at least', decimals: 0 },
      ...distances.map(({ rttMs }) => ({ title: `${rttMs} ms`, decimals: 2 })),
    ],
    rows: cases.map(({ name, case: how }, at) => [
      name,
      leastRoundTrips(how),
      ...distances.map((one) => (casesOf(one)[at]?.firstMs ?? Number.NaN) / one.rttMs),
    ]),
  }
}

function spread(distances: readonly AtDistance[]): Section {
  const rows = BATCHES.flatMap((batch, at) =>
    distances.flatMap((one) => {
      const measured = one.batches[at]
      if (!measured) return []
      const { all } = measured
      // Calls at once wait for the handshakes together: there is no share of one.
      const share = batch.order === 'at once' ? undefined : 100 * handshakeShare(measured, one.warmMs)
      return [[batch.calls, batch.order, one.rttMs, all, all / batch.calls / one.rttMs, share] as const]
    }),
  )
  return {
    kind: 'table',
    title: 'Calls of one connection share its handshakes',
    says: 'grpc-js with TLS 1.3, on a new connection each. Calls at once wait for the handshakes together and share a round trip: multiplexing saves more than it takes to open the connection.',
    columns: [
      { title: 'calls', decimals: 0 },
      { title: 'order' },
      { title: 'round trip', unit: 'ms', decimals: 0 },
      { title: 'all of them', unit: 'ms', decimals: 0 },
      { title: 'round trips a call', decimals: 2 },
      { title: 'spent on the new connection', unit: '%', decimals: 0 },
    ],
    rows,
  }
}

function floor(distances: readonly AtDistance[]): Section {
  return {
    kind: 'table',
    title: 'The floor: what is left above the round trip',
    says: 'The median call on a connection that is open. No code makes the round trip shorter: over this distance only fewer round trips help, or a server that is nearer.',
    columns: [
      { title: 'round trip', unit: 'ms', decimals: 0 },
      { title: 'p50', unit: 'ms', decimals: 2 },
      { title: 'above the round trip', unit: 'ms', decimals: 2 },
      { title: 'share of the call', unit: '%', decimals: 1 },
    ],
    rows: distances.map(({ rttMs, warmMs }) => [
      rttMs,
      warmMs,
      warmMs - rttMs,
      (100 * (warmMs - rttMs)) / warmMs,
    ]),
  }
}

function inWords(): Section {
  return {
    kind: 'text',
    title: 'In words, not measured here',
    paragraphs: [
      '**0-RTT** of TLS 1.3 sends the first call with the first bytes of a resumed session, which would save its round trip. Whoever records these bytes can send them again, so that only calls that may run twice may use it. grpc-js and Node’s http2 do not offer it.',
      '**Region to region** is 20 to 80 ms within a continent and 80 to 200 ms between two. There, chains of calls add up their round trips: send one request that says all, or a stream, and keep a connection for each peer.',
      '**Edge to cloud** is 20 to 80 ms with loss by the last mile. A proxy at the edge that ends TLS near the client, and keeps connections to the cloud open, leaves the client two short round trips and one long one.',
    ],
  }
}
