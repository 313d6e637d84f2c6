// The connections of this chapter and their capture file, which its runs share.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunContext } from '../../../../harness/scenario.ts'
import { captureFile } from '../../../../testbed/http2/pcapng.ts'
import type { TappedConnection } from '../../../../testbed/http2/tap.ts'
import { sharedBackend } from '../tapped-backend.ts'
import { provokeGrpcFrames } from './grpc-frames.ts'
import { providePlainFrames } from './plain-frames.ts'

export interface Captured {
  readonly grpc: TappedConnection
  readonly plain: readonly TappedConnection[]
  /** In the order of the file. */
  readonly connections: readonly TappedConnection[]
  /** The path of the capture file, until the scenario ends. */
  readonly file: string
  readonly content: Buffer
}

/** Made by the first run that asks for it. */
export async function capturedFrames(context: RunContext): Promise<Captured> {
  const backend = await sharedBackend(context)
  return await context.shared('captured frames', async ({ folder }) => {
    const grpc = await provokeGrpcFrames(backend)
    const plain = await providePlainFrames()
    const connections = [grpc, ...plain]
    const content = captureFile(connections)
    const file = join(folder, 'every-frame-type.pcapng')
    await writeFile(file, content)
    return { grpc, plain, connections, file, content }
  })
}
