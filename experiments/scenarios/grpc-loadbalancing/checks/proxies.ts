// What the proxies of others must do: NGINX with and without keep-alive, and meshes with a proxy at each end.

import { check } from '../../../../harness/check.ts'
import type { Check } from '../../../../harness/results.ts'
import { CONCURRENCY } from '../workloads.ts'
import { CONNECTIONS } from './pooling.ts'
import { evenly, toOneBackend } from './spreading.ts'
import type { Subject } from './subject.ts'

/** NGINX closes a connection to a backend after 1000 calls. Calls of the warm-up count too, and may be as many as those of the window. */
const CALLS_OF_A_CONNECTION = 500

export function checkProxies(subjects: readonly Subject[]): readonly Check[] {
  const unary = subjects.filter(({ cell }) => cell.workload === 'unary')
  const of = (...ids: string[]) => unary.filter(({ way }) => ids.includes(way.id))
  return [
    check(
      'O4.3',
      'NGINX and HAProxy spread calls: every share is within six standard deviations of random picks',
      of('nginx-keep-alive', 'nginx-no-keep-alive', 'haproxy-roundrobin', 'haproxy-leastconn').map(evenly),
    ),
    check(
      'O4.3',
      'Without keep-alive NGINX opens a connection for each call',
      of('nginx-no-keep-alive').map((one) => connectionsOf(one, (count, calls) => count >= calls)),
    ),
    check(
      'O4.3',
      'With keep-alive it has as many connections to a backend as calls at a time, because it sends one call after the other over each',
      of('nginx-keep-alive')
        .filter(({ cell }) => cell.loop === 'closed')
        .map((one) =>
          connectionsOf(
            one,
            (count, calls) => count <= CONCURRENCY * one.cell.backends + calls / CALLS_OF_A_CONNECTION,
          ),
        ),
    ),
    check(
      'O4.4',
      'A mesh that sees calls spreads them, by the defaults of Istio and those nearest to Linkerd',
      of('mesh-sidecars-istio', 'mesh-sidecars-linkerd', 'mesh-waypoint').map(evenly),
    ),
    check(
      'O4.4',
      'Node proxies that see bytes only pin a connection: with one connection, one backend gets every call',
      of('mesh-node-proxies')
        .filter(({ cell }) => cell.connections === 1)
        .map(toOneBackend),
    ),
    check(
      'O4.4',
      'A sidecar has one connection to its backend, however many clients call',
      of('mesh-sidecars-istio', 'mesh-sidecars-linkerd').map((one) =>
        connectionsOf(one, (count) => count === one.cell.backends),
      ),
    ),
  ]
}

function connectionsOf({ name, rounds }: Subject, isRight: (count: number, calls: number) => boolean) {
  const counts = rounds.map(({ figures, calls }) => ({ count: figures[CONNECTIONS] ?? Number.NaN, calls }))
  const facts = counts.map(({ count, calls }) => `${count} connections for ${calls} calls`)
  return {
    fact: `${name}: ${facts.join(', ')}`,
    holds: counts.every(({ count, calls }) => isRight(count, calls)),
  }
}
