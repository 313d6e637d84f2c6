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

const CONTRADICTIONS: readonly [
  title: string,
  settings: object,
  fixed: object,
  at: readonly string[],
  message: RegExp,
][] = [
  ['two ways to ask', { http: { path: '/' }, tcp: {} }, { tcp: {} }, ['tcp'], /cannot be combined with http/],
  [
    'a service beside a check over TCP',
    { service: 'a.B', tcp: {} },
    { service: 'a.B' },
    ['service'],
    /has no effect beside tcp, .*: remove it$/,
  ],
  [
    'an authority beside a check over HTTP',
    { authority: 'a', http: { path: '/' } },
    { http: { path: '/', host: 'a' } },
    ['authority'],
    /has no effect beside http, .*: write http\.host$/,
  ],
  [
    'a range of statuses that ends before it begins',
    { http: { path: '/', statuses: ['299-200'] } },
    { http: { path: '/', statuses: ['200-299', 304] } },
    ['http', 'statuses', '0'],
    /^is empty, because 299 is more than 200/,
  ],
  [
    'a header of HTTP itself',
    { http: { path: '/', headers: { connection: 'close' } } },
    { http: { path: '/', headers: { 'x-probe': 'edge' } } },
    ['http', 'headers', 'connection'],
    /is a header of HTTP itself/,
  ],
  [
    'an edge where one check decides',
    { unhealthy: 1, intervals: { unhealthyEdge: '1s' } },
    { unhealthy: 2, intervals: { unhealthyEdge: '1s' } },
    ['intervals', 'unhealthyEdge'],
    /while unhealthy is 1, .*: remove it, or write unhealthy: 2$/,
  ],
  [
    'an edge where one good check decides by default',
    { intervals: { healthyEdge: '1s' } },
    { healthy: 2, intervals: { healthyEdge: '1s' } },
    ['intervals', 'healthyEdge'],
    /while healthy is 1/,
  ],
]

for (const [title, settings, fixed, at, message] of CONTRADICTIONS) {
  t.test(`T6: ${title} is a problem, and the fixed twin has no problem`, async (t) => {
    const check = (written: object) =>
      checkConfig(sampleWith({ 'upstreams.echo.healthCheck': { enabled: true, ...written } }))
    t.match(check(settings), { problems: [{ steps: ['upstreams', 'echo', 'healthCheck', ...at], message }] })
    t.ok('config' in check(fixed))
  })
}

t.test('T6: a check by gRPC of endpoints that speak HTTP/1.1 is a problem', async (t) => {
  const check = (written: object) =>
    checkConfig(sampleWith({ 'upstreams.echo.protocol': 'http1', 'upstreams.echo.healthCheck': written }))
  t.match(check({ enabled: true }), {
    problems: [{ steps: ['upstreams', 'echo', 'healthCheck'], message: /write http or tcp$/ }],
  })
  t.ok('config' in check({ enabled: true, http: { path: '/' } }))
  t.ok('config' in check({ enabled: false }), 'off')
})
