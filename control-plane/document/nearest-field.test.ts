// An unknown field suggests the nearest known one, beside it or at another place of the document.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { describeSchema } from './describe-schema.ts'
import { stepsOf } from './field-path.ts'
import { ConfigSchema } from './model.ts'
import { createFieldFinder, nearestName } from './nearest-field.ts'
import { formatSteps } from './problem.ts'
import { checkConfig } from './validate.ts'

/** What is said of fields that are added to a valid document. */
function problemsOf(...paths: readonly string[]): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith(Object.fromEntries(paths.map((path) => [path, {}]))))
  const problems = 'problems' in checked ? checked.problems : []
  return Object.fromEntries(problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

t.test('a field that belongs to another place names that place, with the names that are known', async (t) => {
  const said = {
    'upstreams.echo.hedging':
      'hedging is a field of rules or fleets: write routes.*.rules.*.hedging or fleets.*.hedging. ',
    'upstreams.echo.slowStart': 'slowStart is a field of lb: write upstreams.echo.lb.slowStart. ',
    'routes.public.rules.echo.outlierDetection':
      'outlierDetection is a field of upstreams: write upstreams.*.outlierDetection. ',
    'fleets.edge.listeners.main.retry': 'retry is a field of fleets: write fleets.edge.retry. ',
    'fleets.edge.filters.jwt': 'jwt is a field of security: write fleets.edge.security.jwt. ',
    'fleets.edge.fault': 'fault is a field of filters: write fleets.edge.filters.fault. ',
    'fleets.edge.listeners.main.routes':
      'routes is a field of l7: write fleets.edge.listeners.main.l7.routes. ',
  }
  const problems = problemsOf(...Object.keys(said))
  for (const [path, sentence] of Object.entries(said)) {
    t.ok(problems[path]?.startsWith(`unknown field. ${sentence}Use one of: `), `${path}: ${problems[path]}`)
  }
  t.equal(Object.keys(problems).length, Object.keys(said).length, 'all at once')
})

t.test(
  'a misspelled field, and one with the name or the case of Envoy, suggests the field that is meant',
  async (t) => {
    const said = {
      'upstreams.echo.outlierDetecton': 'Did you mean outlierDetection? ',
      'upstreams.echo.outlier_detection': 'Did you mean outlierDetection? ',
      'upstreams.echo.hedgng':
        'Did you mean hedging, a field of rules or fleets? Write routes.*.rules.*.hedging or fleets.*.hedging. ',
      'upstreams.echo.max_requests':
        'Did you mean maxRequests, a field of connections? Write upstreams.echo.connections.maxRequests. ',
      'upstreams.echo.ejectionss': '',
    }
    const problems = problemsOf(...Object.keys(said))
    for (const [path, sentence] of Object.entries(said)) {
      t.ok(problems[path]?.startsWith(`unknown field. ${sentence}Use one of: `), `${path}: ${problems[path]}`)
    }
  },
)

t.test('every field is found from elsewhere, unless its name is at more than three places', async (t) => {
  const find = createFieldFinder(ConfigSchema)
  const paths = new Set(describeSchema(ConfigSchema).map(({ path }) => path))
  const named = [...paths].filter((path) => /\w$/.test(path))
  const byName = Map.groupBy(named, (path) => stepsOf({ path }).at(-1)?.toLowerCase() ?? '')
  for (const [name, places] of byName) t.equal(find([], name) !== '', places.length <= 3, name)
  t.equal(find([], 'enabled'), '', 'it is a field of nearly all')
  t.match(
    find(['upstreams', 'echo', 'http2'], 'interval'),
    /: write upstreams\.echo\.http2\.keepalive\.interval\. /,
  )
})

t.test(
  'a name is near if a slip of the finger made it, and a short one only if it is nearly equal',
  async (t) => {
    t.equal(nearestName(['mode', 'policy'], 'polcy'), 'policy')
    t.equal(nearestName(['mode', 'policy'], 'Mode'), 'mode')
    t.equal(nearestName(['to'], 'tom'), undefined)
    t.equal(nearestName(['mode', 'policy'], 'weight'), undefined)
  },
)
