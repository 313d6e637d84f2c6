// Another host or another path for the service than the caller wrote.

import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `rewrite` of a rule. It takes place after all filters: matches, tokens and policies see the path and the host of the caller, so
 * what they allow, they must allow under that name. Introspection services stay closed under their new names too, unless the
 * prefix names one of them.
 */
export const rewrite = ruleSwitch({
  field: 'rewrite',
  schema: Type.Object(
    {
      host: Type.Optional(
        Type.String({
          pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,5})?$',
          maxLength: 255,
          description: 'the host that the service sees as :authority, such as echo.internal',
          ...facts({ envoy: 'RouteAction.host_rewrite_literal', example: 'echo.internal' }),
        }),
      ),
      prefix: Type.Optional(
        Type.String({
          pattern: '^/[^?#\\s]*$',
          description:
            'the text instead of the service, the prefix or the whole path that the rule matches, such as /shop.v2.Cart/',
          ...facts({ envoy: 'RouteAction.prefix_rewrite', example: '/shop.v2.Cart/' }),
        }),
      ),
    },
    {
      additionalProperties: false,
      minProperties: 1,
      description: 'a host, a prefix, or both, such as { prefix: /shop.v2.Cart/ }',
      ...facts({
        envoy: 'RouteAction.prefix_rewrite',
        example: { host: 'echo.internal', prefix: '/shop.v2.Cart/' },
      }),
    },
  ),
  appliesTo: ['envoy'],
  *problemsWith({ prefix }, { match: { regex, service, method } = {} }) {
    if (prefix === undefined) return
    if (regex !== undefined) {
      yield {
        steps: ['prefix'],
        message:
          'has no prefix to replace, because the rule matches by a regular expression: match a path or a prefix',
      }
    }
    if (service !== undefined && method === undefined && !prefix.endsWith('/')) {
      yield {
        steps: ['prefix'],
        message: `replaces /${service}/ with its last slash, so the method would follow without one: write ${prefix}/`,
      }
    }
  },
  toRouteAction: ({ host, prefix }) => ({
    ...(prefix !== undefined && { prefixRewrite: prefix }),
    ...(host !== undefined && { hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: host } }),
  }),
})
