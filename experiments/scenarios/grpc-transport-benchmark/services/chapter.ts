// Services of Kubernetes: NodePort, LoadBalancer and headless, by who balances and whom the servers see.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_NAMESPACES } from '../../../../harness/needs.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { needOf } from '../need-of.ts'
import { secondsOf } from '../turns/in-turns.ts'
import { checksOf } from './checks.ts'
import { measurePeers, measureShares, SERVICE_TURNS } from './measure.ts'
import { sectionsOf } from './sections.ts'
import { EXPOSED, EXPOSED_IDS, peersRun, SERVICE_WAY_IDS, SHARES_RUN } from './ways.ts'

const START_SECONDS = 2

export const SERVICES: Chapter = {
  title: 'Services of Kubernetes',
  runs: ({ name }) => [
    {
      id: SHARES_RUN,
      labels: { part: 'shares of two servers' },
      needs: [NEEDS_NAMESPACES],
      emulates: 'a Service of Kubernetes, by the nftables rules of kube-proxy in network namespaces',
      // The turns are the rounds.
      rounds: 1,
      seconds: START_SECONDS + secondsOf(SERVICE_TURNS[name], SERVICE_WAY_IDS.length),
      measure: measureShares,
    },
    ...EXPOSED_IDS.flatMap((id) => {
      const transport = TRANSPORTS.find((one) => one.id === id)
      if (transport === undefined) return []
      return [
        {
          ...{ id: peersRun(id), labels: { service: EXPOSED[id].title }, needs: [needOf(transport)] },
          ...(transport.emulates !== undefined && { emulates: transport.emulates }),
          ...{ rounds: 1, seconds: START_SECONDS },
          measure: (context: Parameters<typeof measurePeers>[0]) => measurePeers(context, id),
        },
      ]
    }),
  ],
  checks: checksOf,
  sections: sectionsOf,
}
