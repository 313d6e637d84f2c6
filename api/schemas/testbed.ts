// The load that a testbed puts on a fleet: `GET` and `PUT /v1/testbed/load`, and the event `testbed`.

import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { MAX_LOAD_CALLS_PER_SECOND, MAX_LOAD_CONNECTIONS } from '../load-limits.ts'

const SETTING_FIELDS = {
  running: Type.Boolean({ description: 'Whether calls are made.' }),
  connections: Type.Integer({
    minimum: 1,
    maximum: MAX_LOAD_CONNECTIONS,
    description: 'How many HTTP/2 connections the clients keep.',
  }),
  callsPerSecond: Type.Integer({
    minimum: 1,
    maximum: MAX_LOAD_CALLS_PER_SECOND,
    description: 'Calls a second, on all connections together.',
  }),
}

/** The body of `putTestbedLoad`. */
export const TestbedLoadSettingSchema = Type.Object(SETTING_FIELDS, {
  additionalProperties: false,
  description: 'Whether the testbed makes calls, on how many connections, and how many a second.',
  examples: [{ running: true, connections: 4, callsPerSecond: 50 }],
})
export type TestbedLoadSetting = DeepReadonly<Static<typeof TestbedLoadSettingSchema>>

export const TestbedLoadSchema = Type.Object(
  {
    ...SETTING_FIELDS,
    fleet: Type.String({ description: 'The fleet whose Envoys are called.' }),
    calls: Type.Integer({ minimum: 0, description: 'Calls that ended since `since`.' }),
    failed: Type.Integer({ minimum: 0, description: 'Those of them that failed.' }),
    since: Type.Optional(
      Type.String({ format: 'date-time', description: 'When the load was started. Missing before that.' }),
    ),
  },
  { description: 'The load that the testbed makes, and how its calls end.' },
)
export type TestbedLoad = DeepReadonly<Static<typeof TestbedLoadSchema>>
