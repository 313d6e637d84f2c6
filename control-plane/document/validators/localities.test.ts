// Priorities with gaps and weights of localities that lead nowhere, each beside an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { toProblem } from '../problem.ts'
import { checkConfig } from '../validate.ts'

const at = (port: number, fields: object = {}) => ({ address: `127.0.0.1:${port}`, ...fields })
const near = { region: 'eu', zone: 'eu-a' }
const far = { region: 'us' }

function problemsOf(upstream: object): readonly string[] {
  const checked = checkConfig(sampleWith({ 'upstreams.echo': upstream }))
  return 'problems' in checked
    ? checked.problems.map(toProblem).map(({ path, message }) => `${path}: ${message}`)
    : []
}

const CASES: readonly [title: string, upstream: object, problems: readonly string[]][] = [
  ['priorities 0 and 1', { endpoints: { a: at(1), b: at(2, { priority: 1 }) } }, []],
  [
    'priorities 0 and 2',
    { endpoints: { a: at(1), b: at(2, { priority: 2 }) } },
    [
      'upstreams.echo.endpoints.b.priority: is 2, and no endpoint of upstreams.echo has the priority 1: gRPC clients reject gaps, so write 1',
    ],
  ],
  [
    'no priority 0',
    { endpoints: { a: at(1, { priority: 1 }) } },
    [
      'upstreams.echo.endpoints.a.priority: is 1, and no endpoint of upstreams.echo has the priority 0: gRPC clients reject gaps, so write 0',
    ],
  ],
  [
    'a weight for each locality',
    {
      endpoints: { a: at(1, { locality: near }), b: at(2, { locality: far }) },
      localities: { near: { ...near, weight: 80 }, far: { ...far, weight: 0 } },
    },
    [],
  ],
  [
    'a weight for a locality without endpoints',
    { endpoints: { a: at(1, { locality: near }) }, localities: { far: { ...far, weight: 1 } } },
    ['upstreams.echo.localities.far: no endpoint is in us: the endpoints are in eu/eu-a'],
  ],
  [
    'a weight where no endpoint has a locality',
    { endpoints: { a: at(1) }, localities: { far: { ...far, weight: 1 } } },
    ['upstreams.echo.localities.far: no endpoint is in us: give endpoints a locality'],
  ],
  [
    'T5: weights of localities beside zone awareness',
    {
      endpoints: { a: at(1, { locality: far }) },
      localities: { far: { ...far, weight: 1 } },
      lb: { policy: 'random', zoneAware: { enabled: true } },
    },
    [
      'upstreams.echo.lb.zoneAware: contradicts upstreams.echo.localities: Envoy keeps calls near or weighs localities, so remove one of the two',
    ],
  ],
  [
    'T5: weights of localities beside zone awareness that is off',
    {
      endpoints: { a: at(1, { locality: far }) },
      localities: { far: { ...far, weight: 1 } },
      lb: { policy: 'random', zoneAware: { enabled: false } },
    },
    [],
  ],
  [
    'two weights for one locality',
    {
      endpoints: { a: at(1, { locality: far }) },
      localities: { far: { ...far, weight: 1 }, us: { ...far, weight: 2 } },
    },
    ['upstreams.echo.localities.us: is the same locality as far: remove one'],
  ],
  [
    'a priority whose localities all have the weight 0',
    {
      endpoints: { a: at(1, { locality: near }), b: at(2, { locality: far, priority: 1 }) },
      localities: { far: { ...far, weight: 0 } },
    },
    [
      'upstreams.echo.localities: all localities with endpoints of priority 1 have the weight 0, so calls would go nowhere: give one a weight above 0',
    ],
  ],
  [
    'a locality without a name',
    { endpoints: { a: at(1, { locality: {} }) } },
    [
      'upstreams.echo.endpoints.a.locality: must be a locality such as { region: europe, zone: europe-b }, not {}',
    ],
  ],
]

for (const [title, upstream, problems] of CASES) {
  t.test(`T5: ${title} ${problems.length === 0 ? 'is valid' : 'is invalid'}`, async (t) => {
    t.same(problemsOf(upstream), problems)
  })
}

t.test('T5: weights of endpoints that add up to more than 32 bits are invalid', async (t) => {
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`e${index}`, at(index + 1, { weight: 1_000_000 })]),
    )
  t.same(problemsOf({ endpoints: many(4294) }), [])
  t.same(problemsOf({ endpoints: many(4295) }), [
    'upstreams.echo.endpoints: the weights of priority 0 add up to 4295000000, and clients accept 4294967295 at most: write smaller weights',
  ])
})
