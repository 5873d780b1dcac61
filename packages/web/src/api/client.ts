import { ApiError, createClient, type Answer, type Arguments, type OperationId } from '@modelyard/client'
import { QueryClient } from '@tanstack/react-query'

/** The API of the server that this page came from; the session's cookie speaks for the user. */
export const client = createClient()

/** A page whose session ended leads to the sign-in and comes back. */
function toSignIn(): void {
  if (location.pathname.startsWith('/login')) return
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
}

export async function call<Id extends OperationId>(id: Id, ...rest: Arguments<Id>): Promise<Answer<Id>> {
  try {
    return await client.call(id, ...rest)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) toSignIn()
    throw error
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say what is stale; nothing is asked again on a timer.
      staleTime: 30_000,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.problem.retryable),
    },
  },
})
