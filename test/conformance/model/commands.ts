// What can happen to a fleet, as data. fast-check draws commands at random and shrinks a failing sequence to the few that matter.

import fc from 'fast-check'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET } from '../../../xds-server/index.ts'
import { WILDCARD } from '../../support/client-state.ts'
import type { Fleet } from './fleet.ts'
import { BAD_CONTENTS, type Change, CLUSTERS, LISTENERS, SECRETS } from './world.ts'

export type Command =
  | { readonly do: 'rest' | 'clear' | 'settle' }
  | { readonly do: 'change'; readonly change: Change }
  | { readonly do: 'read' | 'block' | 'unblock'; readonly member: number }
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

const change: fc.Arbitrary<Change> = fc.oneof(
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
)

const interest = fc.oneof(
  ...Object.entries({
    [CLUSTER]: CLUSTERS,
    [ENDPOINT]: CLUSTERS,
    [LISTENER]: LISTENERS,
    [ROUTE]: LISTENERS,
    [SECRET]: SECRETS,
  }).map(([typeUrl, known]) =>
    fc.record({
      typeUrl: fc.constant(typeUrl),
      names: fc.uniqueArray(fc.constantFrom<string>(...known, 'nowhere', WILDCARD), { maxLength: 3 }),
    }),
  ),
)

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary }
}

const command: fc.Arbitrary<Command> = fc.oneof(
  { withCrossShrink: true },
  weighted(1, fc.constant({ do: 'rest' })),
  weighted(12, fc.record({ do: fc.constant('change'), change })),
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
)

/** Sequences of commands. Shrinking replaces commands that do not matter by `rest`. */
export function commands(length: { readonly min: number; readonly max: number }): fc.Arbitrary<Command[]> {
  return fc.array(command, { minLength: length.min, maxLength: length.max, size: 'max' })
}
