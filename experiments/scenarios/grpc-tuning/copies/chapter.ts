// Copies of payloads: what each layer between a message and the socket copies, and what it costs.

import type { Chapter } from '../../../../harness/chapter.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { COPY_WAYS } from '../../../../testbed/data-peers/copies/ways.ts'
import { checksOf } from './checks.ts'
import {
  COPY_CELLS,
  copyId,
  LEDGER_NAMES,
  LEDGERS,
  ledgerId,
  measureCopies,
  measureLedger,
  secondsOf,
} from './measure-copies.ts'
import { sectionsOf } from './sections.ts'

export const COPIES: Chapter = {
  title: 'Copies',
  runs: (profile) => {
    const { warmUpSeconds, seconds } = secondsOf(profile)
    return [
      ...COPY_CELLS.map(
        (cell): Run => ({
          id: copyId(cell),
          labels: { way: COPY_WAYS[cell.way].title, payload: `${cell.bytes / 1_024} KiB` },
          seconds: warmUpSeconds + seconds + 0.05,
          measure: (context) => measureCopies(context, cell),
        }),
      ),
      ...LEDGER_NAMES.map(
        (name): Run => ({
          id: ledgerId(name),
          labels: { way: LEDGERS[name], what: 'a ledger of copies' },
          ...{ rounds: 1, seconds: 0.6 },
          measure: (context) => measureLedger(context, name),
        }),
      ),
    ]
  },
  checks: checksOf,
  sections: sectionsOf,
}
