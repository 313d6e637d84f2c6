import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { generateDocument } from './document.ts'
import { contradictionsOf, hasState } from './kept.ts'

const BACKENDS = [
  { id: 'b1', address: '127.0.0.1:7101' },
  { id: 'b2', address: '127.0.0.1:7102' },
]
const KEPT = generateDocument(['edge'], BACKENDS, 10_000)

t.test('each flag that contradicts the kept document is named, with what to do instead', async (t) => {
  const given = generateDocument(['edge'], [], 8080)
  t.match(contradictionsOf(KEPT, given, { configFile: 'my.yaml', port: 8080, backends: 3, security: true }), [
    /^--config my\.yaml is ignored: kept revisions are in force\. .*yard apply -f my\.yaml$/,
    /^--port 8080 is ignored: the kept port is 10000\. .*yard set fleets\.edge\.listeners\.main\.port=8080$/,
    /^--backends 3: only 2 start, .*yard set upstreams\.echo\.endpoints\.NAME\.address=/,
    /^--security: the kept document does not use these upstreams: issuer, authorizer\. /,
  ])
  t.match(contradictionsOf(KEPT, undefined, { backends: 1 }), [/have no backend: b2 \(127\.0\.0\.1:7102\)$/])
  const secured = { ...KEPT, upstreams: { ...KEPT.upstreams, issuer: { endpoints: {} } } }
  t.match(contradictionsOf(secured, undefined, {}), [/have no process: issuer\. Start with --security$/])
})

t.test('flags that agree with the kept document, or say nothing, are not mentioned', async (t) => {
  t.same(contradictionsOf(KEPT, undefined, {}), [])
  t.same(
    contradictionsOf(KEPT, structuredClone(KEPT), { configFile: 'my.yaml', port: 10_000, backends: 2 }),
    [],
  )
})

t.test('a folder has state if a control plane has used it', async (t) => {
  t.equal(await hasState(join(t.testdirName, 'missing')), false)
  t.equal(await hasState(testFolder(t, { 'revisions.sqlite': '' })), true)
})
