// A heat map on the page and in Markdown.

import t from 'tap'
import { shadesOf } from '../content/heatmap-table.ts'
import { sectionText } from '../markdown/section-text.ts'
import type { HeatmapSection } from '../section.ts'
import { sectionHtml } from './section-html.ts'

const SECTION: HeatmapSection = {
  ...{ kind: 'heatmap', title: 'p50', unit: 'µs', scale: 'log', columns: ['64 B', '1 MB <'] },
  rows: [
    { label: 'Unix socket', cells: [{ value: 100 }, { value: 1_000, isNoisy: true }] },
    { label: 'loopback', cells: [{ value: 10_000 }, undefined] },
  ],
}

t.test('O8.30: each cell has its number and a shade, and says when its rounds are too noisy', async (t) => {
  const { text } = sectionHtml(SECTION, 'a')
  t.match(text, '<td class="number h1" title="Unix socket · 64 B" data-value="100">100</td>')
  t.match(text, '<td class="number h4" title="Unix socket · 1 MB &lt;" data-value="1000">1,000 *</td>')
  t.match(text, '<td class="number h6" title="loopback · 64 B" data-value="10000">10,000</td>')
  t.match(text, '<td class="number h0" title="loopback · 1 MB &lt;">–</td>')
  t.match(text, 'An asterisk marks a run whose rounds vary by more than 10 %.')
  const calm = { ...SECTION, rows: SECTION.rows.slice(1) }
  t.notMatch(sectionHtml(calm, 'a').text, 'asterisk')
  t.equal(sectionText(calm).length, 2)
})

t.test('O8.30: in Markdown it is a table with the same numbers', async (t) => {
  const [, table, note] = sectionText(SECTION)
  t.match(table, /^\| +\| 64 B \(µs\) +\| 1 MB \\?< \(µs\) +\|$/m)
  t.match(table, /^\| Unix socket +\| 100 +\| 1,000 \\?\* +\|$/m)
  t.match(note, 'An asterisk marks')
})

t.test('O8.30: shades go from the least to the most value, of all cells or of each column', async (t) => {
  const rows = [1, 2, 3].map((value) => ({ label: '', cells: [{ value }, { value: value * 100 }] }))
  const linear = { ...SECTION, scale: 'linear', rows } as const
  t.strictSame(shadesOf({ ...linear, by: 'column' }), [
    [1, 1],
    [4, 4],
    [6, 6],
  ])
  t.strictSame(shadesOf(linear), [
    [1, 2],
    [1, 4],
    [1, 6],
  ])
})

t.test(
  'O8.30: equal values, zeros and missing values have a shade or none, and no broken number',
  async (t) => {
    const values = [0, 0, Number.NaN, Number.POSITIVE_INFINITY]
    const rows = values.map((value) => ({ label: 'a', cells: [{ value }] }))
    for (const scale of ['linear', 'log'] as const) {
      const section = { ...SECTION, columns: ['a'], scale, rows }
      t.strictSame(shadesOf(section).flat(), [1, 1, 0, 0])
      t.notMatch(sectionHtml(section, 'a').text, /NaN|Infinity|undefined/)
    }
    t.match(sectionHtml({ ...SECTION, rows: [] }, 'a').text, 'Nothing was measured')
    t.match(sectionText({ ...SECTION, rows: [] }).at(-1), 'Nothing was measured')
  },
)
