// `yard status` and `GET /v1/status` against a real control plane: what is wrong with files and sources of endpoints.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SwitchyardError } from '../../core/errors.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { startYardAndControlPlane } from '../../test/support/yard-and-control-plane.ts'

const SCRIPT = 'function envoy_on_request(handle)\nend'

t.test('T29, T31: the status has what is wrong with files and sources of endpoints', async (t) => {
  const filesFolder = t.testdir()
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
