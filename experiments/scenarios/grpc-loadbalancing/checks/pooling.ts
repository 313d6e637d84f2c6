// How many connections the backends have to accept.

import { check } from '../../../../harness/check.ts'
import type { Check } from '../../../../harness/results.ts'
import type { Subject } from './subject.ts'

/** The figure of a run: connections that backends accepted for it, its warm-up included. */
export const CONNECTIONS = 'connections to backends'

export function checkPooling(subjects: readonly Subject[]): readonly Check[] {
  const unary = subjects.filter(({ cell }) => cell.workload === 'unary')
  const of = (...ids: string[]) => unary.filter(({ way }) => ids.includes(way.id))
  return [
    check(
      'O4.8',
      'At L4 the backends have as many connections as the clients',
      of('envoy-l4', 'kernel-nat', 'mesh-node-proxies').map((one) =>
        connections(one, (count) => count === one.cell.connections),
      ),
    ),
    check(
      'O4.8',
      'An Envoy at L7 shares a connection for each worker and backend, however many clients it has',
      of('envoy-l7-round-robin', 'envoy-l7-random').map((one) =>
        connections(one, (count) => count === one.cell.backends),
      ),
    ),
    check(
      'O4.8',
      'round_robin in the client has a connection for each channel and backend',
      of('dns-round-robin', 'xds-node').map((one) =>
        connections(one, (count) => count === one.cell.connections * one.cell.backends),
      ),
    ),
  ]
}

function connections({ name, rounds }: Subject, isRight: (count: number) => boolean) {
  const counts = rounds.map(({ figures }) => figures[CONNECTIONS] ?? Number.NaN)
  return { fact: `${name}: ${counts.join(', ')} to backends`, holds: counts.every(isRight) }
}
