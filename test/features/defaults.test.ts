// docs/reference/defaults.md says what holds for a document that says nothing: the page is up to date, and a real Envoy has it so.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { DEFAULT_ROWS, defaultsTable } from '../house/defaults-table.ts'
import { startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const PAGE = readFileSync(new URL('../../docs/reference/defaults.md', import.meta.url), 'utf8')

t.test('the table in docs/reference/defaults.md is up to date: npm run docs writes it', async (t) => {
  t.ok(PAGE.includes(defaultsTable()))
})

/** What is at keys one in the other, anywhere in a value. */
function valuesAt(value: unknown, keys: readonly string[]): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const here = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
  const inside = Object.values(value).flatMap((inner) => valuesAt(inner, keys))
  return here === undefined ? inside : [here, ...inside]
}

t.test('an Envoy whose document says nothing has the defaults', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const edge = await startEdge(t, { upstreams: { echo: { endpoints } } })
  // What its bootstrap has is not by the document.
  const { configs } = (await edge.envoy.admin.configDump()) as unknown as {
    readonly configs: readonly object[]
  }
  const dynamic = configs.map((config) =>
    Object.entries(config)
      .filter(([name]) => name.startsWith('dynamic_'))
      .map(([, value]) => value),
  )
  for (const { path, dump } of DEFAULT_ROWS) {
    const found = valuesAt(dynamic, dump.keys)
    t.ok(found.length > 0, `${path}: ${dump.keys.join('.')}`)
    t.strictSame([...new Set(found.map((one) => JSON.stringify(one)))], [JSON.stringify(dump.value)], path)
  }
  await edge.serve({
    upstreams: { echo: { endpoints, http2: { keepalive: { enabled: false } } } },
    rules: { all: { match: {}, to: { echo: 1 }, retry: { enabled: false } } },
  })
  const off = (await edge.envoy.admin.configDump()) as unknown
  t.same(valuesAt(off, ['retry_policy', 'retry_on']), [], 'the twin: off')
})
