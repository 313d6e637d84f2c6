// The command `yard`: its verbs and its exit code.

import { Command } from 'commander'
import { SwitchyardError } from '../core/errors.ts'
import { exitCodeOf } from './exit-code.ts'
import { report, surviveLostOutput } from './output/print.ts'
import { addApply } from './verbs/apply.ts'
import { addBundle } from './verbs/bundle.ts'
import { addCall } from './verbs/call.ts'
import { addCerts } from './verbs/certs.ts'
import { addDemo } from './verbs/demo.ts'
import { withExamples } from './verbs/flags.ts'
import { addGet } from './verbs/get.ts'
import { addHistory } from './verbs/history.ts'
import { addIssue } from './verbs/issue.ts'
import { addKill } from './verbs/kill.ts'
import { addLb } from './verbs/lb.ts'
import { addSet } from './verbs/set.ts'
import { addStatus } from './verbs/status.ts'
import { addToken } from './verbs/token.ts'
import { addUp } from './verbs/up.ts'

const BAD_FLAGS = 2

const program = new Command('yard')
  .description('Switchyard: change how Envoys balance and secure gRPC calls, and measure the effect.')
  .showHelpAfterError()
  .helpOption('-h, --help', 'Show help.')
  .helpCommand('help [command]', 'Show help for a command.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_FLAGS))

for (const add of [
  addDemo,
  addUp,
  addStatus,
  addGet,
  addApply,
  addSet,
  addLb,
  addCall,
  addHistory,
  addToken,
  addKill,
  addIssue,
  addCerts,
  addBundle,
])
  add(program)

withExamples(program, [
  ['yard demo', 'Measure every policy in half a minute.'],
  ['yard up', 'Start three backends, three Envoys and the control plane.'],
  ['yard lb edge l7 least_request', 'Switch the policy, from another terminal.'],
  ['yard call edge', 'Show which backends answer calls.'],
]).addHelpText(
  'after',
  `
Exit codes: 0 success; 1 failure, or an unexpected measurement of the demonstration; 2 invalid flags or document;
3 no control plane; 4 an Envoy NACKed the change; 5 an Envoy has not answered in time.`,
)

surviveLostOutput()
try {
  await program.parseAsync()
} catch (error) {
  const { message, code } = SwitchyardError.from(error)
  report(message)
  process.exitCode = exitCodeOf(code)
}
