// What a schema says about a field beside JSON Schema's own keywords. The reference of the document and `yard explain` show it.

/**
 * The field of Envoy's API that a field of the document sets: the name of a message, then its fields, such as
 * `Cluster.health_checks.interval`. Messages inside an `Any` begin with their own name, such as `HttpConnectionManager`.
 */
export const ENVOY_FIELD = 'x-envoy-field'

/** The kinds of fleet whose clients support a field and all fields in it. */
export const CLIENTS = 'x-clients'

/** The gRPC clients that support it, where not all of them do. */
export const SOME_GRPC_CLIENTS = 'x-grpc-clients'

/** Names that people know from Envoy's API and that no document has, each with the error text for it: of fields, or of choices of a `discriminator`. */
export const UNAVAILABLE = 'x-unavailable'

/** What takes the protection of a field away: see `Weaker`. `yard test --mutations` tries it, and asks which tests notice. */
export const WEAKER = 'x-weaker'

/**
 * A value that protects less than any other; or no value at all; or a list to which what the tests use is added: the methods they
 * call, one at a time, or the audiences of their tokens.
 */
export type Weaker =
  | { readonly value: unknown }
  | { readonly removed: true }
  | { readonly added: 'methods' | 'audiences' }

/** What a reader of the reference gets to see about a field beside its description. */
export interface FieldFacts {
  /** See `ENVOY_FIELD`. */
  readonly envoy?: string
  /** A valid value. Fields of true or false, and those with a list of choices, need none. */
  readonly example?: unknown
  /** See `CLIENTS`. Default: those of the entry that the field is in. */
  readonly clients?: readonly string[]
  /** See `WEAKER`. */
  readonly weaker?: Weaker
}

/** The keywords for it. */
export function facts({ envoy, example, clients, weaker }: FieldFacts) {
  return {
    ...(envoy !== undefined && { [ENVOY_FIELD]: envoy }),
    ...(example !== undefined && { examples: [example] }),
    ...(clients !== undefined && { [CLIENTS]: clients }),
    ...(weaker !== undefined && { [WEAKER]: weaker }),
  }
}
