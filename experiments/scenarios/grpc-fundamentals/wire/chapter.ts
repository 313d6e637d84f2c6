// The chapter of the wire format: what is in the bytes, who makes the same of them, and what they cost beside JSON.

import type { Chapter } from '../../../../harness/chapter.ts'
import { measureApart } from './apart.ts'
import { wireChecks } from './checks.ts'
import { measureCompilers, PROTOC } from './compilers.ts'
import { wireSections } from './sections.ts'
import { measureSizes } from './sizes.ts'
import { measureTimes } from './times.ts'

const run = (name: string, what: string, seconds: number) => ({
  ...{ id: `wire.${name}`, labels: { wire: what }, seconds },
})

export const WIRE: Chapter = {
  title: 'Bytes on the wire',
  runs: ({ name }) => [
    { ...run('apart', 'messages taken apart', 1), rounds: 1, measure: measureApart },
    { ...run('compilers', 'protoc and buf', 5), rounds: 1, needs: [PROTOC], measure: measureCompilers },
    { ...run('sizes', 'bytes', 1), rounds: 1, measure: async () => measureSizes() },
    { ...run('times', 'time', name === 'quick' ? 2 : 15), measure: async () => measureTimes(name) },
  ],
  checks: wireChecks,
  sections: wireSections,
}
