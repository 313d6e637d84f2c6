// Holds the links of all Markdown against the tree, and the finder against made-up pages.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findDeadLinks } from './links.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function readPages() {
  const isForeign = (name: string) =>
    (name.startsWith('.') && name !== '.github') || ['node_modules', 'gen', 'reports', 'dist'].includes(name)
  return globSync(['**/*.md', '.github/**/*.md'], {
    cwd: root,
    exclude: (path) => path.split('/').some(isForeign),
  }).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

t.test('every link of the Markdown pages leads to a file or a heading', async (t) => {
  const pages = readPages()
  for (const one of ['README.md', 'docs/library.md', '.github/PULL_REQUEST_TEMPLATE.md']) {
    t.ok(
      pages.some(({ path }) => path === one),
      `${one} is looked at`,
    )
  }
  t.strictSame(
    findDeadLinks(pages, (path) => existsSync(join(root, path))),
    [],
  )
})

const TARGET = '# After a NACK\n\n## Two `words` here\n\n## [Linked](b.md) text\n\n## Same\n\n## Same\n'

/** A link that leads somewhere, and its twin that does not. */
const twins = [
  ['[a](b.md)', '[a](c.md)', 'docs/c.md does not exist'],
  ['[a](../README.md)', '[a](README.md)', 'docs/README.md does not exist'],
  ['[a](b.md#after-a-nack)', '[a](b.md#after-nack)', 'docs/b.md has no heading #after-nack'],
  ['[a](b.md#two-words-here)', '[a](b.md#two-here)', 'docs/b.md has no heading #two-here'],
  ['[a](b.md#linked-text)', '[a](b.md#linkedamd-text)', 'docs/b.md has no heading #linkedamd-text'],
  ['[a](b.md#same-1)', '[a](b.md#same-2)', 'docs/b.md has no heading #same-2'],
  ['# Own\n\n[a](#own)', '# Own\n\n[a](#other)', 'docs/a.md has no heading #other'],
  ['[a](b.md "title")', '[a](c.md "title")', 'docs/c.md does not exist'],
  ['[a]: b.md', '[a]: c.md', 'docs/c.md does not exist'],
  ['<img src="b.md">', '<img src="c.md">', 'docs/c.md does not exist'],
  ['`[a](c.md)`', '`a` [a](c.md) `b`', 'docs/c.md does not exist'],
  ['```md\n[a](c.md)\n```', '```md\n```\n[a](c.md)', 'docs/c.md does not exist'],
  ['[a](https://example.com/c.md)', '[a](example.com/c.md)', 'docs/example.com/c.md does not exist'],
] as const

for (const [good, dead, problem] of twins) {
  t.test(`${JSON.stringify(good)} is accepted, ${JSON.stringify(dead)} is a dead link`, async (t) => {
    const find = (text: string) => {
      const pages = new Map([
        ['docs/a.md', text],
        ['docs/b.md', TARGET],
        ['README.md', ''],
      ])
      return findDeadLinks(
        [...pages].map(([path, text]) => ({ path, text })),
        (path) => pages.has(path),
      )
    }
    t.strictSame(find(good), [])
    t.match(find(dead), [new RegExp(`^docs/a\\.md: .+: ${problem}$`)])
  })
}
