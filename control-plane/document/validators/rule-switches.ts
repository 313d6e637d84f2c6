// Switches of one rule that contradict each other. A rule has its own settings, and for the others those of each fleet that serves it.

import type { RuleSwitch } from '../../switches/attach-points.ts'
import { SWITCHES, type Switches } from '../../switches/switches.ts'
import type { Config, Fleet } from '../model.ts'
import { formatSteps, type PlacedProblem } from '../problem.ts'
import { servedRules } from '../served-rules.ts'

type Entry = Readonly<Record<string, unknown>>

export function* checkRuleSwitches(config: Config, switches: Switches = SWITCHES): Iterable<PlacedProblem> {
  for (const [name, fleet] of Object.entries(config.fleets)) {
    const checked = switches.rules.filter(
      ({ problemsWith, appliesTo }) => problemsWith !== undefined && appliesTo.includes(fleet.kind),
    )
    if (checked.length === 0) continue
    const ofFleet = settingsOfFleet(fleet, switches)
    const own = [...problemsIn(checked, ofFleet)]
    for (const { steps, message } of own) yield { steps: ['fleets', name, ...steps], message }
    const ofFleetItself = new Set(own.map(({ message }) => message))
    for (const [steps, rule] of servedRules(config, fleet)) {
      if (checked.every(({ field }) => ofFleet[field] === undefined && !Object.hasOwn(rule, field))) continue
      for (const problem of problemsIn(checked, { ...ofFleet, ...rule })) {
        if (ofFleetItself.has(problem.message)) continue
        const message = `${problem.message} (in fleet ${formatSteps([name])})`
        yield { steps: [...steps, ...problem.steps], message }
      }
    }
  }
}

function settingsOfFleet(fleet: Fleet, { rules }: Switches): Entry {
  const entries: Entry = { ...fleet }
  const ofFleet = rules.filter(({ alsoOfFleet, field }) => alsoOfFleet && entries[field] !== undefined)
  return Object.fromEntries(ofFleet.map(({ field }) => [field, entries[field]]))
}

function* problemsIn(checked: readonly RuleSwitch[], entry: Entry): Iterable<PlacedProblem> {
  for (const { field, problemsWith } of checked) {
    if (entry[field] === undefined) continue
    for (const { steps, message } of problemsWith?.(entry[field] as never, entry) ?? []) {
      yield { steps: [field, ...steps], message }
    }
  }
}
