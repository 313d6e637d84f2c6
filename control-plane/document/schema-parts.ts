// What of the document's JSON Schema is read, besides the validation that Ajv does.

import type { GrpcClient } from '../switches/grpc-clients.ts'
import type { CLIENTS, ENVOY_FIELD, SOME_GRPC_CLIENTS, WEAKER, Weaker } from '../switches/schema-keywords.ts'

/** A schema of an object, a list or a value. It may come from JSON. */
export interface SchemaParts {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly minProperties?: number
  readonly properties?: Readonly<Record<string, SchemaParts>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaParts | boolean
  readonly propertyNames?: { readonly pattern?: string }
  readonly items?: SchemaParts
  readonly oneOf?: readonly SchemaParts[]
  readonly discriminator?: { readonly propertyName: string }
  readonly [ENVOY_FIELD]?: string
  readonly [CLIENTS]?: readonly string[]
  readonly [WEAKER]?: Weaker
  readonly [SOME_GRPC_CLIENTS]?: readonly GrpcClient[]
}
