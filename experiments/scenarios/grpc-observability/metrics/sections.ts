// What the report shows of the metrics.

import type { Cell, Section } from '../../../harness/report/section.ts'
import type { Results } from '../../../harness/results.ts'
import { codesIn, measuredOf } from './figures.ts'
import { STORIES } from './stories.ts'

export function sectionsOf(results: Results): readonly Section[] {
  const rows = STORIES.flatMap((story) => {
    const measured = measuredOf(results, story)
    return measured === undefined ? [] : [{ story, measured }]
  })
  return [
    {
      kind: 'table',
      title: 'The same calls, counted by three',
      says: 'Read from Prometheus, which scrapes client, Envoy and servers: the difference of each counter between before and after. The client counts what its program asked for, the servers count what reached them.',
      columns: [
        { title: 'when' },
        { title: 'calls', decimals: 0 },
        { title: 'client' },
        { title: 'proxy took', decimals: 0 },
        { title: 'proxy sent on', decimals: 0 },
        { title: 'retried', decimals: 0 },
        { title: 'rejected', decimals: 0 },
        { title: 'servers' },
      ],
      rows: rows.map(({ story, measured }): readonly Cell[] => [
        story.title,
        measured.calls,
        codesIn(measured, 'client'),
        measured.figures['proxy took'],
        measured.figures['proxy sent on'],
        measured.figures['proxy retried'],
        measured.figures['proxy rejected'],
        codesIn(measured, 'server'),
      ]),
    },
    {
      kind: 'table',
      title: 'What the counts show',
      columns: [{ title: 'when' }, { title: 'it shows' }],
      rows: rows.map(({ story }) => [story.title, story.says]),
    },
  ]
}
