// What fleets share: after a change of one upstream, only that one is translated again, however many fleets it serves.

import type { Message } from '@bufbuild/protobuf'
import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import type { Config } from '../document/model.ts'
import { keepEqual } from '../rollout/keep-equal.ts'
import { SWITCHES } from '../switches/switches.ts'
import { createTranslator } from './translate.ts'

const FLEETS = ['north', 'east', 'south', 'west', 'edge']

/** A fleet in mode l7 with some settings of its own. */
function fleetWith(lb: object = { policy: 'round_robin' }, more: object = {}) {
  const { edge } = sampleWith({}).fleets
  return { ...edge, lb: { mode: 'l7', ...lb }, ...more }
}

function configWith(fleets: object, changes: Readonly<Record<string, unknown>> = {}): Config {
  const many = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `many-${index}`,
      { endpoints: { only: { address: `127.0.0.1:${7000 + index}` } } },
    ]),
  )
  const rules = Object.fromEntries(
    Object.keys(many).map((name) => [name, { match: { prefix: `/${name}/` }, to: { [name]: 100 } }]),
  )
  const { upstreams, routes } = sampleWith({})
  return sampleWith({
    upstreams: { ...upstreams, ...many },
    'routes.public.rules': { ...routes.public?.rules, ...rules },
    fleets,
    ...changes,
  })
}

/** Translates all fleets of one configuration after the other. @returns the messages that are new in each, without repetitions */
function newMessages(...configs: readonly Config[]): string[][] {
  const translate = createTranslator(SWITCHES)
  const known = new Set<Message>()
  let before: Config | undefined
  return configs.map((config) => {
    before = before === undefined ? config : keepEqual(before, config)
    const made = Object.keys(before.fleets).flatMap((fleet) => translate(before as Config, fleet).resources)
    const fresh = [...new Set(made)].filter((message) => !known.has(message))
    for (const message of fresh) known.add(message)
    return fresh.map((message) => message.$typeName.replace(/.*\./, ''))
  })
}

const CHANGED = { 'upstreams.many-7.endpoints.only.weight': 3 }
/** Listeners are made for each fleet, and are few. */
const withoutListeners = (names: readonly string[] = []) => names.filter((name) => name !== 'Listener')

t.test('fleets with equal settings have the same clusters, assignments and routes', async (t) => {
  const one = configWith({ north: fleetWith() })
  const five = configWith(Object.fromEntries(FLEETS.map((name) => [name, fleetWith()])))
  const [[first], [shared, changed]] = [newMessages(one), newMessages(five, configWith(five.fleets, CHANGED))]
  t.same(withoutListeners(shared), withoutListeners(first))
  t.same(withoutListeners(changed), ['Cluster', 'ClusterLoadAssignment'])
})

t.test('a change leaves the translations of other upstreams alone, also if fleets differ', async (t) => {
  const fleets = {
    north: fleetWith(),
    east: fleetWith({ policy: 'random' }),
    south: fleetWith({ policy: 'ring_hash', hashOn: { header: 'x-tenant' } }),
    west: fleetWith({ policy: 'least_request' }, { timeouts: { idle: '10s' } }),
  }
  const [, changed] = newMessages(configWith(fleets), configWith(fleets, CHANGED))
  t.same(withoutListeners(changed).sort(), [...Array(4).fill('Cluster'), 'ClusterLoadAssignment'])
})

t.test('an upstream with a policy of its own is translated once for all fleets', async (t) => {
  const fleets = { north: fleetWith(), east: fleetWith({ policy: 'random' }) }
  const own = { 'upstreams.many-7.lb': { policy: 'maglev', hashOn: { header: 'x-tenant' } } }
  const [, changed] = newMessages(configWith(fleets), configWith(fleets, own))
  t.same(withoutListeners(changed).sort(), ['Cluster', 'ClusterLoadAssignment', 'RouteConfiguration'])
})

t.test('a listener with several routes keeps their configuration until one of them changes', async (t) => {
  const { edge } = sampleWith({ 'fleets.edge.listeners.main.l7.routes': ['public', 'internal'] }).fleets
  const fleets = { north: fleetWith({ policy: 'random' }, { listeners: edge?.listeners }) }
  const internal = { hosts: ['internal'], rules: { all: { match: {}, to: { 'many-3': 1 } } } }
  const before = { 'routes.internal': internal }
  const [, ofUpstream, ofRoute] = newMessages(
    configWith(fleets, before),
    configWith(fleets, { ...before, ...CHANGED }),
    configWith(fleets, { ...before, ...CHANGED, 'routes.internal': { ...internal, hosts: ['private'] } }),
  )
  t.same(withoutListeners(ofUpstream), ['Cluster', 'ClusterLoadAssignment'])
  t.same(withoutListeners(ofRoute), ['RouteConfiguration'])
})

t.test('a flip of a fleet translates no cluster and no assignment', async (t) => {
  const before = configWith({ north: fleetWith() })
  const after = configWith({ north: fleetWith({ mode: 'l4', policy: 'round_robin' }) })
  const [, changed] = newMessages(before, after)
  t.same(changed, ['Listener'])
})
