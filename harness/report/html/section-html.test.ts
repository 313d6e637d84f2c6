// Sections with nothing in them, with one value, with zeros and with huge values are drawn without a broken number.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import t from 'tap'
import { sectionText } from '../markdown/section-text.ts'
import type { Section } from '../section.ts'
import { sectionHtml } from './section-html.ts'

function histogram(values: readonly number[]): string {
  const made = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  for (const value of values) made.recordValue(value)
  return encodeIntoCompressedBase64(made)
}

const MARKED = ['DATA', 'HEADERS', 'RST_STREAM', 'type 0x2a']
const axis = { title: 'x', scale: 'log' } as const
const sectionsOf = (values: readonly number[], microseconds: readonly number[]): Section[] => [
  {
    ...{ kind: 'shares', title: 'shares' },
    lines: values.map((value, index) => ({ label: `line ${index}`, shares: { b1: value, b2: 0 } })),
  },
  { kind: 'curves', title: 'curves', curves: [{ label: 'one', histograms: [histogram(microseconds)] }] },
  {
    kind: 'bars',
    title: 'bars',
    unit: 'ms',
    noiseFloor: 1,
    bars: [
      { label: 'one', values },
      { label: 'no', values: [] },
    ],
  },
  {
    ...{ kind: 'lines', title: 'lines', x: axis, y: axis },
    lines: [{ label: 'one', points: values.map((value) => [value, value]) }],
  },
  {
    ...{
      kind: 'lines',
      title: 'linear lines',
      x: { ...axis, scale: 'linear' },
      y: { ...axis, scale: 'linear' },
    },
    lines: [{ label: 'one', points: values.map((value) => [value, value]) }],
    marks: values.map((x) => ({ x, label: 'a mark' })),
  },
  {
    ...{ kind: 'timeline', title: 'timeline', unit: 'calls' },
    rows: [{ label: 'b1', points: values.map((value, index) => [index * 100, value]) }],
    marks: [{ atMs: 50, label: 'a mark' }],
  },
  {
    ...{ kind: 'sequence', title: 'sequence', actors: ['client', 'server'] },
    steps: values.map((value) => ({ label: 'message', from: 'client', sentMs: value, receivedMs: value })),
  },
  {
    ...{ kind: 'lanes', title: 'lanes' },
    lanes: [
      {
        label: 'stream 1',
        marks: values.map((value, index) => ({
          ...{ atMs: index, from: index % 2 === 0 ? 'client' : 'server', bytes: value },
          type: MARKED[index % MARKED.length] ?? '',
        })),
        stalls: [[0, values.length]],
      },
    ],
    windows: [{ label: 'stream 1', points: values.map((value, index) => [index, value]) }],
  },
]

const CASES: Readonly<
  Record<string, { readonly values: readonly number[]; readonly microseconds: readonly number[] }>
> = {
  'one value': { values: [5], microseconds: [42] },
  'only zeros': { values: [0, 0, 0], microseconds: [0, 0] },
  'huge values': { values: [1, 1e15, 9e18], microseconds: [1, 3_600_000_000] },
  'equal values': { values: [7, 7, 7, 7], microseconds: [9, 9, 9] },
  'no numbers': { values: [Number.NaN, 3, Number.POSITIVE_INFINITY], microseconds: [5] },
}

for (const [name, { values, microseconds }] of Object.entries(CASES)) {
  t.test(`each kind of section takes ${name}`, async (t) => {
    sectionsOf(values, microseconds).forEach((section, index) => {
      const { text } = sectionHtml(section, `part-${index}`)
      const numbers = [...text.matchAll(/ (?:d|x|y|x1|x2|y1|y2|width|height|viewBox|transform)="([^"]*)"/g)]
      t.strictSame(
        numbers.filter(([, value = '']) => /NaN|Infinity|undefined|e\+/.test(value)).map(([all]) => all),
        [],
        section.title,
      )
      t.strictSame(
        [...text.matchAll(/ (?:width|height)="(-[^"]*)"/g)].map(([all]) => all),
        [],
        `${section.title} has no negative size`,
      )
      t.ok(sectionText(section).length >= 2)
    })
  })
}

t.test('a section without measurements says so', async (t) => {
  for (const section of sectionsOf([], []).filter(({ kind }) => kind !== 'curves')) {
    t.match(sectionHtml(section, 'a').text, 'Nothing was measured for this part.', section.title)
  }
  const table: Section = { kind: 'table', title: 'table', columns: [{ title: 'a' }], rows: [] }
  t.match(sectionHtml(table, 'a').text, 'Nothing was measured')
  t.match(sectionText(table).at(-1), 'Nothing was measured')
})

t.test('a chart has a title, a description and its figures as a table', async (t) => {
  for (const section of sectionsOf([1, 2], [1, 2])) {
    const { text } = sectionHtml(section, 'a')
    t.match(text, /<svg [^>]*role="img" aria-labelledby="a-wide0-title a-wide0-desc"/, section.title)
    t.match(text, `<title id="a-wide0-title">${section.title}</title>`)
    t.match(text, /<desc id="a-wide0-desc">[^<]+<\/desc>/)
    t.match(text, /<summary>The figures as a table<\/summary>/)
  }
})

t.test('more than six curves are drawn in several plots with the same axes', async (t) => {
  const curves = Array.from({ length: 8 }, (_, index) => ({
    label: `c${index}`,
    histograms: [histogram([index + 1])],
  }))
  const { text } = sectionHtml({ kind: 'curves', title: 'many', curves }, 'a')
  t.match(text, 'many, part 2 of 2')
  t.equal(text.match(/class="chart wide"/g)?.length, 2)
})
