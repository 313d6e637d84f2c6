// Labels of endpoints, by which rules choose some of them.

import { Type } from 'typebox'
import { NamedMap } from './named-map.ts'
import { facts } from './schema-keywords.ts'

/** Where Envoy looks for them, in the metadata of endpoints and of routes. */
const NAMESPACE = 'envoy.lb'

export type Labels = Readonly<Record<string, string>>

const LabelValue = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'the value of a label, up to 100 characters such as v2',
  ...facts({ example: 'v2' }),
})

/** At least one label. @param envoy the field of Envoy that has them */
export function labelsSchema(description: string, envoy: string) {
  return NamedMap(LabelValue, description, { minProperties: 1, envoy, example: { version: 'v2' } })
}

export function toMetadata(labels: Labels) {
  return { filterMetadata: { [NAMESPACE]: { ...labels } } }
}
