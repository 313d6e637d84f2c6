// What the report shows of the metrics.

import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { codesIn, measuredOf } from './figures.ts'
import { exactFigure, LATENCY, LATENCY_PARTS, LATENCY_QUANTILES, latencyFigure } from './latency.ts'
import { POOL_STORIES } from './pools.ts'
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
      says: 'Read from Prometheus, which scrapes client, Envoy and servers: the difference of each counter between before and after. The client counts what its program asked for, the proxy what it answered (by `filters.grpcStats`), the servers what reached them.',
      columns: [
        { title: 'when' },
        { title: 'calls', decimals: 0 },
        { title: 'client' },
        { title: 'proxy' },
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
        codesIn(measured, 'proxy'),
        measured.figures['proxy took'],
        measured.figures['proxy sent on'],
        measured.figures['proxy retried'],
        measured.figures['proxy rejected'],
        codesIn(measured, 'server'),
      ]),
    },
    ...latencySections(results),
    ...poolSections(results),
    {
      kind: 'table',
      title: 'What the counts show',
      columns: [{ title: 'when' }, { title: 'it shows' }],
      rows: rows.map(({ story }) => [story.title, story.says]),
    },
  ]
}

function latencySections(results: Results): readonly Section[] {
  const measured = measuredOf(results, LATENCY)
  if (measured === undefined) return []
  const { figures } = measured
  return [
    {
      kind: 'table',
      title: 'The latency of the same calls, by histograms',
      says: `The first row is computed from the time of each call, the others by \`histogram_quantile\` over the buckets of each part. What a part does not see is not in its latency: the servers' is without the network and the proxy. **${figures['exemplars found']} exemplars** lead from buckets of the servers to sampled traces; Envoy has none.`,
      columns: [
        { title: 'by' },
        ...LATENCY_QUANTILES.map((one) => ({ title: `p${one * 100}`, unit: 'ms', decimals: 1 })),
      ],
      rows: [
        ['the calls themselves', ...LATENCY_QUANTILES.map((one) => figures[exactFigure(one)])],
        ...LATENCY_PARTS.map((part) => [
          part,
          ...LATENCY_QUANTILES.map((one) => figures[latencyFigure(part, one)]),
        ]),
      ],
    },
  ]
}

/** What only the stories of pools have measured. */
function poolSections(results: Results): readonly Section[] {
  return POOL_STORIES.flatMap((story) => {
    const measured = measuredOf(results, story)
    if (measured === undefined) return []
    const names = Object.keys(measured.figures).filter((name) =>
      /connections|pending|in progress|active|limit/.test(name),
    )
    return [
      {
        kind: 'table' as const,
        title: `Connections, when ${story.title}`,
        says: story.says,
        columns: [{ title: 'what' }, { title: 'value', decimals: 0 }],
        rows: names.map((name) => [name, measured.figures[name]]),
      },
    ]
  })
}
