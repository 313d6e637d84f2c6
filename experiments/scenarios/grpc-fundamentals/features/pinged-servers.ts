// Servers that a client pings too often: how each of them answers.

import { type PingsSeen, pingOften } from '../../../../examples/grpc-patterns/keepalive.ts'
import { NEEDS_GO, NEEDS_PYTHON } from '../../../../harness/needs.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startGrpcServer } from '../../../../testbed/grpc-server-process.ts'
import { serverOn } from '../calls/ways.ts'
import { type ExampleRun, exampleRun } from './example-run.ts'

export interface PingedServer {
  readonly title: string
  readonly example: ExampleRun<PingsSeen>
  /** Its build takes long on a machine that has not built it. */
  readonly isSlow?: true
}

const LISTEN = '127.0.0.1:0'

async function pingProgram({ group, folder }: RunContext, language: 'python' | 'go'): Promise<PingsSeen> {
  const server = await startGrpcServer(group, folder, {
    language,
    listen: LISTEN,
    name: `pinged-${language}`,
  })
  return await pingOften(server.listening)
}

const labels = (server: string) => ({ example: 'too many pings', server })

export const PINGED: readonly PingedServer[] = [
  {
    title: 'grpc-js',
    example: exampleRun('pings.grpc-js', labels('grpc-js'), async (_print, context) =>
      pingOften((await serverOn(context, 'direct')).address),
    ),
  },
  {
    title: 'Envoy',
    example: exampleRun('pings.envoy', labels('Envoy'), async (_print, context) =>
      pingOften((await serverOn(context, 'envoy')).address),
    ),
  },
  {
    title: 'gRPC for Python (C core)',
    example: exampleRun(
      'pings.python',
      labels('Python'),
      (_print, context) => pingProgram(context, 'python'),
      {
        needs: [NEEDS_PYTHON],
        seconds: 2,
      },
    ),
  },
  {
    title: 'gRPC for Go',
    isSlow: true,
    example: exampleRun('pings.go', labels('Go'), (_print, context) => pingProgram(context, 'go'), {
      needs: [NEEDS_GO],
      seconds: 2,
    }),
  },
]
