// Flow-control windows against bandwidth × delay: what fills a link, who tunes by itself, and what windows hold in memory.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../../http2-analysis/linked-peers.ts'
import { durationsOf, MBIT_PER_SECOND, windowCells, windowId } from './cells.ts'
import { checksOf } from './checks.ts'
import { HELD_STREAMS, HELD_WINDOWS, heldId, measureHeld, UNREAD, UNREAD_KIB } from './held-memory.ts'
import { envoyCells, envoyId, measureEnvoy, PLACES } from './measure-envoy.ts'
import { measureWindow } from './measure-window.ts'
import { sectionsOf } from './sections.ts'
import { measureSelfTuning, TUNING_NAMES, TUNING_RTT_MS, TUNING_SERVERS, tuningId } from './self-tuning.ts'

const WHAT = { up: 'upload', down: 'download' }
/** The differences are factors, and a link is as slow in each round. */
const ROUNDS = 2

const emulates = (rttMs: number) => emulatesLink(`${rttMs} ms round trip, ${MBIT_PER_SECOND} Mbit/s`)

export const WINDOWS: Chapter = {
  title: 'Flow-control windows',
  runs: (profile) => {
    const { name } = profile
    const secondsAt = (rttMs: number) => {
      const { warmUpSeconds, seconds } = durationsOf(profile, rttMs)
      return warmUpSeconds + seconds + 4 * (rttMs / 1_000) + 0.2
    }
    return [
      ...windowCells(profile).map(
        (cell): Run => ({
          id: windowId(cell),
          labels: {
            ...{ what: WHAT[cell.direction], window: `${cell.kib} KiB`, 'round trip': `${cell.rttMs} ms` },
          },
          ...{ needs: [NEEDS_LINK], rounds: ROUNDS, seconds: secondsAt(cell.rttMs) },
          emulates: emulates(cell.rttMs),
          measure: (context) => measureWindow(context, cell),
        }),
      ),
      ...envoyCells(profile).map(
        (cell): Run => ({
          id: envoyId(cell),
          labels: {
            ...{ what: `Envoy ${PLACES[cell.place].title}`, window: `${cell.kib} KiB` },
            'round trip': `${cell.rttMs} ms`,
          },
          ...{ needs: [NEEDS_LINK, NEEDS_ENVOY], rounds: ROUNDS, seconds: secondsAt(cell.rttMs) + 0.3 },
          emulates: emulates(cell.rttMs),
          measure: (context) => measureEnvoy(context, cell),
        }),
      ),
      ...TUNING_NAMES[name].map(
        (one): Run => ({
          id: tuningId(one),
          labels: { what: 'uploads in a row', server: TUNING_SERVERS[one].title },
          ...{ needs: [NEEDS_LINK, ...TUNING_SERVERS[one].needs], rounds: ROUNDS, seconds: 3 },
          emulates: emulates(TUNING_RTT_MS),
          measure: (context) => measureSelfTuning(context, one),
        }),
      ),
      ...HELD_WINDOWS[name].map(
        (kib): Run => ({
          id: heldId(kib),
          labels: { what: `${HELD_STREAMS} streams that nobody reads`, window: `${kib} KiB` },
          ...{ rounds: 1, seconds: 0.5 },
          measure: (context) => measureHeld(context, kib),
        }),
      ),
      {
        id: UNREAD,
        labels: {
          what: `${HELD_STREAMS} streams whose clients have not begun to read`,
          window: `${UNREAD_KIB} KiB`,
        },
        ...{ rounds: 1, seconds: 0.5 },
        measure: (context) => measureHeld(context, UNREAD_KIB, false),
      },
    ]
  },
  checks: checksOf,
  sections: sectionsOf,
}
