// What is wrong with a page that we write: HTML that is not valid, and what it would load.

import { HtmlValidate } from 'html-validate'

const VALIDATOR = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y', 'html-validate:document'],
  rules: {
    'long-title': 'off',
    // The style and the script are in the page on purpose, and its policy has their hashes.
    'require-csp-nonce': 'off',
    'require-sri': 'off',
  },
})

export async function invalidHtml(page: string): Promise<string[]> {
  const { results } = await VALIDATOR.validateString(page)
  return results.flatMap(({ messages }) =>
    messages.map((one) => `${one.line}: ${one.ruleId}: ${one.message}`),
  )
}

/** References that lead out of the page, other than to results.json beside it; and no policy against them. */
export function loads(page: string): string[] {
  const policy =
    page.match(/<meta http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1] ?? 'no policy'
  const strict =
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'$/
  const references = [...page.matchAll(/\b(?:src|href|srcset|poster|action|data)="([^"]*)"/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^(#[\w-]+|results\.json|data:application\/gzip;base64,[\w+/=]*)$/.test(to))
  const styles = page.match(/@import|url\(|\/\/[a-z]+\./gi) ?? []
  return [...(strict.test(policy) ? [] : [policy]), ...references, ...styles]
}

/** Links within the page that lead nowhere. */
export function deadLinks(page: string): string[] {
  const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
  return [...page.matchAll(/href="#([^"]*)"/g)].flatMap(([, id = '']) => (ids.has(id) ? [] : [id]))
}
