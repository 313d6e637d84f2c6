// Without a proxy: gRPC's own xDS client asks the control plane for backends and policy.

import { createGrpcBootstrap } from '../../../../envoy-bootstrap/grpc-bootstrap.ts'
import { NEEDS_ENVOY, NEEDS_GO, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { startGrpcClient } from '../../../../testbed/grpc-client-process.ts'
import { bootstrapEnv } from '../../../../testbed/grpc-programs/bootstrap-file.ts'
import { programLoader } from '../program-loader.ts'
import { type ClientFleetName, takeSwitchboard, UPSTREAM } from '../switchboard.ts'
import type { OpenWay, Way } from './way.ts'

const TARGET = `xds:///${UPSTREAM}`

interface Client {
  readonly language: ClientFleetName
  readonly title: string
  readonly needs: readonly Need[]
}

const CLIENTS: readonly Client[] = [
  { language: 'node', title: 'Node', needs: [] },
  { language: 'python', title: 'Python', needs: [NEEDS_PYTHON] },
  { language: 'go', title: 'Go', needs: [NEEDS_GO] },
]

export const PROXYLESS_WAYS: readonly Way[] = CLIENTS.map(({ language, title, needs }) => ({
  id: `xds-${language}`,
  title: `xDS without a proxy, ${title} round_robin`,
  who: 'client',
  picksFor: 'call',
  // The control plane that it asks has the Envoys of other ways.
  needs: [NEEDS_ENVOY, ...needs],
  ...(language !== 'node' && { oneChannel: true }),
  open: async (context, { backends }) => {
    const switchboard = await takeSwitchboard(context)
    await switchboard.setBackends(backends)
    await switchboard.setLb(language, { mode: 'l7', policy: 'round_robin' })
    const { config: bootstrap, environment } = createGrpcBootstrap({
      client: language,
      nodeId: `${language}-1`,
      cluster: language,
      xds: [{ address: switchboard.testbed.xdsAddress }],
    })
    return {
      targets: [TARGET],
      processes: [],
      setBackends: (next) => switchboard.setBackends(next),
      ...(language === 'node'
        ? {
            client: {
              env: { ...environment, ...(await bootstrapEnv(context.folder, { name: language, bootstrap })) },
            },
          }
        : await startProgram(context, language, { bootstrap, env: environment })),
    }
  },
}))

/** Our loader is in Node, so in other languages an example client makes the calls. */
async function startProgram(
  { group, folder }: RunContext,
  language: 'python' | 'go',
  options: { readonly bootstrap: object; readonly env: Readonly<Record<string, string>> },
): Promise<Pick<OpenWay, 'loader'>> {
  const client = await startGrpcClient(group, folder, {
    language,
    name: `client-${language}`,
    target: TARGET,
    ...options,
  })
  const { grpc } = await client.state()
  return { loader: programLoader(client, grpc) }
}
