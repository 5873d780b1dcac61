import { useInfiniteQuery } from '@tanstack/react-query'
import * as queries from '../../api/queries.ts'

/** The jobs of a workspace, newest first, page by page. */
export function useJobs(ws: string, filter: queries.JobFilter = {}, enabled = true) {
  const list = useInfiniteQuery({ ...queries.jobs(ws, filter), enabled })
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] }
}
