/** The next page of a long list. */
export function MoreButton({
  list,
}: {
  readonly list: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => unknown
  }
}) {
  if (!list.hasNextPage) return null
  return (
    <p className="note">
      <button
        type="button"
        className="btn"
        disabled={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {list.isFetchingNextPage ? 'Loading' : 'Show more'}
      </button>
    </p>
  )
}
