// What happens to a revision that an Envoy of the fleet NACKs.

import { type Static, Type } from 'typebox'
import { fleetSwitch } from './attach-points.ts'

export const DEFAULT_ON_NACK = 'rollback'

const OnNackSchema = Type.Enum(['rollback', 'hold'], {
  default: DEFAULT_ON_NACK,
  description:
    'rollback, which restores the last accepted content after a NACK, or hold, which keeps the rejected revision in force until somebody writes another one',
})
export type OnNack = Static<typeof OnNackSchema>

/** `onNack` of a fleet: `rollback` brings the last accepted content back, `hold` keeps the rejected one in force. Envoy does not see it. */
export const onNack = fleetSwitch({
  field: 'onNack',
  schema: OnNackSchema,
  appliesTo: ['envoy', 'proxyless', 'grpc-server'],
})
