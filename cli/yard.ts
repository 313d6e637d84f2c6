// The command `yard`: its verbs and its exit code.

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { SwitchyardError } from '../core/errors.ts'
import { exitCodeOf } from './exit-code.ts'
import { guardTerminal, reportError, surviveLostOutput } from './output/print.ts'
import { withExamples } from './verbs/flags.ts'

const BAD_FLAGS = 2

/** In the order of `--help`. */
const VERBS = {
  init: async () => (await import('./verbs/init.ts')).addInit,
  demo: async () => (await import('./verbs/demo.ts')).addDemo,
  up: async () => (await import('./verbs/up.ts')).addUp,
  scenario: async () => (await import('./verbs/scenario.ts')).addScenario,
  dashboards: async () => (await import('./verbs/dashboards.ts')).addDashboards,
  explain: async () => (await import('./verbs/explain.ts')).addExplain,
  schema: async () => (await import('./verbs/schema.ts')).addSchema,
  lint: async () => (await import('./verbs/lint.ts')).addLint,
  test: async () => (await import('./verbs/test.ts')).addTest,
  proto: async () => (await import('./verbs/proto.ts')).addProto,
  serve: async () => (await import('./verbs/serve.ts')).addServe,
  bootstrap: async () => (await import('./verbs/bootstrap.ts')).addBootstrap,
  ui: async () => (await import('./verbs/ui.ts')).addUi,
  status: async () => (await import('./verbs/status.ts')).addStatus,
  load: async () => (await import('./verbs/load.ts')).addLoad,
  get: async () => (await import('./verbs/get.ts')).addGet,
  apply: async () => (await import('./verbs/apply.ts')).addApply,
  diff: async () => (await import('./verbs/diff.ts')).addDiff,
  set: async () => (await import('./verbs/set.ts')).addSet,
  lb: async () => (await import('./verbs/lb.ts')).addLb,
  endpoints: async () => (await import('./verbs/endpoints.ts')).addEndpoints,
  call: async () => (await import('./verbs/call.ts')).addCall,
  disconnect: async () => (await import('./verbs/disconnect.ts')).addDisconnect,
  tap: async () => (await import('./verbs/tap.ts')).addTap,
  kill: async () => (await import('./verbs/kill.ts')).addKill,
  history: async () => (await import('./verbs/history.ts')).addHistory,
  rollback: async () => (await import('./verbs/rollback.ts')).addRollback,
  token: async () => (await import('./verbs/token.ts')).addToken,
  audit: async () => (await import('./verbs/audit.ts')).addAudit,
  issue: async () => (await import('./verbs/issue.ts')).addIssue,
  issuer: async () => (await import('./verbs/issuer.ts')).addIssuer,
  authorizer: async () => (await import('./verbs/authorizer.ts')).addAuthorizer,
  backend: async () => (await import('./verbs/backend.ts')).addBackend,
  processor: async () => (await import('./verbs/processor.ts')).addProcessor,
  'rate-limiter': async () => (await import('./verbs/rate-limiter.ts')).addRateLimiter,
  'log-service': async () => (await import('./verbs/log-service.ts')).addLogService,
  certs: async () => (await import('./verbs/certs.ts')).addCerts,
  completion: async () => (await import('./verbs/completion.ts')).addCompletion,
  complete: async () => (await import('./verbs/complete.ts')).addComplete,
  bundle: async () => (await import('./verbs/bundle.ts')).addBundle,
} as const satisfies Readonly<Record<string, () => Promise<(program: Command) => void>>>

const packageFile = new URL('../package.json', import.meta.url)
const { version }: { readonly version: string } = JSON.parse(readFileSync(packageFile, 'utf8'))

const program = new Command('yard')
  .description('Switchyard: change how Envoys balance and secure gRPC calls, and measure the effect.')
  .version(version, '--version', 'Show the version.')
  .helpOption('-h, --help', 'Show help.')
  .helpCommand('help [command]', 'Show help for a command.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : BAD_FLAGS))

// Only the wanted verb is loaded: all of them together take most of the start. Help and completion need them all.
const [, , wanted = ''] = process.argv
const needsOne = Object.hasOwn(VERBS, wanted) && wanted !== 'completion'
const loaders = needsOne ? [VERBS[wanted as keyof typeof VERBS]] : Object.values(VERBS)
for (const load of loaders) (await load())(program)

// An error is one line, and the help is one command away.
program.showHelpAfterError('See: yard --help')
for (const command of program.commands) {
  for (const one of [command, ...command.commands])
    one.showHelpAfterError(`See: yard ${command.name()} --help`)
}

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
guardTerminal()
try {
  await program.parseAsync()
} catch (error) {
  const { message, code } = SwitchyardError.from(error)
  reportError(message)
  process.exitCode = exitCodeOf(code)
}
