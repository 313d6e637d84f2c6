// Texts of the document, wherever they are: characters that no header, name or path can have on the wire.

import type { Config } from '../model.ts'
import type { PlacedProblem } from '../problem.ts'

/** All but the tab, which a header's value may have: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/

export function checkText(config: Config): Iterable<PlacedProblem> {
  return checkTexts(config, [])
}

/** @param steps to the value */
export function* checkTexts(value: unknown, steps: readonly string[]): Iterable<PlacedProblem> {
  if (typeof value === 'string') {
    const message = describeBadCharacter(value, isOfPatch(steps))
    if (message !== undefined) yield { steps, message }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const message = describeBadCharacter(key)
      if (message !== undefined) yield { steps: [...steps, key], message: `its name ${message}` }
      yield* checkTexts(inner, [...steps, key])
    }
  }
}

/** What a patch writes may be a program with lines. Envoy says what it does not take. */
function isOfPatch([map, , field, , , , last]: readonly string[]): boolean {
  return map === 'fleets' && field === 'patches' && last === 'value'
}

function describeBadCharacter(text: string, mayHaveControls = false): string | undefined {
  const [control] = mayHaveControls ? [] : (CONTROL.exec(text) ?? [])
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return `has the control character U+${code}: remove it`
  }
  return text.isWellFormed() ? undefined : 'has half of a surrogate pair, which UTF-8 cannot write: remove it'
}
