// Connection reuse: handshakes, bytes and time for the same calls over many connections and over few.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../linked-peers.ts'
import { checksOf } from './checks.ts'
import { LINKED_CASES, LINKED_CLIENTS, linkedReuseId, REUSE, reuseId, SECURITIES } from './extent.ts'
import { measureLinkedReuse, measureReuse, REUSE_LINK } from './measure.ts'
import { sectionsOf } from './sections.ts'

type Measure = Run['measure']

/** Counts are the same in each, and times are those of round trips. */
const ROUNDS = 3

export const REUSE_CHAPTER: Chapter = {
  title: 'Connection reuse',
  runs: ({ name }) => {
    const { calls, connections, linkedCalls } = REUSE[name]
    const onLoopback = SECURITIES.flatMap((security) =>
      connections.map((count) => {
        const measure: Measure = (context) => measureReuse(context, security, calls, count)
        const labels = { security, calls: String(calls), connections: String(count) }
        return { id: reuseId(security, count), labels, rounds: ROUNDS, seconds: 1 + count / 100, measure }
      }),
    )
    const onLink = LINKED_CASES.map((one): Run => {
      const count = one.kind === 'new' ? linkedCalls : 1
      return {
        ...{ id: linkedReuseId(one), needs: [NEEDS_LINK], rounds: ROUNDS, seconds: 1 + linkedCalls / 10 },
        labels: {
          ...{ client: LINKED_CLIENTS[one.client], security: one.security },
          ...{ calls: String(linkedCalls), connections: String(count) },
        },
        emulates: emulatesLink(`${REUSE_LINK.rttMs} ms round trip, ${REUSE_LINK.mbitPerSecond} Mbit/s`),
        measure: (context) => measureLinkedReuse(context, one, linkedCalls),
      }
    })
    return [...onLoopback, ...onLink]
  },
  checks: checksOf,
  sections: sectionsOf,
}
