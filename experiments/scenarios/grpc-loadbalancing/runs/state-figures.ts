// The figures of a run that counts calls for each worker of each Envoy, by name.

/** The name of a figure: the calls to a backend by one worker of one Envoy. */
export interface StateFigure {
  readonly calls: 'few' | 'many'
  /** Such as `workers-1, worker 0`. */
  readonly state: string
  readonly backend: string
}

export function figureName({ calls, state, backend }: StateFigure): string {
  return `${calls} | ${state} | ${backend}`
}

export function readFigureName(name: string): StateFigure | undefined {
  const [calls, state, backend] = name.split(' | ')
  if ((calls !== 'few' && calls !== 'many') || state === undefined || backend === undefined) return undefined
  return { calls, state, backend }
}
