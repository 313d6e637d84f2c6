// Patches of generated resources: the way to a field of Envoy that no switch has.

import { Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'
import { NamedMap } from './named-map.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

/** What can be patched. Secrets cannot: their bytes come from files, and no document holds them. */
export const PATCHED_TYPES = ['listener', 'route', 'cluster', 'endpoints'] as const
export type PatchedType = (typeof PATCHED_TYPES)[number]

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const

const POINTER = '^(/([^/~]|~[01])*)*$'
const OPERATION_EXAMPLE = { op: 'add', path: '/perConnectionBufferLimitBytes', value: 65_536 }

const OperationSchema = Type.Object(
  {
    op: Type.Enum([...OPERATIONS], { description: `one of ${OPERATIONS.join(', ')}` }),
    path: Type.String({
      pattern: POINTER,
      description:
        'a JSON pointer from the top of the resource, such as /filterChains/0/filters/-, with ~1 for a slash and ~0 for a tilde in a name',
      ...facts({ example: '/perConnectionBufferLimitBytes' }),
    }),
    from: Type.Optional(
      Type.String({
        pattern: POINTER,
        description: 'the JSON pointer that move and copy take the value from',
        ...facts({ example: '/filterChains/0' }),
      }),
    ),
    value: Type.Optional(
      Type.Unknown({
        description:
          "any JSON in the form of Envoy's API, with @type in each typed configuration; for add, replace and test",
        ...facts({ example: 65_536 }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'an operation such as { op: add, path: /perConnectionBufferLimitBytes, value: 65536 }',
    ...facts({ example: OPERATION_EXAMPLE }),
  },
)

const PATCH_EXAMPLE = {
  enabled: true,
  type: 'listener',
  resource: 'main',
  operations: [OPERATION_EXAMPLE],
}

const PatchSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'true or false' }),
    type: Type.Enum([...PATCHED_TYPES], {
      description:
        'listener, route, cluster or endpoints; secrets come from files and cannot be patched, because everybody who reads the document would see them',
    }),
    resource: Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'the name of the resource, in which * stands for any text: that of the listener for listener and route, that of the upstream for cluster and endpoints',
      ...facts({ example: 'main' }),
    }),
    mode: Type.Optional(
      Type.Enum(['l4', 'l7'], {
        description:
          'l4 or l7: the patch waits while its listener is in the other mode. Without it, the patch must apply in both',
        ...facts({ example: 'l7' }),
      }),
    ),
    upstreams: Type.Optional(
      Type.Array(Type.String({ description: 'the name of an upstream', ...facts({ example: 'audit' }) }), {
        minItems: 1,
        uniqueItems: true,
        description:
          'upstreams that only the patch refers to, each once, such as [audit]: their clusters are served too',
        ...facts({ example: ['audit'] }),
      }),
    ),
    allowUnprotected: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether the patch may change a resource that protects calls, such as a listener with security.jwt or with tls. Nothing checks what is left of the protection',
      }),
    ),
    operations: Type.Array(OperationSchema, {
      minItems: 1,
      maxItems: 100,
      description:
        'operations of JSON patch (RFC 6902), such as [{ op: add, path: /perConnectionBufferLimitBytes, value: 65536 }]',
      ...facts({ example: [OPERATION_EXAMPLE] }),
    }),
  },
  {
    additionalProperties: false,
    description: 'a patch with enabled, type, resource and operations',
    ...facts({ example: PATCH_EXAMPLE }),
  },
)

/** One operation as a document has it. */
export interface Operation {
  readonly op: (typeof OPERATIONS)[number]
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** One patch as a document has it. */
export interface Patch {
  readonly enabled: boolean
  readonly type: PatchedType
  readonly resource: string
  readonly mode?: 'l4' | 'l7'
  readonly upstreams?: readonly string[]
  readonly allowUnprotected?: boolean
  readonly operations: readonly Operation[]
}

export type Patches = Readonly<Record<string, Patch>>

/**
 * `patches` of a fleet: JSON patches of the resources that the switches gave, in the order of the names of the patches. They see a
 * resource as proto3 JSON with lowerCamelCase names, as `yard status` and REST show what a fleet is served. A patch that does not
 * apply is an error, and so is a result that is no message of Envoy's API or that refers to what the fleet is not served.
 * https://www.rfc-editor.org/rfc/rfc6902, https://www.rfc-editor.org/rfc/rfc6901
 */
export const patches = fleetSwitch({
  field: 'patches',
  schema: NamedMap(PatchSchema, 'patches of generated resources by their names', {
    example: { buffer: PATCH_EXAMPLE },
  }),
  appliesTo: ['envoy'],
  references: (all) =>
    Object.entries(all as Patches).flatMap(([name, { upstreams = [] }]) =>
      upstreams.map((upstream, index) => ({
        steps: [name, 'upstreams', String(index)],
        to: 'upstreams' as const,
        name: upstream,
      })),
    ),
  *problems(all) {
    for (const [name, patch] of Object.entries(all as Patches)) {
      for (const { steps, message } of problemsOf(patch)) yield { steps: [name, ...steps], message }
    }
  },
})

function* problemsOf({ type, mode, operations }: Patch): Iterable<PlacedProblem> {
  if (mode !== undefined && type !== 'listener' && type !== 'route') {
    yield { steps: ['mode'], message: `has no effect on ${type}, which both modes use: remove it` }
  }
  for (const [index, operation] of operations.entries()) {
    for (const { steps, message } of problemsOfOperation(operation)) {
      yield { steps: ['operations', String(index), ...steps], message }
    }
  }
}

function* problemsOfOperation(operation: Operation): Iterable<PlacedProblem> {
  const { op } = operation
  for (const field of ['path', 'from'] as const) {
    if (operation[field] === '') {
      yield { steps: [field], message: 'is the whole resource: name a field in it, such as /filterChains' }
    }
    if (operation[field]?.split('/').includes(PROTOTYPE)) {
      yield { steps: [field], message: `names ${PROTOTYPE}, which no message has: remove it` }
    }
  }
  if (hasPrototype(operation.value)) {
    yield { steps: ['value'], message: `has the name ${PROTOTYPE}, which no message has: remove it` }
  }
  const needs = { value: ['add', 'replace', 'test'], from: ['move', 'copy'] }
  for (const [field, ops] of Object.entries(needs)) {
    const isWritten = Object.hasOwn(operation, field)
    if (ops.includes(op) && !isWritten) yield { steps: [field], message: `is missing: ${op} needs it` }
    if (!ops.includes(op) && isWritten) {
      yield { steps: [field], message: `has no effect on ${op}: remove it` }
    }
  }
}

/** JavaScript takes a field of this name for something else. */
const PROTOTYPE = '__proto__'

function hasPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) => name === PROTOTYPE || hasPrototype(inner))
}
