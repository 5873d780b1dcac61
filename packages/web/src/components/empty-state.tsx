import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { CodeBlock, Say } from './text.tsx'

/** What will be here, and the three ways to put something there. */
export function EmptyState({
  title,
  text,
  cli,
  python,
  children,
}: {
  readonly title: string
  readonly text: string
  readonly cli: string
  readonly python: string
  readonly children?: ReactNode
}) {
  return (
    <section className="em">
      <Say>
        <b>{title}</b> {text}
      </Say>
      <div className="cols w3">
        <section>
          <div className="head">
            <h2>
              <Icon name="terminal" /> Command line
            </h2>
          </div>
          <CodeBlock text={cli} label="Command line" />
        </section>
        <section>
          <div className="head">
            <h2>
              <Icon name="file" /> Python
            </h2>
          </div>
          <CodeBlock text={python} label="Python" />
        </section>
        <section>
          <div className="head">
            <h2>
              <Icon name="overview" /> This page
            </h2>
          </div>
          <div className="fm">{children ?? <p className="sub">It appears here the moment it exists.</p>}</div>
        </section>
      </div>
    </section>
  )
}
