// What turning one switch under load means: a document with it, one with other settings of it, and the one without.

import { isDeepStrictEqual } from 'node:util'
import type { SchemaParts } from '../../control-plane/document/schema-parts.ts'
import { checkConfig } from '../../control-plane/document/validate.ts'
import { filesNamedBy } from '../../control-plane/sources/files/file-store.ts'
import { exampleOf } from '../documents/full-example.ts'
import { growExample, variationsOf } from '../documents/grow-example.ts'
import type { Place } from '../documents/places.ts'
import { setAt } from '../documents/set-at.ts'
import { namedFiles } from '../support/named-files.ts'

/** Where the example of a declaration cannot be turned as it is: it would refuse calls, or it needs something beside it. */
export interface OwnTurn {
  /** Default: the example. */
  readonly on?: unknown
  /** Default: the first value with the examples of all properties that fit to it. */
  readonly changed?: unknown
  /** Where it is turned. Default: where the calls of the load meet it. */
  readonly at?: readonly string[]
  /** What is there as long as it is on. */
  readonly beside?: readonly (readonly [steps: readonly string[], value: unknown])[]
  /** What its two revisions end with. Default: synced. */
  readonly outcome?: 'nacked'
  /** Why it is not turned as it is. */
  readonly why: string
}

export interface Turn {
  readonly name: string
  readonly at: readonly string[]
  readonly outcome: 'synced' | 'nacked'
  /** On, and changed. */
  readonly values: readonly [unknown, unknown]
  /** The steps, in their order; after the last one it is off. */
  readonly steps: readonly ((document: object) => object)[]
}

/** Whether a control plane would serve it, with the files that tests have for it. */
export function isValid(document: object): boolean {
  const checked = checkConfig(document)
  if (!('config' in checked)) return false
  const { config } = checked
  const contents = namedFiles(config)
  return filesNamedBy(config).every(
    ({ file, check }) => (check?.(contents.get(file) ?? new Uint8Array()) ?? []).length === 0,
  )
}

/** @param base a document in which the switch is off */
export function turnOf({ name, steps, schema }: Place, own: Partial<OwnTurn>, base: object): Turn {
  const at = own.at ?? steps
  const withValue = (value: unknown) => (document: object) =>
    [...(own.beside ?? []), [at, value] as const].reduce(
      (all, [place, one]) => setAt(all, place, one),
      document,
    )
  const parts = schema as SchemaParts
  const on = own.on ?? exampleOf(parts)
  const isAccepted = (value: unknown) => isValid(withValue(value)(base))
  const changed = own.changed ?? changedFrom(on, parts, isAccepted)
  return {
    name,
    at,
    outcome: own.outcome ?? 'synced',
    values: [on, changed],
    steps: [withValue(on), withValue(changed)],
  }
}

/** All properties, or if that is what it is already, another value of one of them. */
function changedFrom(on: unknown, schema: SchemaParts, isAccepted: (value: unknown) => boolean): unknown {
  const grown = growExample(schema, on, isAccepted)
  if (!isDeepStrictEqual(grown, on)) return grown
  return variationsOf(on, schema.enum).find(isAccepted) ?? on
}
