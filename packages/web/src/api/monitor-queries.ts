import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'

const all = 500

export const monitors = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'monitors'],
    queryFn: () => call('listMonitors', { params: { ws }, query: { pageSize: all } }),
  })
/** The monitor with its newest window and its alerts; the windows before it come as a matrix. */
export const monitor = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'monitors', name],
    queryFn: () => call('getMonitor', { params: { ws, name }, query: { windows: 1 } }),
  })
export const monitorMatrix = (ws: string, name: string, windows: number) =>
  queryOptions({
    queryKey: [ws, 'monitors', name, 'matrix', windows],
    queryFn: () => call('getMonitorMatrix', { params: { ws, name }, query: { windows } }),
    placeholderData: keepPreviousData,
  })
export const monitorWindow = (ws: string, name: string, start: string | undefined) =>
  queryOptions({
    queryKey: [ws, 'monitors', name, 'windows', start],
    queryFn: () => call('getMonitorWindow', { params: { ws, name, start: start ?? '' } }),
    enabled: start !== undefined,
    placeholderData: keepPreviousData,
  })

export interface AlertFilter {
  readonly status?: 'pending' | 'firing' | 'acknowledged' | 'resolved' | undefined
  readonly monitor?: string | undefined
  readonly endpoint?: string | undefined
}
export const alerts = (ws: string, filter: AlertFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [ws, 'alerts', 'list', filter],
    queryFn: ({ pageParam }) =>
      call('listAlerts', { params: { ws }, query: { ...filter, pageSize: 100, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
  })
export const alert = (ws: string, id: string) =>
  queryOptions({ queryKey: [ws, 'alerts', id], queryFn: () => call('getAlert', { params: { ws, id } }) })

export const collectedRows = (ws: string, endpoint: string, limit: number) =>
  queryOptions({
    queryKey: [ws, 'collected', endpoint, 'rows', limit],
    queryFn: () => call('listCollectedRows', { params: { ws, endpoint }, query: { limit } }),
    retry: false,
  })
export const collectedFiles = (ws: string, endpoint: string) =>
  queryOptions({
    queryKey: [ws, 'collected', endpoint, 'files'],
    queryFn: () => call('listCollectedFiles', { params: { ws, endpoint } }),
    retry: false,
  })
