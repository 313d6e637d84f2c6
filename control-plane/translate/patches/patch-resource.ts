// One resource with one patch applied: again a message of the same type and name, or what is wrong with the patch.

import { type DescMessage, fromJson, type JsonValue, type Message, toJson } from '@bufbuild/protobuf'
import { isMap } from '../../../core/plain-map.ts'
import { CORE_MESSAGES } from '../../../xds-server/snapshot/message-registry.ts'
import { REDACTED, redact } from '../../../xds-server/snapshot/redact.ts'
import type { Operation } from '../../switches/patches.ts'
import { applyOperations, type Change } from './apply-operations.ts'
import { ENVOY_MESSAGES, findMessage, messagesBeside, withPatchedMessages } from './envoy-messages.ts'
import { toPointer, valueAt } from './json-pointer.ts'

export interface PatchedMessage {
  readonly resource: Message
  readonly changes: readonly Change[]
}

/** From `operations` of the patch on; without an index, all of them together. */
export interface PatchProblem {
  readonly index?: number
  readonly message: string
}

const JSON_OPTIONS = { registry: ENVOY_MESSAGES }
const MESSAGES = withPatchedMessages(CORE_MESSAGES)

/** @param what the resource as error texts call it, such as `listener main` */
export function patchResource(
  schema: DescMessage,
  resource: Message,
  operations: readonly Operation[],
  what: string,
): PatchedMessage | PatchProblem {
  const before = toJson(schema, resource, JSON_OPTIONS)
  const applied = applyOperations(before, operations, (json) => redact(schema, json, MESSAGES))
  if ('message' in applied) return { index: applied.index, message: `on ${what}, ${applied.message}` }
  const { documents } = applied
  const last = parse(schema, documents.at(-1) ?? before)
  if ('problem' in last) {
    // Operations may be valid together only. The culprit is the one after which it never was valid again.
    const index = documents.findLastIndex((json) => 'message' in parse(schema, json)) + 1
    return { index, message: `gives no valid ${what}: ${last.problem}` }
  }
  const after = toJson(schema, last.message, JSON_OPTIONS)
  const wrong = whyForbidden(schema, before, after, what)
  return wrong === undefined ? { resource: last.message, changes: applied.changes } : { message: wrong }
}

function parse(schema: DescMessage, json: JsonValue): { message: Message } | { problem: string } {
  try {
    return { message: fromJson(schema, json, JSON_OPTIONS) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { problem: problem + unknownTypesIn(json).map(describeUnknownType).join('') }
  }
}

function unknownTypesIn(json: JsonValue): readonly string[] {
  if (typeof json !== 'object' || json === null) return []
  const own = isMap(json) && typeof json['@type'] === 'string' ? [json['@type']] : []
  const unknown = own.map((one) => one.slice(one.lastIndexOf('/') + 1)).filter((one) => !findMessage(one))
  return [...unknown, ...Object.values(json).flatMap((one) => unknownTypesIn(one as JsonValue))]
}

function describeUnknownType(typeName: string): string {
  const beside = messagesBeside(typeName)
  const hint = beside.length > 0 ? `its package has ${beside.join(', ')}` : 'Envoy has no such package'
  return `; ${typeName} is not a message of Envoy's API: ${hint}`
}

function whyForbidden(
  schema: DescMessage,
  before: JsonValue,
  after: JsonValue,
  what: string,
): string | undefined {
  for (const name of ['name', 'clusterName']) {
    const of = (json: JsonValue) => (isMap(json) ? json[name] : undefined)
    if (of(before) !== of(after) && schema.field[name]) {
      return `gives ${what} another name, by which nobody would find it: leave its ${name} alone`
    }
  }
  const old = new Set(secretPlaces(redact(schema, before, MESSAGES)).map(toPointer))
  const added = secretPlaces(redact(schema, after, MESSAGES))
    .filter((steps) => !old.has(toPointer(steps)) && !isFromNode(valueAt(after, steps)))
    .map(toPointer)
  if (added.length > 0) {
    return `writes a secret at ${added.join(' and ')}, and everybody who reads the document would see it: name a file of the nodes (filename), or an entry of secrets`
  }
  const known = new Set(scriptsIn(before).map(({ text }) => text))
  const scripts = scriptsIn(after).filter(({ text }) => !known.has(text))
  if (scripts.length === 0) return undefined
  const places = scripts.map(({ steps }) => toPointer(steps)).join(' and ')
  return `writes a Lua script at ${places}, which would run as the Envoy itself: scripts come from files, so use filters.lua of the fleet, or name a file of the nodes (filename)`
}

const LUA = /\.lua\.v3\.\w+$/
const INLINE = ['inlineCode', 'inlineString', 'inlineBytes']

/**
 * The scripts that Lua messages hold themselves. Envoy's Lua starts programs on its host: who writes a document must not be able to,
 * see `luaScript`.
 */
function scriptsIn(
  json: unknown,
  at: readonly string[] = [],
  isInLua = false,
): readonly { readonly steps: readonly string[]; readonly text: string }[] {
  if (typeof json !== 'object' || json === null) return []
  const isLua = isInLua || (isMap(json) && typeof json['@type'] === 'string' && LUA.test(json['@type']))
  return Object.entries(json).flatMap(([name, one]) =>
    isLua && INLINE.includes(name) && typeof one === 'string'
      ? [{ steps: [...at, name], text: one }]
      : scriptsIn(one, [...at, name], isLua),
  )
}

/** The steps to each value that was taken out. */
function secretPlaces(json: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (json === REDACTED) return [at]
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([name, one]) => secretPlaces(one, [...at, name]))
}

/** A DataSource that only names where the node has it. */
function isFromNode(value: unknown): boolean {
  return isMap(value) && (value.filename !== undefined || value.environmentVariable !== undefined)
}
