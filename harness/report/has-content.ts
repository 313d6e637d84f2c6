// Whether a part of the report shows anything.

import type { Section } from './section.ts'

/** A part of a plan, or an interrupted run, leaves some without. */
export function hasContent(section: Section): boolean {
  switch (section.kind) {
    case 'shares':
    case 'lines':
      return section.lines.length > 0
    case 'table':
    case 'timeline':
    case 'heatmap':
      return section.rows.length > 0
    case 'curves':
      return section.curves.length > 0
    case 'bars':
      return section.bars.length > 0
    case 'sequence':
      return section.steps.length > 0
    case 'lanes':
      return section.lanes.length > 0
    case 'bytes':
      return section.messages.length > 0
    case 'text':
      return true
  }
}
