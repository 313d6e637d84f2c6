// What a Prometheus scrapes, as its configuration file.

import { stringify } from 'yaml'

export interface ScrapeTarget {
  /** The `job` of its series, such as `envoy`. */
  readonly job: string
  /** The `instance` of its series, such as `edge-1`: an address says nothing to a person. */
  readonly instance: string
  /** `HOST:PORT` */
  readonly address: string
  /** Default: `/metrics`. */
  readonly path?: string
  /** Changes of names and labels of its series (`metric_relabel_configs`). Default: none. */
  readonly relabeling?: readonly object[]
  /** A file with a bearer token. Default: no token. */
  readonly tokenFile?: string
}

export interface ScrapeSettings {
  readonly targets: readonly ScrapeTarget[]
  readonly intervalMs: number
  /** Files of alert rules. Default: none. */
  readonly ruleFiles?: readonly string[]
}

/** Targets of one job that differ in path or token would need jobs of their own; they have a scrape configuration each. */
export function scrapeConfig({ targets, intervalMs, ruleFiles = [] }: ScrapeSettings): string {
  const interval = `${intervalMs}ms`
  return stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    ...(ruleFiles.length > 0 && { rule_files: ruleFiles }),
    scrape_configs: targets.map(({ job, instance, address, path = '/metrics', tokenFile, relabeling }) => ({
      job_name: `${job} ${instance}`,
      metrics_path: path,
      ...(tokenFile !== undefined && { authorization: { credentials_file: tokenFile } }),
      ...(relabeling !== undefined && { metric_relabel_configs: relabeling }),
      static_configs: [{ targets: [address], labels: { instance, job } }],
    })),
  })
}
