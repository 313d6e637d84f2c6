// What the knees recommend, as sentences with the figures of the run.

import { busyOf } from '../cpu.ts'
import { curveName } from './checks.ts'
import { type Knee, MULTIPLE } from './knee.ts'
import type { CurvePoint, MeasuredCurve } from './points.ts'

export function adviceOf(curve: MeasuredCurve): string {
  const { knee, points } = curve
  const idle = points[0]
  const name = `**${curveName(curve)}:**`
  if (idle === undefined || knee.kind === 'below') {
    return `${name} no rate can be recommended. Already at the lowest one, ${idle?.share} % of the capacity, fewer calls ended than were due. Measure on an idle machine, or lower rates.`
  }
  if (knee.kind === 'above') {
    return `${name} no knee up to ${percent(knee.at.share)} of the capacity, ${perSecond(knee.at.achieved)}: the p99 is ${ms(knee.at.p99)} there. An open loop took more than the closed loop did when it found the capacity, as on a machine that was busy then.`
  }
  const { at, broken } = knee
  const times = (at.p99 / idle.p99).toFixed(1)
  return `${name} plan for at most **${percent(at.share)}** of the capacity, ${perSecond(at.offered)} of ${perSecond(curve.capacity)}. There the p99 is ${ms(at.p99)}, ${times} times that at ${percent(idle.share)}. ${brokenText(knee, idle)} ${limitText(broken)}`
}

function brokenText({ broken, by }: Extract<Knee<CurvePoint>, { kind: 'found' }>, idle: CurvePoint): string {
  const p99 = `a p99 of ${ms(broken.p99)}, ${(broken.p99 / idle.p99).toFixed(1)} times as long as at ${percent(idle.share)}`
  if (by === 'latency') return `At ${percent(broken.share)} it takes ${p99}, more than ${MULTIPLE} times.`
  const unanswered = 100 * (1 - broken.achieved / broken.offered)
  return `At ${percent(broken.share)}, ${unanswered.toFixed(0)} % of the calls that are due in the window do not end in it, with ${p99}: calls queue, and a longer window would only make the queue longer.`
}

/** Which process is the first to have no time left. */
function limitText({ rounds }: CurvePoint): string {
  const busy = (['client', 'proxy', 'server'] as const)
    .map((role) => ({ role, percent: busyOf(rounds, role) }))
    .filter((one) => one.percent > 0)
    .toSorted((a, b) => b.percent - a.percent)
  const list = busy.map((one) => `${one.role} ${one.percent.toFixed(0)} %`).join(', ')
  return `CPU there, in percent of a core: ${list}.`
}

const percent = (share: number): string => `${share.toFixed(0)} %`
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`
const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en-US')} calls/s`
