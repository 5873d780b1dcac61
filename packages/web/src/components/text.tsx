import { useEffect, useState, type ReactNode } from 'react'
import { exactText, relativeText, shortId } from './format.ts'
import { Icon } from './icon.tsx'

/** The present, renewed each `everyMs`; `active: false` stops it. */
export function useNow(everyMs = 1000, active = true): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, active])
  return now
}

/** How long ago; the exact time on hover. */
export function When({ at }: { readonly at: string | null }) {
  const now = useNow(10_000)
  if (at === null) return <span className="dim">–</span>
  return (
    <time dateTime={at} title={exactText(at)} className="nw">
      {relativeText(at, now)}
    </time>
  )
}

/** A number with its unit behind it. */
export function Figure({ value, unit }: { readonly value: ReactNode; readonly unit: string }) {
  return (
    <>
      {value}
      <span className="u">{'\u202f' + unit}</span>
    </>
  )
}

/** The sentence that answers a page's first question; with `lead` it is the page's heading. */
export function Say({ children, lead = false }: { readonly children: ReactNode; readonly lead?: boolean }) {
  return lead ? <h1 className="say">{children}</h1> : <p className="say">{children}</p>
}

export function SectionHead({
  title,
  basis,
  children,
}: {
  readonly title: ReactNode
  readonly basis?: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <div className="head">
      <h2>{title}</h2>
      {basis === undefined ? null : <span className="sub">{basis}</span>}
      {children === undefined ? null : <div className="sp">{children}</div>}
    </div>
  )
}

/** Copies a text and says so for a moment. */
export function CopyButton({
  text,
  label,
  icon = 'copy',
  iconOnly = false,
}: {
  readonly text: string
  readonly label: string
  readonly icon?: 'copy' | 'terminal'
  readonly iconOnly?: boolean
}) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true))
  }
  return (
    <button
      type="button"
      className={`btn ghost${iconOnly ? ' ico' : ''}`}
      onClick={copy}
      aria-label={iconOnly ? label : undefined}
      title={text.slice(0, 300)}
    >
      <Icon name={copied ? 'check' : icon} size={14} />
      {iconOnly ? null : <span>{copied ? 'Copied' : label}</span>}
      {iconOnly && copied ? (
        <span className="vh" role="status">
          Copied
        </span>
      ) : null}
    </button>
  )
}

export function CopyId({ id }: { readonly id: string }) {
  return <CopyButton text={id} label={shortId(id)} />
}

/** Code ready to copy. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="codebox">
      <pre className="code" tabIndex={0} aria-label={label} role="group">
        {text}
      </pre>
      <span className="copy">
        <CopyButton text={text} label={`Copy: ${label}`} iconOnly />
      </span>
    </div>
  )
}
