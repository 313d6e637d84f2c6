// The rows of the first part of the report, from made-up chapters.

import t from 'tap'
import type { Section } from '../../../harness/report/section.ts'
import { recommendationsOf } from './recommendations.ts'

const text = (part: string, ...paragraphs: readonly string[]): Section => ({
  ...{ kind: 'text', title: 'What to set', part },
  paragraphs,
})

t.test('O7.9: a recommendation has its lead and its first figure', async (t) => {
  const [table] = recommendationsOf([
    text(
      'Pools',
      '**Open more connections.** It helps. Two made 1.5 times as many calls as one. Three made 2.0.',
      '**One process:** plan for at most **65 %** of it. More waits.',
      'No lead, no recommendation: 7.',
      '**Nothing was slower.** It is as it was.',
      '**With many calls, give each** a channel: as many as calls. It took 8.1 ms with two. One took 9.',
      '**Not below 64 bytes**: gzip adds 12 there. It takes 3 µs.',
      '**With 16 calls:** two are fast. One made 5.',
    ),
    { kind: 'table', title: 'rows', columns: [], rows: [], part: 'Pools' },
    text('Links', '**Alone.**'),
  ])
  t.strictSame(table?.rows, [
    ['Pools', '**Open more connections.** Two made 1.5 times as many calls as one.'],
    ['Pools', '**One process:** plan for at most **65 %** of it.'],
    ['Pools', '**Nothing was slower.** It is as it was.'],
    ['Pools', '**With many calls, give each** a channel: as many as calls. It took 8.1 ms with two.'],
    ['Pools', '**Not below 64 bytes**: gzip adds 12 there.'],
    ['Pools', '**With 16 calls:** One made 5.'],
    ['Links', '**Alone.**'],
  ])
})

t.test('without recommendations, the part is left out', async (t) => {
  t.strictSame(recommendationsOf([]), [])
  t.strictSame(recommendationsOf([text('Pools', 'Nothing.')]), [])
})
