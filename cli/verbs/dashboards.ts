// `yard dashboards`: writes dashboards for Grafana, and what Prometheus needs for them.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { ALERTS, toRulesFile } from '../../dashboards/alerts.ts'
import { ALL_BOARDS } from '../../dashboards/boards/all.ts'
import { envoyRelabeling } from '../../dashboards/boards/envoy-statuses.ts'
import { report } from '../output/print.ts'
import { withExamples } from './flags.ts'

export function addDashboards(program: Command): void {
  const command = program
    .command('dashboards')
    .description('Write dashboards for Grafana, and alert rules and relabeling for Prometheus.')
    .option('--out <folder>', 'Folder of the files.', 'dashboards-of-switchyard')
  withExamples(command, [
    ['yard dashboards --out /etc/grafana/dashboards', 'Write them where Grafana looks for dashboards.'],
  ])
  command.action(async ({ out }: { readonly out: string }) => {
    // The SDK takes a moment to load, which help and completion need not wait for.
    const { toGrafanaJson } = await import('../../dashboards/grafana.ts')
    await mkdir(out, { recursive: true })
    const files = [
      ...ALL_BOARDS.map((board) => [`${board.id}.json`, toGrafanaJson(board)] as const),
      ['alerts.yaml', toRulesFile(ALERTS)] as const,
      ['envoy-relabeling.yaml', stringify({ metric_relabel_configs: envoyRelabeling() })] as const,
    ]
    for (const [name, text] of files) {
      await writeFile(join(out, name), text)
      report(join(out, name))
    }
  })
}
