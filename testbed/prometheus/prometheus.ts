// Starts a Prometheus in a folder of its own, which ends with this process.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireProgram } from '../../processes/find-program.ts'
import { freePort } from '../../processes/free-port.ts'
import type { ProcessStarter } from '../../processes/process-group.ts'
import { PrometheusClient } from './prometheus-client.ts'
import { type ScrapeSettings, scrapeConfig } from './scrape-config.ts'

/** The package has promtool too. */
export const INSTALL_PROMETHEUS = 'sudo apt-get install -y prometheus'

export interface RunningPrometheus {
  readonly client: PrometheusClient
  readonly pid: number | undefined
  readonly logFile: string
}

/**
 * Starts it on a free port of loopback. Resolves when it has scraped each target once.
 * @param folder of its configuration, series and log; created if it is missing
 * @throws SwitchyardError `process-failed` with the end of its log, if it does not start, or with each target that cannot be scraped
 */
export async function startPrometheus(
  group: ProcessStarter,
  folder: string,
  settings: ScrapeSettings,
): Promise<RunningPrometheus> {
  const command = requireProgram('prometheus', INSTALL_PROMETHEUS)
  const address = `127.0.0.1:${await freePort()}`
  await mkdir(folder, { recursive: true })
  const configFile = join(folder, 'prometheus.yaml')
  await writeFile(configFile, scrapeConfig(settings))
  const logFile = join(folder, 'prometheus.log')
  const started = group.start({
    name: 'prometheus',
    command,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'series')}`,
      `--web.listen-address=${address}`,
      // Without it, exemplars are dropped.
      '--enable-feature=exemplar-storage',
      // By default it looks for targets every 5 s, the first time too.
      '--scrape.discovery-reload-interval=100ms',
    ],
    logFile,
    dieWithParent: true,
    ready: (line) => line.includes('Server is ready to receive web requests') || undefined,
  })
  await started.ready
  const client = new PrometheusClient(`http://${address}`)
  await client.untilFound(settings.targets.length)
  await client.untilScraped()
  return { client, pid: started.pid, logFile }
}
