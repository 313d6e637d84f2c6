// Transports side by side: the latency of calls over each of them, while the benchmark runs.

import { type Board, quantile, rate } from './board.ts'

const CALLS = 'switchyard_load_call_seconds'
const CHOSEN = 'transport=~"$transport"'
const QUANTILES = [0.5, 0.99] as const

export const TRANSPORTS: Board = {
  id: 'switchyard-transports',
  title: 'gRPC: transports',
  description:
    'The same calls over several transports at the same time, from the histograms of the load generators.',
  rows: [
    {
      title: 'Latency',
      panels: [
        {
          title: 'All of it, over $transport',
          says: 'Each column is a time, each row a bucket, and the color is the rate. A second band far above the first is a lost packet, or a queue.',
          kind: 'heatmap',
          unit: 'seconds',
          repeat: 'transport',
          queries: [{ expr: rate(`${CALLS}_bucket{${CHOSEN}}`, 'le'), legend: '{{le}}' }],
        },
      ],
    },
    {
      title: 'Side by side',
      panels: [
        ...QUANTILES.map((one) => ({
          title: `Latency, p${one * 100}`,
          says: 'By transport. It is as fine as the buckets: ten for each power of ten.',
          kind: 'lines' as const,
          unit: 'seconds' as const,
          queries: [{ expr: quantile(one, CALLS, CHOSEN, 'transport'), legend: '{{transport}}' }],
        })),
        {
          title: 'Calls',
          says: 'The same rate over all of them, unless one cannot carry it.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [{ expr: rate(`${CALLS}_count{${CHOSEN}}`, 'transport'), legend: '{{transport}}' }],
        },
        {
          title: 'Failed calls',
          says: 'Zero, unless a transport loses connections.',
          kind: 'lines',
          unit: 'calls a second',
          queries: [
            {
              expr: rate(`switchyard_load_failed_calls_total{${CHOSEN}}`, 'transport'),
              legend: '{{transport}}',
            },
          ],
        },
      ],
    },
  ],
}
