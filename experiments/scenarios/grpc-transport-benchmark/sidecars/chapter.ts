// What a mesh hop costs: each transport with and without Envoys beside its client and its server.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import { needOf } from '../need-of.ts'
import { secondsOf } from '../turns/in-turns.ts'
import { checksOf } from './checks.ts'
import { measureSidecars } from './measure.ts'
import { sectionsOf } from './sections.ts'
import { SIDECAR_WAYS, sidecarRun, sidecarTransports, TURNS, waysOver } from './ways.ts'

/** To lay a transport and start two Envoys, a server and a loader. */
const START_SECONDS = 2

export const SIDECARS: Chapter = {
  title: 'The cost of a mesh hop',
  runs: (profile) =>
    sidecarTransports(profile).map((transport) => ({
      id: sidecarRun(transport.id),
      labels: {
        transport: transport.title,
        ways: waysOver(transport)
          .map((way) => SIDECAR_WAYS[way].title)
          .join(', '),
      },
      needs: [NEEDS_ENVOY, needOf(transport)],
      ...(transport.emulates !== undefined && { emulates: transport.emulates }),
      // The turns are the rounds.
      rounds: 1,
      seconds: START_SECONDS + secondsOf(TURNS[profile.name], waysOver(transport).length),
      measure: (context) => measureSidecars(context, transport),
    })),
  checks: checksOf,
  sections: sectionsOf,
}
