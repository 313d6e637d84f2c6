// Reads a test file of `yard test`: its callers and calls, and a cell for each expectation. Every problem has its line and column.

import { dirname, resolve } from 'node:path'
import { formatSteps, type PlacedProblem } from '../../control-plane/document/problem.ts'
import { createSchemaCheck } from '../../control-plane/document/schema-check.ts'
import { parseYaml, type YamlDocument } from '../../control-plane/document/yaml-document.ts'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { isMap } from '../../core/plain-map.ts'
import { OTHERS, withinFile } from './check-names.ts'
import type { Expectation } from './expectation-schema.ts'
import { type SuiteFile, SuiteSchema } from './suite-schema.ts'

/** One caller that makes one call. */
export interface Cell {
  /** The line of its expectation, from 1. */
  readonly line: number
  readonly call: string
  readonly caller: string
  readonly expected: Expectation
}

export interface Suite extends Pick<SuiteFile, 'callers' | 'calls'> {
  /** As the user named it. */
  readonly file: string
  /** Paths in the file begin here. */
  readonly folder: string
  readonly settings: Omit<SuiteFile, 'callers' | 'calls' | 'expect'>
  /** In the order of the file. */
  readonly cells: readonly Cell[]
  /** With `FILE:LINE:COLUMN` before the path of each, in the order of the file. */
  readonly toProblems: (problems: readonly PlacedProblem[]) => readonly Problem[]
}

const checkSchema = createSchemaCheck(SuiteSchema)

/**
 * @param file the name of the text, for problems and as the start of its paths
 * @throws SwitchyardError `invalid-argument` with all problems
 */
export function readSuite(text: string, file: string): Suite {
  const yaml = parseYaml(text)
  const toProblems = (found: readonly PlacedProblem[]) =>
    found
      .toSorted((a, b) => yaml.offsetOf(a.steps) - yaml.offsetOf(b.steps))
      .map(({ steps, message }) => ({
        path: `${file}:${yaml.placeOf(yaml.offsetOf(steps))} ${formatSteps(steps)}`.trimEnd(),
        message,
      }))
  if (yaml.problems.length > 0) {
    const problems = yaml.problems.map(({ offset, message }) => ({
      path: `${file}:${yaml.placeOf(offset)}`,
      message,
    }))
    throw new SwitchyardError('invalid-argument', `${file} is not valid YAML`, { problems })
  }
  const written = withWholeExpectations(yaml.value)
  const found = [...checkSchema(written), ...withinFile(written)]
  if (found.length > 0) {
    const message = `${file} is not a valid test file`
    throw new SwitchyardError('invalid-argument', message, { problems: toProblems(found) })
  }
  const { callers, calls, expect, ...settings } = written as SuiteFile
  const cells = cellsOf({ callers, calls, expect }, yaml)
  return { file, folder: dirname(resolve(file)), settings, callers, calls, cells, toProblems }
}

/** With `{ status }` for each status that stands alone. */
function withWholeExpectations(value: unknown): unknown {
  if (!isMap(value) || !isMap(value.expect)) return value
  const whole = (one: unknown) => (typeof one === 'string' || Array.isArray(one) ? { status: one } : one)
  const ofCall = (call: unknown) =>
    isMap(call) ? Object.fromEntries(Object.entries(call).map(([caller, one]) => [caller, whole(one)])) : call
  const expect = Object.entries(value.expect).map(([call, byCaller]) => [call, ofCall(byCaller)])
  return { ...value, expect: Object.fromEntries(expect) }
}

function cellsOf(
  { callers, expect }: Pick<SuiteFile, 'callers' | 'calls' | 'expect'>,
  yaml: YamlDocument,
): readonly Cell[] {
  return Object.entries(expect).flatMap(([call, byCaller]) =>
    Object.entries(byCaller).flatMap(([written, expected]) => {
      const line = Number(yaml.placeOf(yaml.offsetOf(['expect', call, written])).split(':')[0])
      const named = (caller: string) => Object.hasOwn(byCaller, caller)
      const who = written === OTHERS ? Object.keys(callers).filter((one) => !named(one)) : [written]
      return who.map((caller) => ({ line, call, caller, expected }))
    }),
  )
}
