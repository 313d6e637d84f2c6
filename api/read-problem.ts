// Turns a problem document back into the error that it was on the server.

import { SwitchyardError } from '../core/errors.ts'
import { codeOfProblemType } from './problem-type.ts'
import type { ProblemDocument } from './schemas/problem.ts'

/** The error of a response that is not 2xx. Its `cause` is the problem document, if there is one. */
export async function readProblem(response: Response): Promise<SwitchyardError> {
  const text = await response.text()
  const { type = '', detail, problems = [], ...rest } = parse(text)
  const message = detail ?? `${response.url} answered ${response.status}: ${text}`
  const code = codeOfProblemType(type) ?? 'process-failed'
  return new SwitchyardError(code, message, { problems, cause: { type, detail, problems, ...rest } })
}

function parse(text: string): Partial<ProblemDocument> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
