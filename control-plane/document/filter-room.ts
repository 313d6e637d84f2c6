// The fields that hold filters: with one property for each filter that is declared for the place.

import { type TProperties, Type } from 'typebox'
import { facts } from '../switches/schema-keywords.ts'
import { strict } from './base-fields.ts'

/** No field where there is no declaration. */
export function filterRoom(
  name: string,
  properties: TProperties,
  description: string,
  example: object,
): TProperties {
  if (Object.keys(properties).length === 0) return {}
  const options = {
    ...strict,
    description,
    ...facts({ envoy: 'HttpConnectionManager.http_filters', example }),
  }
  return { [name]: Type.Optional(Type.Object(properties, options)) }
}
