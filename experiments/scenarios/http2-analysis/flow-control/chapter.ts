// Flow control: what a window costs on a long link, and how a slow reader stops a sender.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { emulatesLink, NEEDS_LINK } from '../linked-peers.ts'
import { checksOf } from './checks.ts'
import { sectionsOf } from './sections.ts'
import { measureSlowReader, SLOW_READER } from './slow-reader.ts'
import { measureWindow, WINDOW_LINK, WINDOWS, windowId } from './windows.ts'

export const FLOW_CONTROL: Chapter = {
  title: 'Flow control',
  runs: ({ name }) => [
    {
      id: SLOW_READER,
      labels: { what: 'a client that does not read' },
      ...{ rounds: 1, seconds: 2, measure: measureSlowReader },
    },
    ...WINDOWS[name].map(
      (kib): Run => ({
        id: windowId(kib),
        labels: { what: 'a download', window: `${kib} KiB` },
        ...{ needs: [NEEDS_LINK], rounds: 3, seconds: name === 'quick' ? 2 : 4 },
        emulates: emulatesLink(`${WINDOW_LINK.rttMs} ms round trip, ${WINDOW_LINK.mbitPerSecond} Mbit/s`),
        measure: (context) => measureWindow(context, kib),
      }),
    ),
  ],
  checks: checksOf,
  sections: sectionsOf,
}
