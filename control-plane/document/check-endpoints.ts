// Checks endpoints that come from elsewhere as if a document had them: those of a file, a registration or the state folder.

import { Type } from 'typebox'
import { LEASE } from '../switches/endpoints-from.ts'
import { SWITCHES } from '../switches/switches.ts'
import { type Endpoint, endpointSchema, endpointsSchema } from './model.ts'
import type { PlacedProblem } from './problem.ts'
import { createSchemaCheck } from './schema-check.ts'
import { checkTexts } from './validators/text.ts'
import { checkAddresses } from './validators/upstreams.ts'

const endpoint = endpointSchema(SWITCHES)

/** Of an endpoint that registers itself. */
export const RegistrationSchema = Type.Object(
  { ...endpoint.properties, lease: LEASE },
  {
    additionalProperties: false,
    description: 'an endpoint and its lease, such as { address: "10.0.0.7:8080", lease: 30s }',
  },
)

const checkLeaseSchema = createSchemaCheck(Type.Object({ lease: LEASE }, { description: 'a lease' }))
const checkSchema = createSchemaCheck(endpointsSchema(SWITCHES))

/** All that is wrong with a map of endpoints, with the steps from it on. */
export function checkEndpoints(value: unknown): readonly PlacedProblem[] {
  const ofSchema = checkSchema(value)
  if (ofSchema.length > 0) return ofSchema
  const endpoints = value as Readonly<Record<string, Endpoint>>
  return [...checkAddresses([], endpoints), ...checkTexts(endpoints, [])]
}

/** @param lease undefined for that of the upstream */
export function checkLease(lease: unknown): readonly PlacedProblem[] {
  return lease === undefined ? [] : checkLeaseSchema({ lease })
}
