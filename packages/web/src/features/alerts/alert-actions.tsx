import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { Icon } from '../../components/icon.tsx'
import type { Alert } from './alert-words.ts'

/** Somebody looks after it, or it is closed by hand; a note goes with either. */
export function AlertActions({ ws, alert }: { readonly ws: string; readonly alert: Alert }) {
  const [note, setNote] = useState('')
  const decide = useMutation({
    mutationFn: (operation: 'acknowledgeAlert' | 'resolveAlert') =>
      call(operation, { params: { ws, id: alert.id }, body: { note } }),
    onSuccess: () =>
      Promise.all(
        ['alerts', 'monitors', 'overview'].map((noun) => queryClient.invalidateQueries({ queryKey: [ws, noun] })),
      ),
  })
  if (alert.status === 'resolved') return null
  return (
    <>
      <div className="row wrap" style={{ marginTop: 8 }}>
        <input
          className="field"
          style={{ width: 200, flex: '1 1 140px', maxWidth: 320 }}
          aria-label={`Note on alert ${alert.signal}`}
          placeholder="Note, if you like"
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        {alert.status === 'firing' ? (
          <button
            type="button"
            className="btn"
            disabled={decide.isPending}
            onClick={() => decide.mutate('acknowledgeAlert')}
          >
            <Icon name="check" size={14} /> Acknowledge
          </button>
        ) : null}
        <button
          type="button"
          className="btn ghost"
          disabled={decide.isPending}
          onClick={() => decide.mutate('resolveAlert')}
        >
          Resolve
        </button>
      </div>
      {decide.isError ? <ErrorPanel error={decide.error} /> : null}
    </>
  )
}
