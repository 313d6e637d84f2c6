// What both load generators are compared on: transports, with and without TLS, and calls at a time.

import type { ProfileName } from '../../../../harness/profile.ts'

export interface ToolCell {
  /** Of the transport. */
  readonly transport: string
  readonly hasTls: boolean
  readonly concurrency: number
}

const cellsFor = (transports: readonly string[], concurrencies: readonly number[]): readonly ToolCell[] =>
  transports.flatMap((transport) =>
    [false, true].flatMap((hasTls) =>
      concurrencies.map((concurrency) => ({ transport, hasTls, concurrency })),
    ),
  )

export const TOOL_CELLS: Readonly<Record<ProfileName, readonly ToolCell[]>> = {
  quick: [
    { transport: 'uds', hasTls: false, concurrency: 1 },
    { transport: 'loopback', hasTls: true, concurrency: 10 },
  ],
  standard: [
    ...cellsFor(['uds', 'veth'], [1]),
    { transport: 'uds', hasTls: false, concurrency: 50 },
    { transport: 'veth', hasTls: false, concurrency: 50 },
  ],
  full: cellsFor(['uds', 'veth'], [1, 10, 50, 100]),
}

export const TOOLS = { switchyard: 'this load generator', ghz: 'ghz' } as const
export type Tool = keyof typeof TOOLS

export const toolId = ({ transport, hasTls, concurrency }: ToolCell, tool: Tool): string =>
  `tools.${transport}.${hasTls ? 'tls' : 'plaintext'}.c${concurrency}.${tool}`
