// `yard status` and `GET /v1/status` against a real control plane: what is wrong with files and sources of endpoints.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import type { NodeStatus } from '../../api/schemas/node.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'
import { renderStatus } from './status.ts'

const SCRIPT = 'function envoy_on_request(handle)\nend'

t.test('T29, T31: the status has what is wrong with files and sources of endpoints', async (t) => {
  const filesFolder = testFolder(t)
  const write = (name: string, text: string) => writeFileSync(join(filesFolder, name), text)
  write('tag.lua', SCRIPT)
  write('echo.yaml', '{}')
  const { endpoints } = sampleWith({}).upstreams.echo ?? {}
  const config = sampleWith({
    'fleets.edge.lb.mode': 'l7',
    'fleets.edge.filters': { lua: { enabled: true, file: 'tag.lua' } },
    'upstreams.echo': { endpoints, endpointsFrom: { file: 'echo.yaml' } },
  })
  const faults: string[] = []
  const both = Promise.withResolvers<void>()
  const onFault = (error: unknown) => {
    faults.push(JSON.stringify(error instanceof SwitchyardError && error.problems))
    const isOf = (name: string) => faults.some((text) => text.includes(name))
    if (isOf('filters.lua') && isOf('echo.yaml')) both.resolve()
  }
  const { rest, yard } = await startYardAndControlPlane(t, config, { filesFolder, onFault })
  const fine = await rest.getStatus()
  t.notMatch(renderStatus(fine), /subscribes to/)
  t.same(fine.files, { 'tag.lua': { problems: [] } })
  t.match(fine.endpoints, { echo: { problems: [] } })
  t.notMatch((await yard(t, 'status')).stdout, /tag\.lua|echo\.yaml/)

  write('tag.lua', 'return 1')
  write('echo.yaml', 'b9: {}')
  await both.promise
  const broken = await rest.getStatus()
  const path = 'fleets.edge.filters.lua.file'
  t.match(broken.files, { 'tag.lua': { problems: [{ path, message: /neither envoy_on_request/ }] } })
  t.match(broken.endpoints, { echo: { problems: [{ message: /address/ }] } })
  const { stdout } = await yard(t, 'status')
  t.match(stdout, /^ {2}fleets\.edge\.filters\.lua\.file: .*neither envoy_on_request/m)
  t.match(stdout, /^ {2}.*echo\.yaml.*address/m)
})

const NAMES = Array.from({ length: 8 }, (_, index) => `n${index}`)

function renderNode(types: NodeStatus['types']): string {
  const node = { id: 'edge-1', fleet: 'edge', connected: true, state: 'NACKED' as const, streams: [], types }
  const revision = { revision: 1, etag: '', createdAt: '', author: 'file', status: 'accepted' as const }
  const none = { rejectedRevision: null, acceptedRevision: 1, nacks: [], fleets: {}, secrets: {}, files: {} }
  return stripVTControlCharacters(renderStatus({ ...none, revision, endpoints: {}, nodes: [node] }))
}

t.test('of many names that a node waits for, the first five have their errors', async (t) => {
  const errors = NAMES.map((name) => ({ name, code: 5, message: `no ${name}` }))
  const type = { state: 'MISSING' as const, wildcard: false, names: 108, subscribed: NAMES }
  const lines = renderNode({ 'a.Route': { ...type, missing: { count: 108, names: NAMES, errors } } }).split(
    '\n',
  )
  t.same(lines.slice(-9, -1), [
    '  edge-1 waits for Route n0, n1, n2, n3, n4, n5, n6, n7 and 100 more: not in its fleet',
    ...NAMES.slice(0, 5).map((name) => `    ${name}: NOT_FOUND, no ${name}`),
    '    and 103 more: yard status -o json',
    '    subscribes to 108 names: n0, n1, n2, n3, n4, …',
  ])
})

t.test('what a node subscribes to is below its NACK', async (t) => {
  const nack = { version: 'v1', nonce: '1', code: 13, message: 'no such filter\n', names: ['main'] }
  const type = { state: 'NACKED' as const, wildcard: true, names: 0, nack }
  const all = renderNode({ 'a.Listener': type })
  t.match(all, '  edge-1 NACKed Listener (main): no such filter\n    subscribes to all')
  const one = renderNode({ 'a.Listener': { ...type, names: 1, subscribed: ['main'] } })
  t.match(one, /^ {4}subscribes to all and 1 name: main$/m)
})
