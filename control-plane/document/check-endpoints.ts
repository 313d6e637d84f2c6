// Checks endpoints that come from elsewhere as if a document had them: those of a file, a registration or the state folder.

import { Type } from 'typebox'
import { LEASE } from '../switches/endpoints-from.ts'
import { SWITCHES } from '../switches/switches.ts'
import { type Endpoint, endpointSchema, endpointsSchema } from './model.ts'
import { formatSteps, type PlacedProblem } from './problem.ts'
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

const checkRegistrationSchema = createSchemaCheck(RegistrationSchema)
const checkSchema = createSchemaCheck(endpointsSchema(SWITCHES))

/** All that is wrong with a map of endpoints, with the steps from it on. */
export function checkEndpoints(value: unknown): readonly PlacedProblem[] {
  const ofSchema = checkSchema(value)
  if (ofSchema.length > 0) return ofSchema
  const endpoints = value as Readonly<Record<string, Endpoint>>
  return [...checkAddresses([], endpoints), ...checkTexts(endpoints, [])]
}

/** All that is wrong with an endpoint that registers itself under a name, with the steps from the endpoint on. */
export function checkRegistration(
  id: string,
  request: Readonly<Record<string, unknown>>,
): readonly PlacedProblem[] {
  // The schema of a registration knows the lease too, so an unknown field is explained with it.
  const ofSchema = checkRegistrationSchema(request)
  const { lease: _lease, ...endpoint } = request
  const ofEndpoint = checkEndpoints({ [id]: endpoint }).map(({ steps, message }) => ({
    steps: steps.length > 1 ? steps.slice(1) : steps,
    message,
  }))
  const places = new Set(ofSchema.map(({ steps }) => formatSteps(steps)))
  return [...ofSchema, ...ofEndpoint.filter(({ steps }) => !places.has(formatSteps(steps)))]
}
