// Which clients run a row in `npm test`.

import t from 'tap'
import { shortFormClients } from './short-form.ts'

const NO = { source: 'a document', says: 'no' }
const all = () => true
const none = () => false

t.test('Node runs each row, and the others have turns', async (t) => {
  const turns = [0, 1, 2, 3].map((turn) => shortFormClients({}, turn, all))
  t.strictSame(turns, [
    ['node', 'python'],
    ['node', 'go'],
    ['node', 'java'],
    ['node', 'python'],
  ])
})

t.test('a client that need not be installed has a turn only where it is', async (t) => {
  const turns = [0, 1, 2].map((turn) => shortFormClients({}, turn, none))
  t.strictSame(turns, [
    ['node', 'python'],
    ['node', 'go'],
    ['node', 'python'],
  ])
})

t.test('clients that do not support a row have no turn', async (t) => {
  t.strictSame(shortFormClients({ notSupported: { python: NO } }, 0, all), ['node', 'go'])
  t.strictSame(shortFormClients({ notSupported: { node: NO } }, 1, all), ['java', 'go'])
  t.strictSame(shortFormClients({ notSupported: { node: NO, go: NO } }, 0, none), ['python'])
  t.strictSame(shortFormClients({ notSupported: { node: NO, python: NO, go: NO } }, 0, none), [])
})
