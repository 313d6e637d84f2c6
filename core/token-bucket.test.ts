// What a bucket earns and spends.

import t from 'tap'
import { TokenBucket } from './token-bucket.ts'

t.test('it is full at first, earns with time, and never holds more than at first', async (t) => {
  const bucket = new TokenBucket(10, 1_000)
  bucket.spend(4)
  t.equal(bucket.left, 6)
  bucket.earn(1_020, 0.1)
  t.equal(bucket.left, 8)
  bucket.earn(9_000, 0.1)
  t.equal(bucket.left, 10)
})

t.test('what was spent beyond it is paid off by time', async (t) => {
  const bucket = new TokenBucket(10, 0)
  bucket.spend(15)
  t.equal(bucket.left, -5)
  bucket.earn(60, 0.1)
  t.equal(bucket.left, 1)
})

t.test('a clock that was set back earns nothing, and goes on from there', async (t) => {
  const bucket = new TokenBucket(10, 1_000)
  bucket.spend(5)
  bucket.earn(0, 0.1)
  t.equal(bucket.left, 5)
  bucket.earn(10, 0.1)
  t.equal(bucket.left, 6)
})
