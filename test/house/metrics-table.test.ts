// The documented metrics are those that are served, with all their labels and nothing else.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { serveFleet } from '../support/served-fleet.ts'
import { metricsTables } from './metrics-table.ts'

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8')

for (const [name, table] of Object.entries(metricsTables())) {
  t.test(`the table of ${name} in docs/reference/metrics.md is up to date`, async (t) => {
    t.ok(page.includes(table), 'if not, run: npm run docs')
  })
}

/** A metric in the text format: its name and its type. */
const TYPE_LINE = /^# TYPE (\S+) (\S+)$/gm

t.test('the control plane serves each metric of its table, and no other', async (t) => {
  const { admin, connectNode } = await serveFleet(t)
  await connectNode('node-1')
  const { body } = await admin.inject('/metrics')
  const served = [...body.matchAll(TYPE_LINE)].map(([, name, type]) => `| \`${name}\` | ${type} |`)
  const rows = metricsTables()['control-plane']?.split('\n').slice(2) ?? []
  t.not(served.length, 0)
  t.strictSame(
    rows.map((row) => row.split('|').slice(0, 3).join('|').concat('|')).toSorted(),
    served.toSorted(),
  )
})

t.test('labels of a series are those of the table', async (t) => {
  const { admin, connectNode } = await serveFleet(t)
  await connectNode('node-1')
  const { body } = await admin.inject('/metrics')
  for (const row of metricsTables()['control-plane']?.split('\n').slice(2) ?? []) {
    const [, name = '', , labels = ''] = row.split('|').map((cell) => cell.trim().replaceAll('`', ''))
    const line = body.split('\n').find((one) => new RegExp(`^${name}(_bucket|_count)?[{ ]`).test(one))
    if (line === undefined) continue
    const found = [...line.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le')
    t.strictSame(found, labels === '' ? [] : labels.split(', '), name)
  }
})
