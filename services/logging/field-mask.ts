// Field masks: which fields of a message a log shows, by paths as google.protobuf.FieldMask has them.
// https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask

import type { DescField, DescMessage } from '@bufbuild/protobuf'
import type { Problem } from '../../core/errors.ts'
import { isSensitive } from './sensitive-field.ts'

/** Selected fields by name; without a tree of its own, a field is selected as a whole. */
export type MaskTree = ReadonlyMap<string, MaskTree | undefined>

type GrowingTree = Map<string, GrowingTree | undefined>

/**
 * @param paths such as `entry.key`, with the names of the `.proto` file. Repeated fields and values of maps are passed without an index
 * @param problems gets one for each path that is not in the message, or that a log never shows
 */
export function maskTreeOf(desc: DescMessage, paths: readonly string[], problems: Problem[]): MaskTree {
  const root: GrowingTree = new Map()
  for (const path of paths) {
    const problem = problemOf(desc, path.split('.'))
    if (problem === undefined) grow(root, path.split('.'))
    else problems.push({ path: `${desc.typeName}.${path}`, message: problem })
  }
  return root
}

function grow(tree: GrowingTree, [name = '', ...rest]: readonly string[]): void {
  // The whole field is selected already.
  if (tree.has(name) && tree.get(name) === undefined) return
  if (rest.length === 0) return void tree.set(name, undefined)
  const below: GrowingTree = tree.get(name) ?? new Map()
  tree.set(name, below)
  grow(below, rest)
}

function problemOf(desc: DescMessage, [name = '', ...rest]: readonly string[]): string | undefined {
  const field = desc.fields.find((candidate) => candidate.name === name)
  if (field === undefined) {
    const names = desc.fields.map((candidate) => candidate.name)
    return `${desc.typeName} has no field "${name}"; use one of: ${names.join(', ')}`
  }
  if (isSensitive(field)) return `"${name}" is sensitive, and a log never shows it; remove the path`
  if (rest.length === 0) return undefined
  const below = messageOf(field)
  if (below === undefined) return `"${name}" is not a message; end the path with it`
  return problemOf(below, rest)
}

function messageOf(field: DescField): DescMessage | undefined {
  return 'message' in field ? field.message : undefined
}
