// The demonstration as text of up to 100 columns: bars, and figures beside what chance would give.

import pc from 'picocolors'
import { nameOfLb } from '../../api/lb-name.ts'
import type { LbRequest } from '../../api/schemas/lb.ts'
import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'
import { type Column, renderTable } from '../../testbed/measure/table.ts'
import type { Turn } from './turn.ts'
import type { Act } from './verdict.ts'

const BAR_WIDTH = 12
const BACKEND_WIDTH = BAR_WIDTH + 6
const HALF_BLOCK = '▌'

const WHAT_IT_DOES: Readonly<Record<string, string>> = {
  l4: 'tcp_proxy picks a backend for each connection',
  round_robin: 'each call goes to the next backend',
  least_request: 'of two backends drawn at random, the one with fewer calls open',
  random: 'any backend',
  ring_hash: 'a key has one backend, by a ring',
  maglev: 'a key has one backend, by an even table',
}

/** What is set now, and what that means. */
export function renderTitle(setting: LbRequest): string {
  const key = setting.mode === 'l4' ? 'l4' : (setting.policy ?? '')
  return `${pc.bold(pc.cyan(`■ ${nameOfLb(setting)}`))}  ${pc.dim(WHAT_IT_DOES[key] ?? '')}`
}

/** What a turn of the switch took, and what callers noticed. */
export function renderTurn(
  { from, to, ackedMs, lastGoneMs, oldConnections, load }: Turn,
  envoys: number,
): string {
  const gone =
    from.mode === to.mode
      ? 'no connection had to go'
      : `last of ${oldConnections} old connections gone ${ms(lastGoneMs)} later`
  const failed = `${renderFailed(load.failures.length)} of ${load.calls} calls failed`
  return `  ACKed by ${envoys} Envoys in ${ms(ackedMs)}, ${gone}, ${failed}`
}

/** The heads of the columns that `renderDistribution` fills. */
export function renderHead(backends: readonly string[]): string {
  const names = backends.map((id) => id.padEnd(BACKEND_WIDTH)).join('  ')
  return pc.dim(`  conns   keys   ${names}     CV  floor  failed`)
}

/** One line: who got how much of the calls over so many connections. */
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

/** The bar grows with the calls that are done, the figure is the share of those. */
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
export function renderSummary(acts: readonly Act[]): string {
  return renderTable(SUMMARY, acts.map(summarise))
}

function summarise({ setting, turn, distributions }: Act): readonly string[] {
  const spread = distributions.filter(({ keys }) => typeof keys === 'string')
  const calls = distributions.reduce((sum, one) => sum + one.calls, turn?.load.calls ?? 0)
  const failed = distributions.reduce(
    (sum, one) => sum + one.failures.length,
    turn?.load.failures.length ?? 0,
  )
  const isFlip = turn !== undefined && turn.from.mode !== turn.to.mode
  return [
    nameOfLb(setting),
    turn === undefined ? '–' : ms(turn.ackedMs),
    isFlip ? ms(turn.lastGoneMs) : '–',
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
