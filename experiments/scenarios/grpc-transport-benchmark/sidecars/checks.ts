// What must hold of sidecars on any machine: calls succeed, and pass the Envoys of their way and no others.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { CALLS, figureOver, OK } from '../turns/turn-results.ts'
import { PASSED } from './measure.ts'
import { measuredSidecars } from './measured-sidecars.ts'
import { SIDECAR_WAYS, type SidecarWay } from './ways.ts'

export function checksOf(results: Results): readonly Check[] {
  const cells = measuredSidecars(results).flatMap(({ transport, ways, rounds }) =>
    ways.map((id) => {
      const way: SidecarWay = SIDECAR_WAYS[id]
      return {
        name: `${transport.title}, ${way.title}`,
        way,
        of: (name: string) => figureOver(rounds, id, name),
      }
    }),
  )
  return [
    check(
      'O8.5',
      'Every call succeeds on each transport, whichever Envoys are on its way',
      cells.map(({ name, of }) => ({
        fact: `${name}: ${of(OK)} of ${of(CALLS)} calls`,
        holds: of(CALLS) > 0 && of(OK) === of(CALLS),
      })),
    ),
    check(
      'O8.23',
      'Switched over REST, calls pass the Envoys of their way and no others',
      cells.map(({ name, way, of }) => {
        const [client, server] = [of(PASSED.client), of(PASSED.server)]
        // Calls of the warm-up pass too.
        const fits = (passed: number, isOnWay: boolean) => (isOnWay ? passed >= of(CALLS) : passed === 0)
        return {
          fact: `${name}: ${client} and ${server} passed the Envoys of client and server, for ${of(CALLS)} calls`,
          holds: fits(client, way.out !== undefined) && fits(server, way.in !== undefined),
        }
      }),
    ),
    check(
      'O8.29',
      'Calls go by mutual TLS between the Envoys where the document says so, and nowhere else',
      cells
        .filter(({ way }) => way.hops === 2)
        .map(({ name, way, of }) => ({
          fact: `${name}: ${of(PASSED.mtls)} by mutual TLS, for ${of(CALLS)} calls`,
          holds: way.out === 'mtls' ? of(PASSED.mtls) >= of(CALLS) : of(PASSED.mtls) === 0,
        })),
    ),
  ]
}
