// A closed loop on one cell of the matrix, over one transport.

import { startBackend } from '../../../../testbed/backend.ts'
import type { SingleShape } from '../../../../testbed/loader/load-plan.ts'
import { startLoader } from '../../../../testbed/loader/start-loader.ts'
import { measureLoad } from '../../../harness/measure-load.ts'
import type { Measured } from '../../../harness/results.ts'
import type { RunContext, SharedContext } from '../../../harness/scenario.ts'
import { type Cell, STREAM_MESSAGES } from './cells.ts'
import type { LocalTransport } from './local-transports.ts'

/** A server and a client on the two sides of a transport, for all cells and rounds. */
async function startEnds({ group, folder }: SharedContext, { id, lay }: LocalTransport) {
  const laid = await lay(group)
  const server = await startBackend(laid.server, folder, { id, listen: laid.listen() })
  const loader = await startLoader(laid.client, { name: `loader ${id}` })
  return { server, loader, target: await laid.target(server.address) }
}

function shapeOf({ pattern, payload }: Cell): SingleShape {
  if (pattern === 'unary') return { kind: pattern, payloadBytes: payload, responseBytes: payload }
  const requests = pattern === 'bidirectional' ? payload : 0
  return { kind: pattern, messages: STREAM_MESSAGES, payloadBytes: requests, responseBytes: payload }
}

export async function measureCell(
  context: RunContext,
  transport: LocalTransport,
  cell: Cell,
): Promise<Measured> {
  const ends = await context.shared(`ends ${transport.id}`, (shared) => startEnds(shared, transport))
  return await measureLoad(context, {
    loader: ends.loader,
    plan: {
      target: ends.target,
      connections: 1,
      loop: { kind: 'closed', concurrency: cell.concurrency },
      calls: shapeOf(cell),
    },
    processes:
      ends.server.pid === undefined
        ? []
        : [{ role: 'server', name: `backend ${transport.id}`, pid: ends.server.pid }],
  })
}
