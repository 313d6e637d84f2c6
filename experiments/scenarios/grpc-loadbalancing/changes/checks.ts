// What must hold when backends change. Each check compares counts of calls, so that none depends on the speed of the machine.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { failuresOf } from '../cells.ts'
import { isAtMost, isLikely } from '../fairness.ts'
import { TIME_TO_RETURN } from './figures.ts'
import { callsOf, type MeasuredChange, meanOf, measuredChanges, phaseOf } from './measured-changes.ts'

const END = 'in the end'
/** Ways that pick a backend for each call, and hear of a change by the control plane. */
const TOLD = ['envoy-l7-round-robin', 'envoy-l7-least-request', 'xds-node']
const TOLD_ROUND_ROBIN = ['envoy-l7-round-robin', 'xds-node']

export function checkChanges(results: Results): readonly Check[] {
  const all = measuredChanges(results)
  const of = (change: string, ways?: readonly string[]) =>
    all.filter((one) => one.change === change && (ways?.includes(one.way) ?? true))
  return [...checkScaling(of), ...checkRestarts(of), ...checkDeaths(of), ...checkSickness(of)]
}

type Of = (change: string, ways?: readonly string[]) => readonly MeasuredChange[]

function checkScaling(of: Of): readonly Check[] {
  const added = (one: MeasuredChange, holds: (calls: number, all: number) => boolean) =>
    shareFinding(one, 'b4', END, holds)
  const removed = (one: MeasuredChange, holds: (calls: number) => boolean) =>
    shareFinding(one, 'b3', END, holds)
  return [
    check(
      'O4.1',
      'Where each call is balanced and a control plane tells it, a new backend gets its fair share',
      of('scale-up', TOLD_ROUND_ROBIN).map((one) => added(one, (calls, all) => isLikely(calls, all, 1 / 4))),
    ),
    check(
      'O4.1',
      'At L4 a new backend gets no call as long as connections stay',
      of('scale-up', ['envoy-l4']).map((one) => added(one, (calls) => calls === 0)),
    ),
    check(
      'O4.5',
      'Clients of DNS hear of a new backend only when a connection ends',
      of('scale-up', ['dns-round-robin']).map((one) => added(one, (calls) => calls === 0)),
    ),
    check(
      'O4.1',
      'A maximum connection age brings a new backend calls, at L4 and by DNS',
      of('scale-up-by-age').map((one) =>
        finding(one, `${one.rounds[0]?.shares?.b4 ?? 0} calls to b4`, (one.rounds[0]?.shares?.b4 ?? 0) > 0),
      ),
    ),
    check('O4.1', 'To remove a backend that still runs fails no call', of('scale-down').map(noFailure)),
    check(
      'O4.1',
      'Where each call is balanced and a control plane tells it, a removed backend gets no call in the end',
      of('scale-down', TOLD).map((one) => removed(one, (calls) => calls === 0)),
    ),
    check(
      'O4.1',
      'At L4 connections stay with a backend that was removed',
      of('scale-down', ['envoy-l4']).map((one) => removed(one, (calls) => calls > 0)),
    ),
  ]
}

function checkRestarts(of: Of): readonly Check[] {
  return [
    check(
      'O4.7',
      'A rolling restart of all backends, drained before, fails no call',
      of('rolling-restart', TOLD).map(noFailure),
    ),
    check(
      'O4.7',
      'A rolling restart by force fails calls',
      of('rolling-crash', ['envoy-l4', 'envoy-l7-round-robin']).map((one) => {
        const { failed } = failuresOf(one)
        return finding(one, `${failed} failed calls`, failed > 0)
      }),
    ),
  ]
}

function checkDeaths(of: Of): readonly Check[] {
  return [
    check(
      'O4.7',
      'Without health checks and outlier detection, Envoy loses calls to a dead backend until the end',
      of('death', ['envoy-l7-round-robin']).map((one) => failures(one, END, (failed) => failed > 0)),
    ),
    check(
      'O4.7',
      'With health checks, no call fails in the end after a backend has died',
      of('death-health-check').map((one) => failures(one, END, (failed) => failed === 0)),
    ),
    check(
      'O4.7',
      'With outlier detection, no call fails in the end after a backend has died',
      of('death-outlier-detection').map((one) => failures(one, END, (failed) => failed === 0)),
    ),
    check(
      'O4.7',
      'A client that balances sees by its connections that a backend has died: no call fails in the end',
      of('death', ['dns-round-robin', 'xds-node']).map((one) => failures(one, END, (failed) => failed === 0)),
    ),
  ]
}

function checkSickness(of: Of): readonly Check[] {
  const ill = 'while it fails'
  return [
    check(
      'O4.7',
      'Without outlier detection, a third of the calls fails while one of three backends fails',
      of('failure').map((one) => failures(one, ill, (failed, calls) => isLikely(failed, calls, 1 / 3))),
    ),
    check(
      'O4.7',
      'Outlier detection spares at least half of them, and takes the backend back',
      of('failure-outlier-detection').map((one) => {
        const { calls, failed } = phaseOf(one, ill)
        const isBack = meanOf(one, TIME_TO_RETURN) !== undefined && (one.rounds[0]?.shares?.b2 ?? 0) > 0
        const fact = `${failed} of ${calls} calls failed, ${isBack ? 'and it is back' : 'and it is not back'}`
        return finding(one, fact, isBack && isAtMost(failed, calls, 1 / 6))
      }),
    ),
    check(
      'O4.9',
      'least_request gives a backend that gets slow half of an even share at most',
      of('slowness', ['envoy-l7-least-request']).map((one) =>
        shareFinding(one, 'b2', END, (calls, all) => isAtMost(calls, all, 1 / 6)),
      ),
    ),
    check(
      'O4.9',
      'round_robin gives a backend that gets slow as much as before',
      of('slowness', TOLD_ROUND_ROBIN).map((one) =>
        shareFinding(one, 'b2', END, (calls, all) => isLikely(calls, all, 1 / 3)),
      ),
    ),
  ]
}

function noFailure(one: MeasuredChange): Finding {
  const { failed, fact } = failuresOf(one)
  return finding(one, fact, failed === 0)
}

function failures(
  one: MeasuredChange,
  phase: string,
  holds: (failed: number, calls: number) => boolean,
): Finding {
  const { failed, calls } = phaseOf(one, phase)
  return finding(one, `${failed} of ${calls} calls failed ${phase}`, holds(failed, calls))
}

function shareFinding(
  one: MeasuredChange,
  id: string,
  phase: string,
  holds: (calls: number, all: number) => Finding['holds'],
): Finding {
  const [calls, { calls: all }] = [callsOf(one, id, phase), phaseOf(one, phase)]
  return finding(one, `${calls} of ${all} calls to ${id} ${phase}`, holds(calls, all))
}

function finding({ name, title }: MeasuredChange, fact: string, holds: Finding['holds']): Finding {
  return { fact: `${name}, ${title}: ${fact}`, holds }
}
