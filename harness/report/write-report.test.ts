// The report: valid, complete, self-contained, and safe from what labels say.

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { check } from 'prettier'
import t, { type Test } from 'tap'
import { madeResults, madeSections } from '../../test/support/made-results.ts'
import { deadLinks, invalidHtml, loads } from '../../test/support/page-problems.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import type { Results } from '../results.ts'
import type { Section } from './section.ts'
import { writeReport } from './write-report.ts'

const results = madeResults({ rounds: 2, calls: 200 })
const sections = madeSections(results)

async function write(t: Test, made: Results, parts: readonly Section[]) {
  const folder = testFolder(t)
  await writeReport(folder, made, parts)
  const read = (name: string) => readFileSync(`${folder}/${name}`, 'utf8')
  return { page: read('report.html'), summary: read('summary.md') }
}

t.test('the page is valid HTML, and its links lead somewhere', async (t) => {
  const { page } = await write(t, results, sections)
  t.strictSame(await invalidHtml(page), [])
  t.strictSame(deadLinks(page), [])
})

t.test('the page loads nothing, and its policy does not let it', async (t) => {
  const { page } = await write(t, results, sections)
  t.strictSame(loads(page), [])
  t.strictSame(loads(page.replace('<p>', '<p><img src="x.png">')), ['x.png'], 'an image would be found')
})

t.test('the page carries its raw data', async (t) => {
  const { page } = await write(t, results, sections)
  const packed = page.match(/href="data:application\/gzip;base64,([^"]*)"/)?.[1] ?? ''
  t.strictSame(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()), results)
})

const EVIL = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'

/** Every text in it is evil; numbers, histograms and the words of the schema are not. */
function poison<T>(value: T, key = ''): T {
  const isFixed = [
    'state',
    'outcome',
    'role',
    'loop',
    'kind',
    'scale',
    'call',
    'service',
    'histograms',
    'begun',
    'ended',
  ]
  if (typeof value === 'string') return (isFixed.includes(key) ? value : EVIL) as T
  if (Array.isArray(value)) return value.map((one) => poison(one, key)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)])) as T
}

t.test('labels are text, whatever they say', async (t) => {
  const { page, summary } = await write(t, poison(results), poison(sections))
  t.equal(page.match(/<script/g)?.length, 1, 'our own')
  t.notMatch(page, /<img/)
  t.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;&quot;')
  t.notMatch(summary.replace(/```sh\n.*?\n```/s, '').replaceAll(/`[^`\n]*`/g, 'code'), /(?<!\\)<(script|img)/)
})

t.test('the summary is clean Markdown, and has the tables of all sections', async (t) => {
  const { summary } = await write(t, results, sections)
  t.ok(await check(summary, { parser: 'markdown', proseWrap: 'never' }))
  for (const { title } of sections) t.match(summary, `## ${title}\n`)
  t.match(summary, '| O4.9 | **fails** | A rolling restart with draining loses no call |')
  t.match(summary, '| L4 kernel | 3 | emulated: kube-proxy, by its nftables rules in a network namespace |')
  t.match(summary, results.command)
  t.ok(summary.length < 30_000, `${summary.length} characters`)
})

t.test('results without runs, checks and an end give a report too', async (t) => {
  const { ended: _, ...unfinished } = results
  const { page, summary } = await write(t, { ...unfinished, runs: [], checks: [], environment: {} }, [])
  t.match(page, 'This scenario checks nothing.')
  t.match(page, 'No run was measured.')
  t.match(summary, 'No run was measured.')
  t.ok(await check(summary, { parser: 'markdown', proseWrap: 'never' }))
})

t.test('a section that cannot be drawn writes nothing, and is named', async (t) => {
  const folder = testFolder(t)
  const broken: Section = {
    kind: 'curves',
    title: 'Latency',
    curves: [{ label: 'L4', histograms: ['AAAA'] }],
  }
  await t.rejects(writeReport(folder, results, [broken]), {
    message: /^section "Latency", curve "L4", histogram 1: /,
  })
  t.notOk(existsSync(`${folder}/report.html`))
})
