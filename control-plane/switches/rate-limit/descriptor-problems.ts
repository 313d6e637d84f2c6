// What is wrong with a descriptor of a rate limit that its schema cannot see.

import { headerMatchOf, headerMatchProblems } from '../header-match.ts'
import type { PlacedProblem } from '../placed-problem.ts'
import { type DescriptorPart, WAYS } from './descriptor-part.ts'

export function* partProblems(steps: readonly string[], part: DescriptorPart): Iterable<PlacedProblem> {
  const { headers, text, key, optional, token } = part
  const written = WAYS.filter((way) => part[way] !== undefined)
  // The text of a comparison is beside it.
  const [first, ...others] = headers && text !== undefined ? written.filter((way) => way !== 'text') : written
  if (first === undefined) {
    yield { steps, message: `takes nothing from the call: write one of ${WAYS.join(', ')}` }
    return
  }
  for (const other of others) {
    const message = `is a part of its own: write it as another item, or remove ${first}`
    yield { steps: [...steps, other], message }
  }
  if (headers && text === undefined) {
    const message = 'is missing: write what the rate limiter gets for calls with these headers'
    yield { steps: [...steps, 'text'], message }
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    yield* headerMatchProblems([...steps, 'headers', name], headerMatchOf(value))
  }
  if (key !== undefined && (first === 'address' || first === 'network')) {
    const fixed = first === 'address' ? 'remote_address' : 'masked_remote_address'
    yield { steps: [...steps, 'key'], message: `has no effect: Envoy always writes ${fixed}. Remove it` }
  }
  if (optional && first !== 'header' && first !== 'token') {
    yield {
      steps: [...steps, 'optional'],
      message: `has no effect, because each call has ${first}: remove it`,
    }
  }
  if (optional && token?.otherwise !== undefined) {
    const message = 'has no effect beside otherwise, which calls without the claim have: remove one of them'
    yield { steps: [...steps, 'optional'], message }
  }
}
