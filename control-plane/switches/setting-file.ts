// A file that a switch takes something from: its path is in the document, and its content goes to Envoys inside a resource.

import { Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { type FieldFacts, facts } from './schema-keywords.ts'

/** Paths in the folder of files, each with what it had when it was read. */
export type FileContents = ReadonlyMap<string, Uint8Array>

export const NO_FILES: FileContents = new Map()

export interface SettingFile {
  /** From the settings on, such as `['descriptors']`. */
  readonly steps: readonly string[]
  /** The path in the folder of files. */
  readonly file: string
  /** More is not read. */
  readonly maxBytes: number
  /** What is wrong with the content. Steps begin at the settings. */
  check?(bytes: Uint8Array): readonly PlacedProblem[]
}

/** Relative and without `..`: whoever may write the document may not look around on the host. */
export function FilePath(description: string, shown: FieldFacts) {
  return Type.String({
    pattern: '^(?!/)(?!(.*/)?\\.\\.(/|$)).+$',
    maxLength: 300,
    description: `${description}, as a path in the folder of files without ..`,
    ...facts(shown),
  })
}

/** @throws SwitchyardError `internal` if the file was not read */
export function contentOf(files: FileContents, file: string): Uint8Array {
  const content = files.get(file)
  if (content === undefined) throw new SwitchyardError('internal', `the file ${file} was not read`)
  return content
}
