// The health-check switch: what it adds to a cluster, and what holds where a field is not written.

import { create } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { checkConfig } from '../document/validate.ts'
import { healthCheck } from './health-check.ts'
import { partsOf } from './parts-of.ts'

function clusterWith(settings: object | undefined) {
  const [parts = {}] = partsOf([healthCheck], { healthCheck: settings }, (one, inEffect) =>
    one.toCluster?.(inEffect, {}),
  )
  return resourceJson(create(ClusterSchema, parts))
}

function checksOf(settings: object | undefined) {
  return clusterWith(settings).healthChecks
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
  t.same(clusterWith({ enabled: false, interval: '1s' }), {})
  t.same(clusterWith(undefined), {})
})

const INTERVALS: readonly [interval: string, isValid: boolean][] = [
  ['10ms', true],
  ['010ms', true],
  ['1s', true],
  ['1m', true],
  ['1h', true],
  ['9ms', false],
  ['009ms', false],
  ['0ms', false],
  ['0s', false],
]

for (const [interval, isValid] of INTERVALS) {
  t.test(`checks every ${interval} are ${isValid ? 'valid' : 'a flood, which is invalid'}`, async (t) => {
    const checked = checkConfig(sampleWith({ 'upstreams.echo.healthCheck': { enabled: true, interval } }))
    t.equal('config' in checked, isValid)
    if ('problems' in checked) {
      t.match(checked.problems, [
        {
          steps: ['upstreams', 'echo', 'healthCheck', 'interval'],
          message: /a duration of at least 10ms such as 500ms or 5s, not /,
        },
      ])
    }
  })
}
