// Where an endpoint runs: a region, a zone in it, and a part of that zone.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { LocalitySchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Type } from 'typebox'
import { facts } from './schema-keywords.ts'

/** A part that is not written is the empty text on the wire. */
export interface Locality {
  readonly region?: string
  readonly zone?: string
  readonly subZone?: string
}

function Part(what: string, envoy: string, example: string) {
  return Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: `the name of ${what}, 1 to 100 letters`,
      ...facts({ envoy, example }),
    }),
  )
}

/** The fields of a locality. */
export const LOCALITY = {
  region: Part('a region', 'Locality.region', 'europe'),
  zone: Part('a zone', 'Locality.zone', 'europe-b'),
  subZone: Part('a part of a zone', 'Locality.sub_zone', 'rack-7'),
}

/** Equal texts for equal localities, in the order in which localities are sent. */
export function localityKey({ region = '', zone = '', subZone = '' }: Locality): string {
  return [region, zone, subZone].join('\0')
}

/** As people write it: `europe/europe-b`. */
export function formatLocality({ region, zone, subZone }: Locality): string {
  return [region, zone, subZone].filter((part) => part !== undefined).join('/')
}

export function toLocality({
  region = '',
  zone = '',
  subZone = '',
}: Locality): MessageInitShape<typeof LocalitySchema> {
  return { region, zone, subZone }
}
