import { expect, test } from 'vitest'
import { methodsOf } from './methods.ts'

const addresses = [
  { method: 'POST', url: '/api/jobs' },
  { method: 'GET', url: '/api/jobs' },
  { method: 'GET', url: '/api/jobs/:job' },
  { method: 'DELETE', url: '/api/jobs/:job' },
  { method: 'PUT', url: '/files/*' },
]

test('a path answers to the methods of every route that it fits, and to none otherwise', () => {
  expect(methodsOf(addresses, '/api/jobs')).toEqual(['GET', 'POST'])
  expect(methodsOf(addresses, '/api/jobs/x')).toEqual(['DELETE', 'GET'])
  expect(methodsOf(addresses, '/api/jobs/x/y')).toEqual([])
  expect(methodsOf(addresses, '/api')).toEqual([])
  expect(methodsOf(addresses, '/files/a/b')).toEqual(['PUT'])
  expect(methodsOf(addresses, '/files')).toEqual([])
})
