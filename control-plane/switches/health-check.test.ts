// The health-check switch: what it adds to a cluster, and what holds where a field is not written.

import { create } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import {
  type HealthCheckSettings,
  HealthCheckSettingsSchema,
  toHealthCheckFields,
  withHealthCheckDefaults,
} from './health-check.ts'

function checksOf(settings: HealthCheckSettings | undefined) {
  return resourceJson(create(ClusterSchema, toHealthCheckFields(settings))).healthChecks
}

t.test('a check that says only that it is on has the defaults', async (t) => {
  t.same(checksOf({ enabled: true }), [
    {
      interval: '1s',
      timeout: '0.500s',
      unhealthyThreshold: 2,
      healthyThreshold: 1,
      noTrafficInterval: '1s',
      grpcHealthCheck: {},
    },
  ])
})

t.test('each setting stands where Envoy reads it, and quiet upstreams are checked as often', async (t) => {
  const settings = {
    enabled: true,
    service: 'a.B',
    interval: '2m',
    timeout: '3s',
    unhealthy: 4,
    healthy: 5,
  }
  t.same(checksOf(settings), [
    {
      interval: '120s',
      timeout: '3s',
      unhealthyThreshold: 4,
      healthyThreshold: 5,
      noTrafficInterval: '120s',
      grpcHealthCheck: { serviceName: 'a.B' },
    },
  ])
})

t.test('what is switched off, or not written, adds nothing', async (t) => {
  t.same(toHealthCheckFields({ enabled: false, interval: '1s' }), {})
  t.same(toHealthCheckFields(undefined), {})
})

t.test('every field has a description, and all but the switch itself a default', async (t) => {
  const { enabled: _, ...rest } = HealthCheckSettingsSchema.properties
  for (const schema of Object.values(rest)) t.match(schema, { description: String })
  t.same(Object.keys(withHealthCheckDefaults({ enabled: true })).sort(), [
    ...Object.keys(HealthCheckSettingsSchema.properties).sort(),
  ])
})
