// What a field needs of the form that it is in.

import type { Path } from '../document/json-patch.ts'
import type { Schema } from '../document/schema.ts'
import type { Json } from '../store/state.ts'

export interface Editing {
  /** Kind of the fleet; undefined outside fleets. */
  readonly kind: string | undefined
  /** False for viewers. */
  readonly isAllowed: boolean
  /** Undefined removes the value, so that the default is in effect again. */
  readonly set: (path: Path, value: Json | undefined) => void
  /** Whether an edit is there or below. */
  readonly isEdited: (path: Path) => boolean
  /** What the control plane found wrong at this place of the last edit that it refused. */
  readonly problemAt: (path: Path) => string | undefined
}

export interface FieldProps {
  readonly editing: Editing
  readonly path: Path
  readonly name: string
  readonly schema: Schema
  readonly value: Json | undefined
}

/** The ID of an element of the field. */
export function fieldId(path: Path, part = 'field'): string {
  return `${part}-${path.join('-').replaceAll(/[^\w-]/g, '_')}`
}

/** A description starts in lower case, as the end of "must be …". */
export function asSentence(description: string | undefined): string {
  if (description === undefined) return ''
  const text = `${description.charAt(0).toUpperCase()}${description.slice(1)}`
  return text.endsWith('.') ? text : `${text}.`
}
