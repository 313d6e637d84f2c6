// Example gRPC clients and servers in tests: each ends with its test.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createGrpcBootstrap } from '../../envoy-bootstrap/grpc-bootstrap.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import {
  type GrpcClientOptions,
  type GrpcClientProcess,
  startGrpcClient,
} from '../../testbed/grpc-client-process.ts'
import type { GrpcLanguage } from '../../testbed/grpc-programs/grpc-program.ts'
import {
  type GrpcServerOptions,
  type GrpcServerProcess,
  startGrpcServer,
} from '../../testbed/grpc-server-process.ts'
import { requireTool, type Tool } from './requirements.ts'

/** What the programs of a language need beyond npm. */
export const LANGUAGE_TOOLS: Readonly<Partial<Record<GrpcLanguage, Tool>>> = {
  python: 'gRPC for Python',
  go: 'go',
  java: 'java',
}

/** Whether the programs of the language can run here. If not, the result of the test is set, and it should return. */
export function requireLanguage(t: Test, language: GrpcLanguage): boolean {
  const tool = LANGUAGE_TOOLS[language]
  return tool === undefined || requireTool(t, tool)
}

type Nameless<T extends { readonly name: string }> = Omit<T, 'name'> & Partial<Pick<T, 'name'>>

/** Starts a client that ends with the test. Its bootstrap and its log are in the folder of the test. */
export async function startClient(t: Test, given: Nameless<GrpcClientOptions>): Promise<GrpcClientProcess> {
  const { name = `${given.language}-client` } = given
  return await startGrpcClient(...(await endWith(t, name)), { ...given, name })
}

/** Starts a server that ends with the test, on a free port by default. */
export async function startServer(
  t: Test,
  { listen = '127.0.0.1:0', ...given }: Omit<GrpcServerOptions, 'listen'> & { readonly listen?: string },
): Promise<GrpcServerProcess> {
  return await startGrpcServer(...(await endWith(t, given.name)), { ...given, listen })
}

async function endWith(t: Test, name: string): Promise<[ProcessGroup, string]> {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = join(t.testdirName, name)
  await mkdir(folder, { recursive: true })
  return [group, folder]
}

/** A bootstrap with one control plane in plaintext, which every client understands. */
export function bootstrapOf(xdsAddress: string, node: string, fleet: string): object {
  const xds = [{ address: xdsAddress }]
  return createGrpcBootstrap({ client: 'node', nodeId: node, cluster: fleet, xds }).config
}
