// gzip by kind and size of payload: what it saves, what it costs, and below which bandwidth it pays.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { ENCODINGS } from '../../../../testbed/data-peers/compressible/job.ts'
import { KINDS } from '../../../../testbed/data-peers/compressible/payloads.ts'
import { emulatesLink, NEEDS_LINK } from '../../http2-analysis/linked-peers.ts'
import { BOMB_NAMES, BOMBS, bombId, measureBomb } from './bomb.ts'
import { blockSeconds, LINK_RTT_MS, linkCells, linkId, PASSES, payloadCells, payloadId } from './cells.ts'
import { checksOf } from './checks.ts'
import { measureOverLink, measurePayload } from './measure-payload.ts'
import { measureOnTheWire, WIRE } from './on-the-wire.ts'
import { sectionsOf } from './sections.ts'

/** Over a link, what a call takes is the link's doing. */
const LINK_ROUNDS = 2

export const COMPRESSION: Chapter = {
  title: 'Compression',
  runs: (profile) => {
    const seconds = PASSES * ENCODINGS.length * (blockSeconds(profile) + 0.02)
    return [
      {
        id: WIRE,
        labels: { what: 'headers and flags on the wire' },
        ...{ rounds: 1, seconds: 0.3, measure: measureOnTheWire },
      },
      ...payloadCells(profile).map(
        (cell): Run => ({
          id: payloadId(cell),
          labels: { payload: KINDS[cell.kind], bytes: String(cell.bytes) },
          seconds,
          measure: (context) => measurePayload(context, cell),
        }),
      ),
      ...linkCells(profile).map(
        (cell): Run => ({
          id: linkId(cell),
          labels: { payload: KINDS[cell.kind], bytes: String(cell.bytes) },
          ...{ needs: [NEEDS_LINK], rounds: LINK_ROUNDS, seconds: seconds + 0.6 },
          emulates: emulatesLink(`${LINK_RTT_MS} ms round trip, ${cell.mbitPerSecond} Mbit/s`),
          measure: (context) => measureOverLink(context, cell),
        }),
      ),
      ...BOMB_NAMES.map(
        (name): Run => ({
          id: bombId(name),
          labels: { what: `a message that grows, ${BOMBS[name].title}` },
          ...{ rounds: 1, seconds: 1 },
          measure: (context) => measureBomb(context, name),
        }),
      ),
    ]
  },
  checks: checksOf,
  sections: sectionsOf,
}
