// What a scenario measured, as it stands in results.json.

import { type Static, type TSchema, Type } from 'typebox'
import { PROFILES } from './profile.ts'

const Text = (description: string) => Type.String({ description })
const Amount = (description: string) => Type.Number({ minimum: 0, description })
const MapOf = <S extends TSchema>(value: S, description: string) =>
  Type.Record(Type.String(), value, { description })

const HistogramSchema = Type.String({
  description:
    'an HDR histogram of microseconds, compressed (V2) and in base64, as every implementation of HdrHistogram reads it',
})

const ProcessSchema = Type.Object(
  {
    role: Type.Enum(['client', 'proxy', 'server', 'control-plane', 'other']),
    name: Text('such as edge-1'),
    cpuMs: Amount('CPU time of all its threads within the window, in milliseconds'),
    peakMiB: Amount('largest resident memory of its life, in MiB'),
  },
  { additionalProperties: false },
)

const SeriesSchema = Type.Object(
  {
    name: Text('such as the id of a backend'),
    unit: Text('such as calls'),
    points: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
      description: 'milliseconds since the begin of the window, and the value of the interval that ends then',
    }),
  },
  { additionalProperties: false },
)

const LoadSchema = Type.Object(
  {
    tool: Text('what made the calls, such as switchyard, ghz or grpcio'),
    loop: Type.Enum(['open', 'closed'], {
      description: 'open: calls are due at a fixed rate; closed: a call begins when another has ended',
    }),
    connections: Amount('connections of the client, as far as it decides'),
    concurrency: Type.Optional(Amount('calls at a time of a closed loop')),
    callsPerSecond: Type.Optional(Amount('the rate of an open loop')),
  },
  { additionalProperties: false },
)

export const MeasuredSchema = Type.Object(
  {
    load: Type.Optional(LoadSchema),
    seconds: Amount('length of the window'),
    calls: Amount('calls that ended in the window'),
    messages: Type.Optional(Amount('messages of streams, both ways')),
    bytes: Type.Optional(Amount('bytes of payload, both ways')),
    codes: MapOf(Amount('calls'), 'calls by gRPC status, such as OK or UNAVAILABLE'),
    shares: Type.Optional(
      MapOf(Amount('calls'), 'calls by the backend that answered; 0 for one that got none'),
    ),
    histograms: MapOf(
      HistogramSchema,
      'by what was timed: "call" from the moment a call was due, "service" from the moment it was sent, others by name',
    ),
    processes: Type.Array(ProcessSchema),
    figures: MapOf(
      Type.Number(),
      'all else by its name with its unit in parentheses, such as "connections opened" or "first answer (ms)"',
    ),
    texts: Type.Optional(
      MapOf(
        Type.String(),
        'what was seen and is not a number, by its name: what a client printed, bytes in hex, or data as JSON',
      ),
    ),
    series: Type.Optional(Type.Array(SeriesSchema)),
    marks: Type.Optional(
      Type.Array(
        Type.Object(
          { atMs: Type.Number(), label: Text('such as "b2 killed"') },
          { additionalProperties: false },
        ),
        { description: 'what happened within the window' },
      ),
    ),
    notes: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
)
export type Measured = Static<typeof MeasuredSchema>

export const RunResultSchema = Type.Object(
  {
    id: Text('of the run in the plan'),
    round: Type.Integer({ minimum: 1 }),
    labels: MapOf(Type.String(), 'what distinguishes the run'),
    emulates: Type.Optional(Text('what it emulates, and with what')),
    begun: Text('ISO 8601'),
    tookSeconds: Type.Optional(
      Amount('from its begin to its end, with all that it started; absent if it was skipped'),
    ),
    state: Type.Enum(['measured', 'skipped', 'failed']),
    why: Type.Optional(Text('of a run that was skipped or failed: the reason, and what helps')),
    measured: Type.Optional(MeasuredSchema),
  },
  { additionalProperties: false },
)
export type RunResult = Static<typeof RunResultSchema>

export const CheckSchema = Type.Object(
  {
    row: Text('of the curriculum, such as O4.1'),
    title: Text('a sentence: what must hold'),
    outcome: Type.Enum(['holds', 'fails', 'not measured']),
    detail: Text('the figures that say so'),
  },
  { additionalProperties: false },
)
export type Check = Static<typeof CheckSchema>

export const ResultsSchema = Type.Object(
  {
    format: Type.Literal(1),
    scenario: Type.String(),
    title: Type.String(),
    question: Type.String(),
    profile: Type.Object(
      {
        name: Type.Enum(PROFILES),
        warmUpSeconds: Type.Number(),
        windowSeconds: Type.Number(),
        rounds: Type.Number(),
      },
      { additionalProperties: false },
    ),
    plan: Type.Object(
      {
        runs: Type.Array(Type.String(), { description: 'ids of the runs that were chosen, in order' }),
        rounds: Type.Integer({ minimum: 1, description: 'how often each of them is measured' }),
        fewer: Type.Optional(
          MapOf(Type.Integer({ minimum: 1 }), 'rounds of the runs that are measured less often, by id'),
        ),
        only: Type.Optional(Type.Array(Type.String(), { description: 'what they were chosen by' })),
      },
      { additionalProperties: false },
    ),
    command: Text('what reproduces it'),
    begun: Text('ISO 8601'),
    ended: Type.Optional(Text('ISO 8601; absent while runs are missing')),
    environment: MapOf(Type.String(), 'CPU, kernel, versions, governor, load before the run, and so on'),
    runs: Type.Array(RunResultSchema),
    checks: Type.Array(CheckSchema),
  },
  { additionalProperties: false, description: 'results of a scenario of Switchyard' },
)
export type Results = Static<typeof ResultsSchema>

/** How many measurements a plan has, all rounds together. */
export function measurementsOf({ runs, rounds, fewer = {} }: Results['plan']): number {
  return runs.reduce((sum, id) => sum + Math.min(fewer[id] ?? rounds, rounds), 0)
}
