// The desired state: as a whole or not at all.

import t from 'tap'
import { DesiredState } from '../../control-plane/config/desired-state.ts'
import type { Config } from '../../control-plane/config/model.ts'
import { sampleWith } from '../support/sample-config.ts'

const before = sampleWith({})
const after = sampleWith({ 'fleets.edge.lb.mode': 'l7' })

t.test('it is published before it is in force, from the first one on', async (t) => {
  const published: Config[] = []
  const state = new DesiredState(before, (config) => published.push(config))
  t.equal(state.config, before)
  t.equal(
    state.change(() => after),
    after,
  )
  t.equal(state.config, after)
  t.same(published, [before, after])
})

t.test('where the edit throws, nothing is published and the state stays', async (t) => {
  const published: Config[] = []
  const state = new DesiredState(before, (config) => published.push(config))
  t.throws(
    () =>
      state.change(() => {
        throw new Error('no')
      }),
    /no/,
  )
  t.equal(state.config, before)
  t.same(published, [before])
})

t.test('where the publication throws, the state stays', async (t) => {
  const state = new DesiredState(before, (config) => {
    if (config === after) throw new Error('refused')
  })
  t.throws(() => state.change(() => after), /refused/)
  t.equal(state.config, before)
})
