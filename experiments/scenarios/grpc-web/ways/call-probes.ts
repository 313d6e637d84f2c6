// Unary calls and server streams, in both modes.

import { callEcho, describe, type Probe } from './probe.ts'

export const CALL_PROBES: readonly Probe[] = (['binary', 'text'] as const).flatMap((mode) => [
  {
    id: `unary-${mode}`,
    title: `unary call, ${mode}`,
    ask: async (probed) => describe(await callEcho(probed, 'Unary', { message: 'hello' }, { mode })),
  },
  {
    id: `stream-${mode}`,
    title: `server stream of three, ${mode}`,
    ask: async (probed) => describe(await callEcho(probed, 'ServerStream', { count: 3 }, { mode })),
  },
])
