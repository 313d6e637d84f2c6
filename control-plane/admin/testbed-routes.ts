// The load of the testbed that started this control plane: `GET` and `PUT /v1/testbed/load`.

import type { FastifyInstance } from 'fastify'
import {
  type TestbedLoad,
  type TestbedLoadSetting,
  TestbedLoadSettingSchema,
} from '../../api/schemas/testbed.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { createSchemaCheck } from '../document/schema-check.ts'
import { type Body, requireValid, valueIn } from './body.ts'
import { routeOf } from './operation.ts'
import type { RoutesOptions } from './routes-options.ts'

const check = createSchemaCheck(TestbedLoadSettingSchema)

export async function testbedRoutes(server: FastifyInstance, { testbed }: RoutesOptions) {
  const requireTestbed = () => {
    if (testbed !== undefined) return testbed
    throw new SwitchyardError(
      'not-found',
      'this control plane was not started by a testbed, so there is no load to control: "yard up" and "npm start" have one',
    )
  }

  server.route({
    ...routeOf('getTestbedLoad'),
    handler: async (): Promise<TestbedLoad> => await requireTestbed().read(),
  })

  server.route<{ Body: Body | undefined }>({
    ...routeOf('putTestbedLoad', { body: TestbedLoadSettingSchema }),
    handler: async ({ body }): Promise<TestbedLoad> => {
      const running = requireTestbed()
      return await running.set(
        requireValid<TestbedLoadSetting>(valueIn(body), check, 'the load is not valid'),
      )
    },
  })
}
