// The comparison of two results: valid, complete, self-contained, and safe from what labels say.

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { check } from 'prettier'
import t, { type Test } from 'tap'
import { madeResults } from '../../test/support/made-results.ts'
import { deadLinks, invalidHtml, loads } from '../../test/support/page-problems.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import type { Results } from '../results.ts'
import { writeComparison } from './write-comparison.ts'

const a = madeResults({ calls: 100, rounds: 4 })
const b = madeResults({ calls: 100, rounds: 4, seed: 11, slowdown: 2 })

async function write(t: Test, one: Results, other: Results) {
  const files = await writeComparison(join(testFolder(t), 'new/folder'), one, other)
  const [page = '', text = ''] = files.map((path) => readFileSync(path, 'utf8'))
  return { names: files.map((path) => basename(path)), page, text }
}

t.test('the page is valid, has no dead link and loads nothing', async (t) => {
  const { page, names } = await write(t, a, b)
  t.strictSame(names, ['comparison.html', 'comparison.md'])
  t.strictSame(await invalidHtml(page), [])
  t.strictSame(deadLinks(page), [])
  t.strictSame(loads(page), [])
})

t.test('the text has each measure, clean for Prettier', async (t) => {
  const { text } = await write(t, a, b)
  t.ok(await check(text, { parser: 'markdown', proseWrap: 'never' }))
  t.match(
    text,
    /\| l7-random\.unary\.1-connections \| 0\.\d+ \| 1\.\d+ \| [12]\.\d+ \| different, p 0\.\d+ \|/,
  )
})

t.test('what differs around the two is marked, also without color', async (t) => {
  const { page, text } = await write(t, a, { ...b, environment: { ...b.environment, Envoy: '<b>1.41</b>' } })
  t.match(page, /&lt;b&gt;1\.41&lt;\/b&gt;<\/td><td><strong>differs<\/strong>/)
  t.match(text, '| \\<b>1.41\\</b> | **differs** |')
})

t.test('results without runs compare too', async (t) => {
  const { page, text } = await write(t, { ...a, runs: [], checks: [] }, { ...b, runs: [], checks: [] })
  t.match(page, 'The two have no run in common.')
  t.strictSame(await invalidHtml(page), [])
  t.strictSame(deadLinks(page), [])
  t.ok(await check(text, { parser: 'markdown', proseWrap: 'never' }))
})
