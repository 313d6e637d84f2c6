// How a fleet balances load.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'

/** l4: Envoy picks a backend for each connection. l7: for each call. */
export const LB_MODES = ['l4', 'l7'] as const
export type LbMode = (typeof LB_MODES)[number]

const LbFields = {
  mode: Type.Enum([...LB_MODES], { description: 'l4: a backend for each connection. l7: for each call.' }),
}
const POLICY = Type.String({ description: 'A load-balancing policy, such as round_robin.' })
/** The options depend on the policy; the control plane validates them. */
const withOptions = { additionalProperties: true, description: 'A mode, a policy and its options.' }

/** The body of `putLb`. */
export const LbRequestSchema = Type.Object({ ...LbFields, policy: Type.Optional(POLICY) }, withOptions)
export type LbRequest = DeepReadonly<Static<typeof LbRequestSchema>>

export const LbSettingSchema = Type.Object({ ...LbFields, policy: POLICY }, withOptions)
export type LbSetting = DeepReadonly<Static<typeof LbSettingSchema>>
