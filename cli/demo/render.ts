// The output of the demonstration, up to 100 columns wide: bars, and figures beside the noise floor.

import pc from 'picocolors'
import { nameOfLb } from '../../api/lb-name.ts'
import type { SwitchResult } from '../../testbed/flips/switch-under-load.ts'
import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'
import { type Column, renderTable } from '../../testbed/measure/table.ts'
import type { Setting } from './settings.ts'
import type { Measurement } from './verdict.ts'

const BAR_WIDTH = 12
const BACKEND_WIDTH = BAR_WIDTH + 6
const HALF_BLOCK = '▌'

/** The setting, and what Envoy does with it. */
export function renderTitle({ lb, summary }: Setting): string {
  return `${pc.bold(pc.cyan(`■ ${nameOfLb(lb)}`))}  ${pc.dim(summary)}`
}

/** The duration of a switch, and the number of failed calls. */
export function renderSwitch(
  { from, to, ackedMs, lastGoneMs, oldConnections, load }: SwitchResult,
  envoys: number,
): string {
  const gone =
    from.mode === to.mode
      ? 'no connection had to close'
      : `last of ${oldConnections} old connections gone ${ms(lastGoneMs)} later`
  const failed = `${renderFailed(load.failures.length)} of ${load.calls} calls failed`
  return `  ACKed by ${envoys} Envoys in ${ms(ackedMs)}, ${gone}, ${failed}`
}

/** The column heads of `renderDistribution`. */
export function renderHead(backends: readonly string[]): string {
  const names = backends.map((id) => id.padEnd(BACKEND_WIDTH)).join('  ')
  return pc.dim(`  conns   keys   ${names}     CV  floor  failed`)
}

/** One line: the share of the calls that each backend got. */
export function renderDistribution(distribution: Distribution): string {
  const { connections, calls, keys, byBackend, variation, noiseFloor, failures } = distribution
  const total = [...byBackend.values()].reduce((sum, count) => sum + count, 0)
  const shares = [...byBackend.values()].map((count) => renderShare(count, total, calls))
  const evenness = Number.isNaN(variation) ? '    –' : variation.toFixed(3)
  return [
    `  ${String(connections).padStart(5)}  ${nameKeys(keys, calls).padStart(5)}   ${shares.join('  ')}`,
    variation <= noiseFloor ? pc.green(evenness) : evenness,
    pc.dim(noiseFloor.toFixed(3)),
    `${' '.repeat(Math.max(0, 6 - String(failures.length).length))}${renderFailed(failures.length)}`,
  ].join('  ')
}

/** The bar shows the share of all calls; the figure is the share of the calls done so far. */
function renderShare(count: number, done: number, calls: number): string {
  const halves = Math.round((2 * BAR_WIDTH * count) / calls)
  const bar = '█'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? HALF_BLOCK : '')
  const percent = done === 0 ? '' : ((100 * count) / done).toFixed(count === done ? 0 : 1)
  return `${pc.cyan(bar)}${pc.dim('·'.repeat(BAR_WIDTH - bar.length))} ${`${percent}%`.padStart(5)}`
}

const SUMMARY: readonly Column[] = [
  { title: 'setting' },
  { title: 'REST → ACK', align: 'right' },
  { title: 'ACK → old gone', align: 'right' },
  { title: 'CV of 1 conn', align: 'right' },
  { title: '4', align: 'right' },
  { title: '16', align: 'right' },
  { title: 'calls', align: 'right' },
  { title: 'failed', align: 'right' },
]

/** All settings in one table. */
export function renderSummary(measurements: readonly Measurement[]): string {
  return renderTable(SUMMARY, measurements.map(summarize))
}

function summarize({ setting, switched, distributions }: Measurement): readonly string[] {
  const spread = distributions.filter(({ keys }) => typeof keys === 'string')
  const calls = distributions.reduce((sum, one) => sum + one.calls, switched?.load.calls ?? 0)
  const failed = distributions.reduce(
    (sum, one) => sum + one.failures.length,
    switched?.load.failures.length ?? 0,
  )
  const isFlip = switched !== undefined && switched.from.mode !== switched.to.mode
  return [
    nameOfLb(setting.lb),
    switched === undefined ? '–' : ms(switched.ackedMs),
    isFlip ? ms(switched.lastGoneMs) : '–',
    ...spread.map(({ variation }) => variation.toFixed(3)),
    String(calls),
    renderFailed(failed),
  ]
}

function nameKeys(keys: Keys, calls: number): string {
  if (keys === 'none') return '–'
  return keys === 'distinct' ? calls.toLocaleString('en') : '1'
}

function renderFailed(count: number): string {
  return count === 0 ? pc.green('0') : pc.red(String(count))
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}

/** The verdict: what is wrong, or that everything is as expected. */
export function renderVerdict(problems: readonly string[]): string {
  if (problems.length > 0) return problems.map((problem) => pc.red(`  ✗ ${problem}`)).join('\n')
  return [
    'As expected: L4 pins a connection to one backend, L7 spreads calls by policy,',
    'all Envoys send a key to the same backend, and no call failed while switching.',
  ]
    .map((line, index) => pc.green(`  ${index === 0 ? '✓' : ' '} ${line}`))
    .join('\n')
}
