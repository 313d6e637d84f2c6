// The guide that walks a switch, by the path of a field.

import { readFileSync } from 'node:fs'
import { isIn, stepsOf } from '../../../control-plane/document/field-path.ts'

export interface FieldGuide {
  /** The row of docs/reference/switches.md. */
  readonly row: string
  /** A page of the checkout, with the heading. */
  readonly guide: string
  /** Each stands for all fields in it. */
  readonly fields: readonly string[]
}

const FILE = new URL('../../../docs/reference/field-guides.jsonl', import.meta.url)
const GUIDES: readonly FieldGuide[] = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** Undefined for what no row has. */
export function guideOf(path: string): FieldGuide | undefined {
  const steps = stepsOf({ path })
  return GUIDES.find(({ fields }) => fields.some((field) => isIn(steps, stepsOf({ path: field }))))
}
