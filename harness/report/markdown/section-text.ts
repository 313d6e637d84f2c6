// Each kind of section as Markdown: the figures that the page draws.

import { bytesTable, hexDump } from '../content/bytes-table.ts'
import type { DataTable } from '../content/data-table.ts'
import { heatmapTable, noisyNote } from '../content/heatmap-table.ts'
import { lanesTable } from '../content/lanes-table.ts'
import { significant } from '../content/number-text.ts'
import {
  barsTable,
  curvesOf,
  curvesTable,
  linesTable,
  sharesOf,
  sharesTable,
  timelineTable,
} from '../content/section-tables.ts'
import { sequenceTable } from '../content/sequence-table.ts'
import type { BytesSection, Section } from '../section.ts'
import { inline, paragraph, plain, tableText } from './markdown.ts'

/** Its blocks, to be separated by empty lines. */
export function sectionText(section: Section): string[] {
  const says = section.says === undefined ? [] : [paragraph(section.says)]
  return [`## ${plain(section.title)}`, ...says, ...bodyOf(section)]
}

function bodyOf(section: Section): string[] {
  if (section.kind === 'text') return section.paragraphs.map(paragraph)
  if (section.kind === 'bytes') return bytesText(section)
  const table = tableOf(section)
  if (table.rows.length === 0) return ['Nothing was measured for this part.']
  const events = marksOf(section)
  const notes = section.kind === 'heatmap' ? noisyNote(section) : []
  return [
    tableText(table, section.kind === 'table' ? inline : plain),
    ...(events.length > 0 ? [events.join('\n')] : []),
    ...notes.map(paragraph),
  ]
}

function marksOf(section: Section): readonly string[] {
  if (section.kind === 'timeline')
    return section.marks.map(({ atMs, label }) => `- ${(atMs / 1000).toFixed(1)} s: ${plain(label)}`)
  if (section.kind !== 'lines') return []
  const { x, marks = [] } = section
  return marks.map((mark) => `- ${plain(mark.label)}: ${plain(x.title)} ${significant(mark.x)}`)
}

function bytesText({ messages }: BytesSection): string[] {
  if (messages.length === 0) return ['Nothing was measured for this part.']
  return messages.flatMap((message) => [
    `### ${plain(message.label)}`,
    ['```text', ...hexDump(message.hex), '```'].join('\n'),
    tableText(bytesTable(message), plain),
  ])
}

function tableOf(section: Exclude<Section, { readonly kind: 'text' | 'bytes' }>): DataTable {
  switch (section.kind) {
    case 'table':
      return section
    case 'shares':
      return sharesTable(sharesOf(section))
    case 'curves':
      return curvesTable(curvesOf(section))
    case 'bars':
      return barsTable(section)
    case 'lines':
      return linesTable(section)
    case 'heatmap':
      return heatmapTable(section)
    case 'timeline':
      return timelineTable(section)
    case 'sequence':
      return sequenceTable(section)
    case 'lanes':
      return lanesTable(section)
  }
}
