// Token buckets of rate limits: a call takes a token, and a bucket without one has no more calls until it is filled.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { TokenBucketSchema } from '@envoy/xds-protos/envoy/type/v3/token_bucket_pb.js'
import { Type } from 'typebox'
import { toDuration } from './duration.ts'
import type { PlacedProblem } from './placed-problem.ts'
import { facts } from './schema-keywords.ts'

/** How a bucket is filled; its size, `maxTokens`, is beside these where it may be missing. */
const FILL = {
  tokensPerFill: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 4_294_967_295,
      description:
        'a number of tokens that come back in each fillInterval, at most maxTokens. Default: all of them',
      ...facts({ envoy: 'TokenBucket.tokens_per_fill', example: 50 }),
    }),
  ),
  // Envoy rejects intervals below 50 ms.
  fillInterval: Type.Optional(
    Type.String({
      pattern: '^(?=0*([5-9]\\d|[1-9]\\d{2,})ms$|0*[1-9]\\d*[smh]$)(\\d{1,9}m?s|\\d{1,8}m|\\d{1,6}h)$',
      default: '1s',
      description:
        'the time in which tokensPerFill tokens come back, evenly over it, a duration of at least 50ms such as 1s or 1m',
      ...facts({ envoy: 'TokenBucket.fill_interval', example: '1m' }),
    }),
  ),
}

const MAX_TOKENS = Type.Integer({
  minimum: 1,
  maximum: 4_294_967_295,
  description:
    'a number of calls that may come at once, 1 to 4294967295: the size of the bucket, which is full at first',
  ...facts({ envoy: 'TokenBucket.max_tokens', example: 100 }),
})

/** The fields of a bucket. */
export const BUCKET = { maxTokens: MAX_TOKENS, ...FILL }
/** The fields of a bucket that is there only if `maxTokens` is written. */
export const OPTIONAL_BUCKET = { maxTokens: Type.Optional(MAX_TOKENS), ...FILL }

export interface Bucket {
  readonly maxTokens: number
  readonly tokensPerFill?: number | undefined
  readonly fillInterval?: string | undefined
}

export function toTokenBucket({
  maxTokens,
  tokensPerFill = maxTokens,
  fillInterval = '1s',
}: Bucket): MessageInitShape<typeof TokenBucketSchema> {
  return { maxTokens, tokensPerFill, fillInterval: toDuration(fillInterval) }
}

/** A fill that the bucket cannot hold. */
export function* tooFull(
  { maxTokens, tokensPerFill }: Omit<Bucket, 'maxTokens'> & { readonly maxTokens?: number | undefined },
  steps: readonly string[] = [],
): Iterable<PlacedProblem> {
  if (maxTokens === undefined || tokensPerFill === undefined || tokensPerFill <= maxTokens) return
  const message = `is more than the bucket holds, ${maxTokens}: write at most ${maxTokens}, or a larger maxTokens`
  yield { steps: [...steps, 'tokensPerFill'], message }
}
