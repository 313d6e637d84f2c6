// `npm run docs`: writes the generated parts of the documents, between their markers.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DemoRecord } from '../../cli/demo/record.ts'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ConfigSchema } from '../../control-plane/document/model.ts'
import { drawFlip, THEMES } from '../../docs/pictures/draw-flip.ts'
import { FIELD_GUIDES_FILE, fieldGuides } from '../switches/field-guides.ts'
import { writePage } from '../switches/write-page.ts'
import { decisionTable } from './decision-table.ts'
import { defaultsTable } from './defaults-table.ts'
import { documentReference } from './document-reference.ts'
import { logLineTable } from './log-line-table.ts'
import { metricsTables } from './metrics-table.ts'
import { roomsTable } from './rooms.ts'
import { testFileReference } from './test-file-reference.ts'
import { waitsTable } from './waits-table.ts'
import { xdsRowsTable } from './xds-rows-table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Replaces the text between `<!-- NAME: … -->` and `<!-- end of NAME -->`. */
function replacePart(file: string, name: string, content: string): void {
  const text = readFileSync(root + file, 'utf8')
  const part = new RegExp(`(<!-- ${name}: .*-->\n)[^]*?(<!-- end of ${name} -->)`)
  if (!part.test(text)) throw new Error(`${file} has no part "${name}"`)
  writeFileSync(root + file, text.replace(part, `$1\n${content}\n\n$2`))
}

replacePart('ARCHITECTURE.md', 'rooms', roomsTable())
replacePart('docs/xds-rows.md', 'xds-rows', xdsRowsTable())
replacePart('docs/reference/document.md', 'document', documentReference(describeSchema(ConfigSchema)))
replacePart('docs/reference/test-files.md', 'test file', testFileReference())
for (const [name, table] of Object.entries(metricsTables())) {
  replacePart('docs/reference/metrics.md', `metrics of ${name}`, table)
}

replacePart('docs/reference/defaults.md', 'defaults', defaultsTable())

replacePart('docs/guides/observability.md', 'log-line', logLineTable())

writeFileSync(`${root}xds-server/type-state/decisions.md`, decisionTable())
writeFileSync(`${root}xds-server/streams/waits.md`, waitsTable())

const flip = JSON.parse(readFileSync(`${root}docs/pictures/flip.json`, 'utf8')) as DemoRecord
for (const theme of ['light', 'dark'] as const) {
  writeFileSync(`${root}docs/pictures/flip-${theme}.svg`, drawFlip(flip, THEMES[theme]))
}

writeFileSync(root + FIELD_GUIDES_FILE, fieldGuides())
await writePage()
