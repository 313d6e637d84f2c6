// Programs of gRPC clients in a row: the example clients of `services/clients/`, with a bootstrap for the row's control plane.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import type { ServerFeature } from '../../envoy-bootstrap/grpc-support.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'
import {
  type GrpcCalls,
  type GrpcClientOptions,
  type GrpcClientProcess,
  startGrpcClient,
} from '../../testbed/grpc-client-process.ts'
import type { MatrixClient } from './matrix-client.ts'

/** A number of calls, and how to make them. */
export interface Calls extends GrpcCalls {
  readonly calls: number
}

export interface ProgramOptions extends Partial<Pick<GrpcClientOptions, 'target' | 'credentials' | 'env'>> {
  /** `node.id`. Default: the client's name with a number. */
  readonly nodeId?: string
  /** Addresses of control planes. Default: the one of the row. */
  readonly xds?: readonly string[]
  /** Features of the control plane beside `xds_v3`, such as `ignore_resource_deletion`. */
  readonly serverFeatures?: readonly ServerFeature[]
  /** Further fields of the bootstrap, such as `authorities`. They replace what the other options give. */
  readonly bootstrap?: object
}

/** What the row gives a program besides its options. */
interface Context {
  readonly group: ProcessGroup
  readonly folder: string
  readonly fleet: string
  readonly nodeId: string
  readonly xds: readonly string[]
}

/**
 * Features that a client has behind a variable of its environment. The matrix runs with them, and says so.
 * Node: https://github.com/grpc/grpc-node/blob/master/packages/grpc-js-xds/src/environment.ts
 */
export const FLAGS: Readonly<Record<MatrixClient, Readonly<Record<string, string>>>> = {
  node: {
    GRPC_EXPERIMENTAL_PICKFIRST_LB_CONFIG: 'true',
    GRPC_EXPERIMENTAL_XDS_WRR_LB: 'true',
    GRPC_XDS_EXPERIMENTAL_RBAC: 'true',
  },
  python: {},
  go: {},
  java: { GRPC_EXPERIMENTAL_XDS_DUALSTACK_ENDPOINTS: 'true' },
}

/** @throws SwitchyardError `process-failed` with the end of its log if it does not start, or with what to install */
export async function startProgram(
  language: MatrixClient,
  { target = 'xds:///echo', serverFeatures = [], bootstrap, credentials, env }: ProgramOptions,
  { group, folder, fleet, nodeId, xds }: Context,
): Promise<GrpcClientProcess> {
  await mkdir(folder, { recursive: true })
  const { config, environment } = createGrpcBootstrap({
    client: language,
    nodeId,
    cluster: fleet,
    xds: xds.map((address) => ({ address })),
    features: serverFeatures,
  })
  return await startGrpcClient(group, folder, {
    language,
    name: nodeId,
    target,
    env: { ...FLAGS[language], ...environment, ...env },
    ...(credentials && { credentials }),
    bootstrap: { ...config, ...bootstrap },
  })
}

/** An entry of `xds_servers`, for bootstraps that `createGrpcBootstrap` would not write for the client. */
export function insecure(address: string) {
  return { server_uri: address, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] }
}

/** The last lines of a program's log, which may say why a row fails. */
export function logOf(folder: string, nodeId: string): string {
  return join(folder, `${encodeURIComponent(nodeId)}.log`)
}
