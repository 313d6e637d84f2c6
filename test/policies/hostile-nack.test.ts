// A node whose NACK is a program for a terminal: every verb prints it as text.

import t from 'tap'
import { AnsweringNode } from '../support/answering-node.ts'
import { sampleWith } from '../support/sample-config.ts'
import { startYardAndControlPlane } from '../support/yard-and-control-plane.ts'

const NACK = 'no filter\x1b]0;owned\x07\x1b[2J\r\x1b[2Krevision 2: ACKed by 3 Envoys\x9b1A\b\u202e\x1b[8m'
const SHOWN = /no filter\\u001b\]0;owned\\u0007/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/

const config = sampleWith({ 'fleets.edge.onNack': 'rollback' })
const { yard, xdsAddress, rest } = await startYardAndControlPlane(t, config)
const node = new AnsweringNode(t, xdsAddress, { id: 'edge-1', cluster: 'edge' })
/** The node NACKs its next response, or each, once it has ACKed all before. */
async function expectNack(times: number): Promise<void> {
  while ((await rest.getStatus()).nodes.every(({ state }) => state !== 'SYNCED'))
    await new Promise((resolve) => setImmediate(resolve))
  let left = times
  node.answer = () => {
    left -= 1
    return left >= 0 ? { nack: NACK } : 'ack'
  }
}

const WRITES = [
  ['lb', 'edge', 'l7', 'random'],
  ['set', 'fleets.edge.lb.mode=l7'],
  ['rollback', '2'],
]
for (const verb of WRITES) {
  t.test(`S67: yard ${verb.join(' ')} prints the NACK that it gets harmless`, async (t) => {
    await expectNack(1)
    const { output } = await yard(t, ...verb)
    t.notMatch(output, HARMFUL, JSON.stringify(output))
    t.match(output, SHOWN, 'the text itself can be read')
  })
}

/** Whether the text of the NACK is in the output. */
const READS: readonly [repeats: boolean, ...verb: string[]][] = [
  [true, 'status'],
  [false, 'status', '-o', 'json'],
  [false, 'status', '-o', 'yaml'],
  [true, 'history'],
  [false, 'history', '2'],
  [false, 'history', '-o', 'json'],
  [false, 'get'],
  [false, 'get', '-o', 'table'],
  [false, 'diff', '1', '2'],
  [false, 'load'],
  [false, 'lb', 'edge'],
  [false, 'endpoints', 'list', 'echo'],
]
t.test('S67: verbs that read print the text of a NACK harmless', async (t) => {
  await expectNack(Number.POSITIVE_INFINITY)
  const nack = { code: 'nacked' }
  await t.rejects(rest.putLb('edge', { mode: 'l7', policy: 'random' }), nack)
  for (const [repeats, ...verb] of READS) {
    const name = `yard ${verb.join(' ')}`
    const { output } = await yard(t, ...verb)
    t.not(output.trim(), '', `${name} prints something`)
    t.notMatch(output, HARMFUL, `${name}: ${JSON.stringify(output)}`)
    if (repeats) t.match(output, SHOWN, `${name}: the text itself can be read`)
  }
})

t.test('S67: an argument that is not a verb, and a bad address, are printed harmless too', async (t) => {
  for (const verb of [['\x1b[2J'], ['status', '--admin', 'http://\x1b[2J:1'], ['get', 'fleets.\x1b[2J']]) {
    const { output } = await yard(t, ...verb)
    t.notMatch(output, HARMFUL, JSON.stringify(output))
  }
})
