// `yard scenario`: lists and runs scenarios, and writes their reports.

import { Argument, type Command, Option } from 'commander'
import { loadScenario, SCENARIO_NAMES, SCENARIOS } from '../../experiments/scenarios/all.ts'
import { PROFILES } from '../../harness/profile.ts'
import { type Format, print } from '../output/print.ts'
import { withExamples, withOutput } from './flags.ts'
import { addManifests } from './scenario/manifests.ts'
import type { RunFlags } from './scenario/run.ts'

export function addScenario(program: Command): void {
  const command = program
    .command('scenario')
    .description('Run a scenario: a matrix of measurements with checks and a report.')
  withExamples(command, [
    ['yard scenario list', 'Show what each scenario answers, and how long it takes.'],
    ['yard scenario run grpc-security --profile quick', 'Run one in its shortest form.'],
    ['yard scenario run grpc-security --only jwt', 'Run only some of its runs.'],
    ['yard scenario run grpc-security --resume', 'Measure what an interrupted run has not.'],
    ['yard scenario compare DIR DIR', 'Put two results side by side.'],
  ])
  addList(command)
  addRun(command)
  addReport(command)
  addCompare(command)
  addManifests(command)
}

function addList(scenario: Command): void {
  const command = scenario
    .command('list')
    .description('List all scenarios, with the time that each profile is expected to take.')
  withOutput(command).action(async ({ output }: { readonly output: Format }) => {
    const { describeScenario, renderScenarios } = await import('./scenario/list.ts')
    const all = await Promise.all(Object.values(SCENARIOS).map((load) => load()))
    print(all.map(describeScenario), output, renderScenarios)
  })
}

function addRun(scenario: Command): void {
  scenario
    .command('run')
    .description('Run a scenario, check what it measured, and write its report.')
    .addArgument(new Argument('<name>', 'Scenario; "yard scenario list" shows all.').choices(SCENARIO_NAMES))
    .addOption(
      new Option('--profile <name>', 'How long and how often it measures.')
        .choices(PROFILES)
        .default('standard'),
    )
    .option('--only <part...>', 'Choose runs by parts of their ids, such as l7-round-robin.unary or "l7-*".')
    .option('--out <folder>', 'Folder of the report (default: reports/scenarios/NAME-PROFILE).')
    .option('--resume', 'Measure only what the results in the folder lack.', false)
    .action(async (name: string, flags: RunFlags) => {
      const { runInTerminal } = await import('./scenario/run.ts')
      // Calls of an interrupted run would still be retried without an exit.
      process.exit(await runInTerminal(await loadScenario(name), flags))
    })
}

function addReport(scenario: Command): void {
  scenario
    .command('report')
    .description('Write summary and report of results again, and evaluate the checks.')
    .argument('<folder>', 'Folder that "yard scenario run" has written.')
    .action(async (folder: string) => {
      const { reportAgain } = await import('./scenario/report.ts')
      process.exitCode = await reportAgain(folder, loadScenario)
    })
}

function addCompare(scenario: Command): void {
  scenario
    .command('compare')
    .description('Write a page with two results of a scenario side by side.')
    .argument('<a>', 'Folder or file of results.')
    .argument('<b>', 'Folder or file of other results.')
    .option('--out <folder>', 'Folder of the page.', 'reports/scenarios/comparison')
    .action(async (a: string, b: string, { out }: { readonly out: string }) => {
      const { compare } = await import('./scenario/compare.ts')
      await compare(a, b, out)
    })
}
