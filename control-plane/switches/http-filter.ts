// The declaration of one HTTP filter: all that the config, the translation and the docs know about it.

import type { Any } from '@bufbuild/protobuf/wkt'
import { type Static, type TObject, type TProperties, Type } from 'typebox'
import type { DeepReadonly } from './deep-readonly.ts'
import type { JwtProvider } from './jwt-provider.ts'

/** What filters see of the document beside their own settings. */
export interface FilterContext {
  readonly jwt: Readonly<Record<string, JwtProvider>>
  /** Headers that only this chain may set; see `Check.ownedHeaders`. */
  readonly ownedHeaders: readonly string[]
  /** Headers that a check of this chain compares; see `Check.comparedHeaders`. */
  readonly comparedHeaders: readonly string[]
}

/** A name in a check's settings that must lead to an entry of the document's map `to`. */
export interface SettingReference {
  /** From the settings of the check on, such as `['anyOf', '0']`. */
  readonly steps: readonly string[]
  readonly to: 'upstreams' | 'jwt'
  readonly name: string
}

/** What the schema of a check cannot say. */
export interface SettingProblem {
  readonly steps: readonly string[]
  readonly message: string
}

/** A filter that is in every chain: nobody turns it. */
export interface FixedFilter {
  /** As Envoy knows it: `envoy.filters.http.NAME`. */
  readonly name: string
  /** Names of the filters that a call must have passed before it comes here. */
  readonly after: readonly string[]
  /** Undefined where it would have nothing to do. */
  toExtension(context: FilterContext): Any | undefined
}

type Settings<Options extends TProperties> = DeepReadonly<Static<TObject<Options>>>

/** A filter that may refuse calls: a switch, which stands as `fleets.*.security.FIELD` in the document. */
export interface Check<Field extends string = string, Options extends TProperties = TProperties> {
  readonly name: string
  readonly after: readonly string[]
  readonly field: Field
  /** A noun phrase with an example, for a person who chooses. */
  readonly summary: string
  /** The fields that may stand beside `enabled`: each has a `description`, and those that are optional a `default`. */
  readonly options: Options
  references(settings: Settings<Options>): readonly SettingReference[]
  problems?(settings: Settings<Options>, context: Pick<FilterContext, 'jwt'>): Iterable<SettingProblem>
  /** Headers that it sets for the services: a client's own are removed, whether the check is on or off. */
  ownedHeaders?(settings: Settings<Options>, context: Pick<FilterContext, 'jwt'>): readonly string[]
  /** Headers whose values it compares: it finds each of them whole in the metadata; see `joined-headers.ts`. */
  comparedHeaders?(settings: Settings<Options>): readonly string[]
  /** The message of `envoy.filters.http.NAME`. */
  toExtension(settings: Settings<Options>, context: FilterContext): Any
}

/** Declares a check; it only lets the types of field and options be inferred. */
export function defineCheck<const Field extends string, Options extends TProperties>(
  check: Check<Field, Options>,
): Check<Field, Options> {
  return check
}

/** The schema of a check's place in the document. */
export function checkSchema<Options extends TProperties>({ summary, options }: Check<string, Options>) {
  return Type.Object(
    { enabled: Type.Boolean({ description: 'true or false' }), ...options },
    { additionalProperties: false, description: summary },
  )
}
