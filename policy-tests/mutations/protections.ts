// The protections of a document, and the document without each of them: from what the switches declare, never from a list of names.

import { isDeepStrictEqual } from 'node:util'
import { applyPatch } from 'rfc6902'
import { type DescribedField, describeSchema } from '../../control-plane/document/describe-schema.ts'
import { ANY, ITEM, stepsOf } from '../../control-plane/document/field-path.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { formatSteps } from '../../control-plane/document/problem.ts'
import { checkConfig } from '../../control-plane/document/validate.ts'
import type { Weaker } from '../../control-plane/switches/schema-keywords.ts'
import { toPointer, valueAt } from '../../control-plane/translate/patches/json-pointer.ts'
import { translate, unreadFiles } from '../../control-plane/translate/translate.ts'
import { isMap } from '../../core/plain-map.ts'

/** What the tests use: a weaker list has it in addition. */
export interface Uses {
  /** The methods that they call, such as `shop.Orders/Get`, by the name of the fleet. */
  readonly methods: Readonly<Record<string, readonly string[]>>
  /** The audiences in the tokens of their callers. */
  readonly audiences: readonly string[]
}

/** A document without one protection. */
export interface Mutant {
  /** From the top of the document to the field. Its last steps may not be written there: a default protects too. */
  readonly steps: readonly string[]
  /** The same as text, such as `fleets.edge.security.jwt.enabled`. */
  readonly path: string
  /** What it is instead, such as `false instead of true`. */
  readonly change: string
  readonly document: Config
}

/** A protection that cannot be taken away alone: the document without it is invalid. */
export interface Inseparable {
  readonly path: string
  readonly change: string
  /** Why, as validation says it. */
  readonly why: string
}

export interface Protections {
  /** In the order of the schema. */
  readonly mutants: readonly Mutant[]
  readonly inseparable: readonly Inseparable[]
}

interface Change {
  readonly steps: readonly string[]
  /** Undefined removes what is there. */
  readonly value?: unknown
  readonly change: string
}

/** An audience that no token has unless a test says so. */
const ANY_AUDIENCE = 'another-audience'

const WEAKENED = describeSchema(ConfigSchema).filter(({ weaker }) => weaker !== undefined)

/**
 * All documents that lack one protection from callers of fleets of Envoys. A change that no Envoy would notice is not a protection of this
 * document: what is off, or used by nobody.
 * @param config a valid document
 */
export function protectionsOf(config: Config, uses: Uses): Protections {
  const served = servedBy(config)
  const mutants: Mutant[] = []
  const inseparable: Inseparable[] = []
  const places = new Set<string>()
  for (const { steps, change, ...rest } of WEAKENED.flatMap((field) => changesOf(config, field, uses))) {
    const path = formatSteps(steps)
    const key = `${path} ${change}`
    // A field may be described more than once: a form for each kind of fleet.
    if (places.has(key)) continue
    places.add(key)
    const checked = checkConfig(changed(config, steps, rest))
    if (!('config' in checked)) {
      const why = checked.problems.map(({ steps, message }) => `${formatSteps(steps)} ${message}`).join('; ')
      inseparable.push({ path, change, why })
    } else if (!isDeepStrictEqual(servedBy(checked.config), served)) {
      mutants.push({ steps, path, change, document: checked.config })
    }
  }
  return { mutants, inseparable }
}

/** What the Envoys of each fleet are served, without the content of any file. */
function servedBy(config: Config) {
  const unread = { certificate: { chain: '', key: '' }, ca: '' }
  const secrets = new Map(Object.keys(config.secrets ?? {}).map((name) => [name, unread]))
  const envoys = Object.entries(config.fleets).filter(([, { kind }]) => kind === 'envoy')
  return envoys.map(([name]) => translate(config, name, secrets, unreadFiles(config)).resources)
}

function changed(config: Config, steps: readonly string[], { value }: Pick<Change, 'value'>): Config {
  const document = structuredClone(config)
  const path = toPointer(steps)
  const [problem] = applyPatch(document, [
    value === undefined ? { op: 'remove', path } : { op: 'add', path, value },
  ])
  if (problem) throw problem
  return document
}

function changesOf(config: Config, field: DescribedField, uses: Uses): readonly Change[] {
  const { weaker } = field
  if (weaker === undefined) return []
  return placesOf(config, stepsOf(field)).flatMap((steps) => {
    const [map, name = ''] = steps
    if (map === 'fleets' && config.fleets[name]?.kind !== 'envoy') return []
    // Stand-ins are as the document demands, so no call can tell what it demands of them.
    if (map === 'upstreams') return []
    const before = valueAt(config, steps) ?? field.default
    return before === undefined ? [] : weakened(steps, before, weaker, uses)
  })
}

function weakened(
  steps: readonly string[],
  before: unknown,
  weaker: Weaker,
  { methods, audiences }: Uses,
): readonly Change[] {
  if ('value' in weaker) {
    const { value } = weaker
    if (isDeepStrictEqual(before, value)) return []
    return [{ steps, value, change: `${JSON.stringify(value)} instead of ${JSON.stringify(before)}` }]
  }
  if ('removed' in weaker) return [{ steps, change: `removed, it was ${JSON.stringify(before)}` }]
  const list = before as readonly string[]
  const more = (values: readonly string[]) => ({
    steps,
    value: [...list, ...values],
    change: `${values.join(', ')} in addition`,
  })
  const lacking = (values: readonly string[]) => [...new Set(values)].filter((one) => !list.includes(one))
  if (weaker.added === 'audiences') return [more(lacking([...audiences, ANY_AUDIENCE]))]
  return lacking(methods[steps[1] ?? ''] ?? []).map((method) => more([method]))
}

/** Where a described field is in a document, or would be: the entry that it is a field of must be there. */
function placesOf(config: Config, pattern: readonly string[]): readonly (readonly string[])[] {
  let places: readonly (readonly string[])[] = [[]]
  for (const [index, step] of pattern.entries()) {
    places = places.flatMap((place) => {
      const value = valueAt(config, place)
      if (step === ITEM) return Array.isArray(value) ? value.map((_, at) => [...place, String(at)]) : []
      if (!isMap(value)) return []
      if (step === ANY) return Object.keys(value).map((name) => [...place, name])
      return index === pattern.length - 1 || step in value ? [[...place, step]] : []
    })
  }
  return places
}
