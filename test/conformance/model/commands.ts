// What can happen to a fleet, as data. fast-check draws commands at random and shrinks a failing sequence to the few that matter.

import fc from 'fast-check'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../../xds-server/index.ts'
import { EXTENSION_CONFIG, RUNTIME, VIRTUAL_HOST } from '../../../xds-server/snapshot/resource-type.ts'
import { WILDCARD } from '../../support/client-state.ts'
import type { Fleet } from './fleet.ts'
import {
  BAD_CONTENTS,
  CALLED,
  type Change,
  CLUSTERS,
  COLLECTION,
  FILTERS,
  HOSTS,
  LAYERS,
  LISTENERS,
  POOL,
  SECRETS,
  type Types,
} from './world.ts'

export type Command =
  | { readonly do: 'rest' | 'clear' | 'settle' }
  | { readonly do: 'change'; readonly change: Change }
  /** `age`: the connection reaches its age, or, if it has, the time is over for which its pushes wait. */
  | { readonly do: 'read' | 'block' | 'unblock' | 'age'; readonly member: number }
  /** Heartbeats are due. If they are late, the client has dropped all that expires. */
  | { readonly do: 'beat'; readonly member: number; readonly isLate: boolean }
  /** A call through an Envoy to a host of a route configuration. */
  | { readonly do: 'call'; readonly routes: string; readonly host: string }
  | { readonly do: 'reconnect'; readonly member: number; readonly withOldNonce: boolean }
  | {
      readonly do: 'subscribe' | 'unsubscribe'
      readonly member: number
      readonly typeUrl: string
      readonly names: readonly string[]
    }

export async function runCommand(fleet: Fleet, command: Command): Promise<void> {
  switch (command.do) {
    case 'rest':
      return
    case 'clear':
      return fleet.clear()
    case 'settle':
      return fleet.settle()
    case 'change':
      return fleet.change(command.change)
    case 'read':
      return void fleet.member(command.member).read()
    case 'block':
      return fleet.member(command.member).block()
    case 'unblock':
      return fleet.member(command.member).unblock()
    case 'age':
      return fleet.member(command.member).age()
    case 'beat':
      return fleet.member(command.member).beat(command.isLate)
    case 'call':
      return fleet.call(command.routes, command.host)
    case 'reconnect':
      return fleet.member(command.member).reconnect(command.withOldNonce)
    case 'subscribe':
      return fleet.freeMember(command.member).subscribe(command.typeUrl, command.names)
    case 'unsubscribe':
      return fleet.freeMember(command.member).unsubscribe(command.typeUrl, command.names)
  }
}

const clusterName = fc.constantFrom(...CLUSTERS)
const listenerName = fc.constantFrom(...LISTENERS)
const secretName = fc.constantFrom(...SECRETS)
const member = fc.nat(5)
const content = fc.oneof({ weight: 4, arbitrary: fc.nat(2) }, fc.constantFrom(...BAD_CONTENTS))
const contentOrGone = fc.option(content, { nil: undefined, freq: 4 })
const listenerContent = fc.record({
  kind: fc.constantFrom('tcp', 'http'),
  cluster: clusterName,
  content,
})

const changes: readonly fc.Arbitrary<Change>[] = [
  fc.record({ set: fc.constant('cluster'), name: clusterName, content: contentOrGone }),
  fc.record({
    set: fc.constant('endpoints'),
    name: clusterName,
    content: fc.option(fc.nat(2), { nil: undefined }),
  }),
  fc.record({
    set: fc.constant('listener'),
    name: listenerName,
    content: fc.option(listenerContent, { nil: undefined, freq: 4 }),
  }),
  fc.record({ set: fc.constant('routes'), name: listenerName, cluster: clusterName, content }),
  fc.record({
    set: fc.constant('secret'),
    name: secretName,
    content: fc.option(fc.nat(2), { nil: undefined }),
  }),
]

const expiring = { content, expires: fc.boolean() }
const using = { cluster: clusterName, content }

const moreChanges: readonly fc.Arbitrary<Change>[] = [
  fc.record({
    set: fc.constant('listener'),
    name: listenerName,
    content: fc.record({
      kind: fc.constantFrom('http', 'vhds'),
      ...using,
      filter: fc.option(fc.constantFrom(...FILTERS), { nil: undefined }),
    }),
  }),
  fc.record({ set: fc.constant('filter'), name: fc.constantFrom(...FILTERS), content: orGone(using) }),
  fc.record({ set: fc.constant('layer'), name: fc.constantFrom(...LAYERS), content: orGone(expiring) }),
  fc.record({
    set: fc.constant('host'),
    name: fc.constantFrom(...HOSTS),
    content: orGone({ ...using, ...expiring }),
  }),
  fc.record({ set: fc.constant('pool'), name: fc.constantFrom(...POOL), content: orGone(expiring) }),
]

function orGone<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T | undefined> {
  return fc.option(fc.record(model) as fc.Arbitrary<T>, { nil: undefined, freq: 4 })
}

const CORE_NAMES: NamesByType = {
  [CLUSTER]: CLUSTERS,
  [ENDPOINT]: CLUSTERS,
  [LISTENER]: LISTENERS,
  [ROUTE]: LISTENERS,
  [SECRET]: SECRETS,
}

const ALL_NAMES: NamesByType = {
  ...CORE_NAMES,
  [CLUSTER]: [...CLUSTERS, ...POOL, COLLECTION, COLLECTION],
  [EXTENSION_CONFIG]: FILTERS,
  [RUNTIME]: LAYERS,
  [VIRTUAL_HOST]: [...HOSTS, ...LISTENERS.flatMap((routes) => CALLED.map((host) => `${routes}/${host}`))],
}

type NamesByType = Readonly<Record<string, readonly string[]>>

function interestIn(names: NamesByType) {
  return fc.oneof(
    ...Object.entries(names).map(([typeUrl, known]) =>
      fc.record({
        typeUrl: fc.constant(typeUrl),
        names: fc.uniqueArray(fc.constantFrom<string>(...known, 'nowhere', WILDCARD), { maxLength: 3 }),
      }),
    ),
  )
}

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary }
}

/** A seed stands for the same histories only while the commands keep their order. */
function commandOf(
  changes: readonly fc.Arbitrary<Change>[],
  names: NamesByType,
  more: readonly fc.WeightedArbitrary<Command>[],
): fc.Arbitrary<Command> {
  const interest = interestIn(names)
  return fc.oneof(
    { withCrossShrink: true },
    weighted(1, fc.constant({ do: 'rest' })),
    weighted(12, fc.record({ do: fc.constant('change'), change: fc.oneof(...changes) })),
    weighted(24, fc.record({ do: fc.constant('read'), member })),
    weighted(3, fc.record({ do: fc.constant('block'), member })),
    weighted(3, fc.record({ do: fc.constant('unblock'), member })),
    weighted(3, fc.record({ do: fc.constant('reconnect'), member, withOldNonce: fc.boolean() })),
    weighted(
      6,
      fc
        .record({ do: fc.constant('subscribe'), member })
        .chain((one) => interest.map((two) => ({ ...one, ...two }))),
    ),
    weighted(
      4,
      fc
        .record({ do: fc.constant('unsubscribe'), member })
        .chain((one) => interest.map((two) => ({ ...one, ...two }))),
    ),
    weighted(2, fc.constant({ do: 'settle' })),
    weighted(1, fc.constant({ do: 'clear' })),
    ...more,
  )
}

const allChanges = [...changes, ...moreChanges]
const moreCommands: readonly fc.WeightedArbitrary<Command>[] = [
  weighted(4, fc.record({ do: fc.constant('beat'), member, isLate: fc.boolean() })),
  weighted(
    3,
    fc.record({
      do: fc.constant('call'),
      routes: fc.constantFrom(...LISTENERS),
      host: fc.constantFrom(...CALLED),
    }),
  ),
]
const aging = weighted<Command>(4, fc.record({ do: fc.constant('age'), member }))

const COMMANDS: Readonly<Record<Types, fc.Arbitrary<Command>>> = {
  core: commandOf(changes, CORE_NAMES, []),
  all: commandOf(allChanges, ALL_NAMES, moreCommands),
  aged: commandOf(allChanges, ALL_NAMES, [...moreCommands, aging]),
}

/** Sequences of commands. Shrinking replaces commands that do not matter by `rest`. */
export function commands(
  types: Types,
  length: { readonly min: number; readonly max: number },
): fc.Arbitrary<Command[]> {
  return fc.array(COMMANDS[types], { minLength: length.min, maxLength: length.max, size: 'max' })
}
