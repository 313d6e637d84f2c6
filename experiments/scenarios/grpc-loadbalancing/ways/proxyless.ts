// Without a proxy: gRPC's own xDS client asks the control plane for backends and policy.

import { createGrpcBootstrap } from '../../../../envoy-bootstrap/grpc-bootstrap.ts'
import { bootstrapEnv } from '../../../../testbed/grpc-programs/bootstrap-file.ts'
import { takeSwitchboard, UPSTREAM } from '../switchboard.ts'
import { NEEDS_ENVOY } from './needs.ts'
import type { Way } from './way.ts'

const LANGUAGE = 'node'

export const PROXYLESS_WAYS: readonly Way[] = [
  {
    id: `xds-${LANGUAGE}`,
    title: 'xDS without a proxy, Node round_robin',
    who: 'client',
    picksFor: 'call',
    // The control plane that it asks has the Envoys of other ways.
    needs: [NEEDS_ENVOY],
    open: async (context, { backends }) => {
      const switchboard = await takeSwitchboard(context)
      await switchboard.setBackends(backends)
      await switchboard.setLb(LANGUAGE, { mode: 'l7', policy: 'round_robin' })
      const { config, environment } = createGrpcBootstrap({
        client: LANGUAGE,
        nodeId: `${LANGUAGE}-1`,
        cluster: LANGUAGE,
        xds: [{ address: switchboard.testbed.xdsAddress }],
      })
      const file = await bootstrapEnv(context.folder, { name: LANGUAGE, bootstrap: config })
      return {
        targets: [`xds:///${UPSTREAM}`],
        client: { env: { ...environment, ...file } },
        processes: [],
        setBackends: (next) => switchboard.setBackends(next),
      }
    },
  },
]
