// Measures every layer of a call over one transport, in turns.

import { SwitchyardError } from '../../../../core/errors.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { ProcessStarter } from '../../../../processes/process-group.ts'
import { parseReady, sourceFile } from '../../../../testbed/part.ts'
import { startSocketEcho } from '../../../../testbed/transports/socket-echo.ts'
import { layTransport } from '../ends.ts'
import { seriesName, wayFigure } from '../turns/turn-results.ts'
import { LAYER_NAMES, type LayersResult, type LayersRun } from './layers.ts'
import { BUDGET_TURNS, type Budget } from './plan.ts'

const PEERS = 'experiments/scenarios/grpc-transport-benchmark/budget/peers'

/** A machine that is busy may take a multiple of the turns. */
const PATIENCE_MS = 30 * 60_000

export const WRONG = 'answers of a wrong length'

/** Servers on one side beside those of the matrix: their sockets need other names. */
const INDEX = { socket: 11, http2: 12, grpc: 13 }

interface Served {
  readonly http2: string
  readonly grpc: string
}

export async function measureBudget(context: RunContext, { transport, payload }: Budget): Promise<Measured> {
  const { laid } = await layTransport(context, transport)
  const servers = await context.shared(`layers over ${transport.id}`, async () => {
    const [socket, served] = await Promise.all([
      startSocketEcho(laid.server, laid.listen(INDEX.socket)),
      startServer(laid.server, laid.listen(INDEX.http2), laid.listen(INDEX.grpc)),
    ])
    return { socket: socket.address, ...served }
  })
  const targets = {
    socket: await laid.target(servers.socket),
    http2: await laid.target(servers.http2),
    grpc: await laid.target(servers.grpc),
  }
  const turns = BUDGET_TURNS[context.profile.name]
  const result = await callLayers(laid.client, { targets, payloadBytes: payload, ...turns })
  return facts({
    seconds: turns.seconds * turns.turns * LAYER_NAMES.length,
    histograms: { ...result.histograms },
    figures: {
      'encoded request (bytes)': result.requestBytes,
      ...Object.fromEntries(LAYER_NAMES.map((layer) => [wayFigure(layer, WRONG), result.wrong[layer]])),
    },
    series: LAYER_NAMES.map((layer) => ({
      ...{ name: seriesName(layer, 'p50'), unit: 'ms' },
      points: result.p50[layer].map((value, turn): [number, number] => [turn, value]),
    })),
  })
}

async function startServer(starter: ProcessStarter, http2: string, grpc: string): Promise<Served> {
  const started = starter.start({
    name: 'servers of the layers',
    command: process.execPath,
    args: [sourceFile(`${PEERS}/server.ts`), http2, grpc],
    ready: (line) => parseReady<{ readonly served: Served }>(line, 'served')?.served,
  })
  return await started.ready
}

/** The client is a process of its own, so that its compiler has seen no other calls. */
async function callLayers(starter: ProcessStarter, run: LayersRun): Promise<LayersResult> {
  const client = starter.start({
    name: 'client of the layers',
    command: process.execPath,
    args: [sourceFile(`${PEERS}/client.ts`)],
    ready: (line) => parseReady<{ readonly client: number }>(line, 'client'),
  })
  await client.ready
  const answered = (line: string) =>
    parseReady<{ readonly result: LayersResult }>(line, 'result') ??
    parseReady<{ readonly failed: string }>(line, 'failed')
  try {
    const answer = await client.ask(JSON.stringify(run), answered, PATIENCE_MS)
    if ('result' in answer) return answer.result
    throw new SwitchyardError('process-failed', `client of the layers: ${answer.failed}`)
  } finally {
    await client.stop()
  }
}
