// The display filters of the guide, taken from its text: what the guide says is what is run.

import { readFileSync } from 'node:fs'

export interface GuideFilter {
  readonly filter: string
  /** What the guide says that it shows. */
  readonly shows: string
}

const GUIDE = new URL('../../../../docs/guides/wireshark.md', import.meta.url)
/** A row of a table whose first cell is code. */
const ROW = /^\| `([^`]+)` +\| (.+?) +\|$/gm

export function guideFilters(text = readFileSync(GUIDE, 'utf8')): readonly GuideFilter[] {
  const [, section = ''] = /^## Display filters$([\s\S]*?)(?=^## )/m.exec(text) ?? []
  return [...section.matchAll(ROW)].map(([, filter = '', shows = '']) => ({ filter, shows }))
}
