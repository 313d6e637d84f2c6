// What a document says of access logs that no log could be written by, each beside what is accepted.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { createConfigCheck } from '../document/validate.ts'
import { SWITCHES } from './switches.ts'

const check = createConfigCheck(SWITCHES)

/** The fields below `accessLog` of the fleet that are invalid. */
function invalid(accessLog: object): readonly string[] {
  const checked = check(sampleWith({ 'fleets.edge.accessLog': accessLog }))
  return 'problems' in checked ? checked.problems.map(({ steps }) => steps.slice(3).join('.')) : []
}

const path = '/var/log/envoy/calls.log'

t.test('T26: a log that is on has a sink', async (t) => {
  t.same(invalid({ enabled: true }), ['enabled'])
  t.same(invalid({ enabled: false }), [], 'off')
  t.same(invalid({ enabled: true, grpc: {} }), [])
})

t.test('T26: Envoy appends only to files that end with .log', async (t) => {
  for (const other of ['/root/.ssh/authorized_keys', 'calls.log', '/var/log/../../etc/x.log', '/a b.log'])
    t.same(invalid({ enabled: true, file: { path: other } }), ['file.path'], other)
  t.same(invalid({ enabled: true, file: { path } }), [])
})

t.test('T26: a line is for text, and fields are for JSON', async (t) => {
  const [line, fields] = ['%DURATION%', { took: '%DURATION%' }]
  t.same(invalid({ enabled: true, file: { path, line } }), ['file.line'])
  t.same(invalid({ enabled: true, stdout: { format: 'text', fields } }), ['stdout.fields'])
  t.same(invalid({ enabled: true, file: { path, format: 'text', line }, stdout: { fields } }), [])
})

t.test('T26: slow calls are those from a duration on that Envoy can count', async (t) => {
  const slowerThan = (only: string) => ({ enabled: true, stdout: { only: { slowerThan: only } } })
  t.same(invalid(slowerThan('1194h')), ['stdout.only.slowerThan'])
  t.same(invalid(slowerThan('1193h')), [])
})

t.test('T26: an upstream that logs go to is one of the document', async (t) => {
  t.same(invalid({ enabled: true, grpc: { upstream: 'missing' } }), ['grpc.upstream'])
  t.same(invalid({ enabled: true, grpc: { upstream: 'unused' } }), [])
})
