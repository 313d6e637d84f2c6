// An Envoy of one fleet, with the call that its listener is loaded with.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import type { ProcessGroup } from '../../processes/process-group.ts'

export const ECHO_METHOD = '/switchyard.echo.v1.EchoService/Unary'

interface FleetEnvoyOptions {
  readonly fleet: string
  /** The address of the xDS server. */
  readonly xds: string
  readonly folder: string
  readonly group: ProcessGroup
}

/** Resolves when it is live. */
export async function startFleetEnvoy({
  fleet,
  xds,
  folder,
  group,
}: FleetEnvoyOptions): Promise<RunningEnvoy> {
  const bootstrap = createBootstrap({
    nodeId: fleet,
    cluster: fleet,
    listenerAddress: '127.0.0.1',
    xds: { address: xds },
    protocol: 'delta',
  })
  const envoy = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder, group })
  await envoy.admin.waitUntilLive()
  return envoy
}

/** A small unary call at a port of loopback. */
export function echoCallAt(port: number) {
  return {
    target: `127.0.0.1:${port}`,
    method: ECHO_METHOD,
    message: toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' })),
  }
}
