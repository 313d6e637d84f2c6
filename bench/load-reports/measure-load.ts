// CPU and memory of a control plane with many nodes that are silent, and then report.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RestClient } from '../../api/client.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startControlPlane } from '../../testbed/control-plane.ts'
import { cpuMsOf, peakMemoryMiBOf } from '../../testbed/measure/usage.ts'
import { parseReady, sourceFile } from '../../testbed/part.ts'
import { readToken } from '../../testbed/token-file.ts'
import { loadDocument, type Sizes } from './documents.ts'

export interface LoadCell extends Sizes {
  readonly nodes: number
  readonly intervalMs: number
  /** Measured, silent and then with reports. One more warms up. */
  readonly intervals: number
}

export interface LoadResult extends LoadCell {
  readonly reportBytes: number
  /** CPU of a core, 0 to 1. */
  readonly silentCpu: number
  readonly reportingCpu: number
  readonly silentMiB: number
  readonly reportingMiB: number
  /** Of `GET /v1/load` and of `GET /metrics`. */
  readonly readMs: number
  readonly scrapeMs: number
  /** Calls that REST shows at the end: none may be lost. */
  readonly started: number
}

export async function measureLoad(parent: string, cell: LoadCell): Promise<LoadResult> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  const folder = join(parent, `load-${cell.nodes}-${cell.upstreams}-${cell.endpoints}`)
  await mkdir(folder)
  try {
    const configFile = join(folder, 'config.yaml')
    await writeFile(configFile, JSON.stringify(loadDocument(cell)))
    const anywhere = '127.0.0.1:0'
    const controlPlane = await startControlPlane(group, folder, {
      configFile,
      admin: anywhere,
      xds: anywhere,
    })
    const pid = controlPlane.pid ?? Number.NaN
    const measuredMs = cell.intervalMs * cell.intervals
    const reporters = group.start({
      name: 'reporters',
      command: process.execPath,
      args: [
        sourceFile('bench/load-reports/reporters.ts'),
        ...['--xds', controlPlane.xdsAddress, '--nodes', String(cell.nodes)],
        ...['--upstreams', String(cell.upstreams), '--endpoints', String(cell.endpoints)],
        ...['--interval-ms', String(cell.intervalMs), '--silent-ms', String(measuredMs)],
      ],
      ready: (line) =>
        parseReady<{ readonly streams: number; readonly reportBytes: number }>(line, 'streams'),
    })
    const { reportBytes } = await reporters.ready
    const cpuOf = async (ms: number) => {
      const [before, begun] = [cpuMsOf(pid), performance.now()]
      await pause(ms)
      return (cpuMsOf(pid) - before) / (performance.now() - begun)
    }
    const silentCpu = await cpuOf(measuredMs)
    const silentMiB = peakMemoryMiBOf(pid)
    await pause(cell.intervalMs)
    const reportingCpu = await cpuOf(measuredMs)
    const reportingMiB = peakMemoryMiBOf(pid)

    const token = await readToken(controlPlane.tokensFile, 'operator')
    const rest = new RestClient({ url: controlPlane.adminUrl, token })
    const readMs = await timeOf(() => rest.getLoad())
    const authorization = `Bearer ${token}`
    const scrapeMs = await timeOf(async () => {
      await (await fetch(`${controlPlane.adminUrl}/metrics`, { headers: { authorization } })).text()
    })
    const { upstreams } = await rest.getLoad()
    const started = upstreams.reduce((sum, { calls }) => sum + calls.started, 0)
    return {
      ...cell,
      reportBytes,
      silentCpu,
      reportingCpu,
      silentMiB,
      reportingMiB,
      readMs,
      scrapeMs,
      started,
    }
  } finally {
    await group.stop()
    removeHandlers()
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}
