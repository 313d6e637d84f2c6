// The guide of each field, from the rows of the switches: `npm run docs` writes the file that `yard explain` reads.

import { SWITCH_ROWS } from './rows.ts'

export const FIELD_GUIDES_FILE = 'docs/reference/field-guides.jsonl'

/** A line of JSON for each row that has a guide. */
export function fieldGuides(): string {
  const rows = Object.entries(SWITCH_ROWS).flatMap(([row, { fields, guide }]) =>
    guide === undefined ? [] : [`${JSON.stringify({ row, guide, fields })}\n`],
  )
  return rows.join('')
}
