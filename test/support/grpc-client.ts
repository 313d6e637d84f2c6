// Example gRPC clients in tests: each ends with its test.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import {
  type GrpcClientOptions,
  type GrpcClientProcess,
  startGrpcClient,
} from '../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import { requireTool, type Tool } from './requirements.ts'

/** What the programs of a language need beyond npm. */
const TOOLS: Readonly<Partial<Record<GrpcLanguage, Tool>>> = { python: 'gRPC for Python' }

/** Whether the programs of the language can run here. If not, the result of the test is set, and it should return. */
export function requireLanguage(t: Test, language: GrpcLanguage): boolean {
  const tool = TOOLS[language]
  return tool === undefined || requireTool(t, tool)
}

/** Starts a client that ends with the test. Its bootstrap and its log are in the folder of the test. */
export async function startClient(
  t: Test,
  given: Partial<Pick<GrpcClientOptions, 'name'>> & Omit<GrpcClientOptions, 'name'>,
): Promise<GrpcClientProcess> {
  const { name = `${given.language}-client` } = given
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = join(t.testdirName, name)
  await mkdir(folder, { recursive: true })
  return await startGrpcClient(group, folder, { ...given, name })
}

/** A bootstrap with one control plane in plaintext. */
export function bootstrapOf(xdsAddress: string, node: string, fleet: string) {
  return {
    xds_servers: [
      { server_uri: xdsAddress, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ],
    node: { id: node, cluster: fleet, locality: {} },
  }
}
