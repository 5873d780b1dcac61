import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'

const all = 500

export const triggers = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'triggers'],
    queryFn: () => call('listTriggers', { params: { ws }, query: { pageSize: all } }),
  })
export const trigger = (ws: string, name: string) =>
  queryOptions({ queryKey: [ws, 'triggers', name], queryFn: () => call('getTrigger', { params: { ws, name } }) })

export interface LoopFilter {
  readonly trigger?: string | undefined
  readonly monitor?: string | undefined
  readonly endpoint?: string | undefined
}
export const loops = (ws: string, filter: LoopFilter = {}, pageSize = 50) =>
  infiniteQueryOptions({
    queryKey: [ws, 'loops', 'list', filter, pageSize],
    queryFn: ({ pageParam }) =>
      call('listLoops', { params: { ws }, query: { ...filter, pageSize, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
  })
export const loop = (ws: string, id: string) =>
  queryOptions({ queryKey: [ws, 'loops', id], queryFn: () => call('getLoop', { params: { ws, id } }) })

export const webhooks = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'webhooks'],
    queryFn: () => call('listWebhooks', { params: { ws }, query: { pageSize: all } }),
  })
export const webhook = (ws: string, name: string) =>
  queryOptions({ queryKey: [ws, 'webhooks', name], queryFn: () => call('getWebhook', { params: { ws, name } }) })
export const deliveries = (ws: string, name: string) =>
  infiniteQueryOptions({
    queryKey: [ws, 'webhooks', name, 'deliveries'],
    queryFn: ({ pageParam }) =>
      call('listDeliveries', { params: { ws, name }, query: { pageSize: 100, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
  })
