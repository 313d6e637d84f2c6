// What happens to a revision that an Envoy of the fleet refuses.

import { type Static, Type } from 'typebox'

export const DEFAULT_ON_NACK = 'rollback'

/** `onNack` of a fleet: `rollback` brings the last accepted content back, `hold` leaves things for a person to decide. */
export const OnNackSchema = Type.Enum(['rollback', 'hold'], {
  default: DEFAULT_ON_NACK,
  description: 'rollback or hold',
})
export type OnNack = Static<typeof OnNackSchema>
