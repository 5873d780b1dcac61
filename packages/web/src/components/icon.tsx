import type { ReactNode } from 'react'

const shapes = {
  chevronDown: <path d="M5 6.5L8 9.5l3-3" />,
  chevronRight: <path d="M6.5 5l3 3-3 3" />,
  search: <path d="M10 10l3.5 3.5M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0z" />,
  overview: <path d="M2.5 8.5h3l2-5 2.5 9 1.8-4h1.7" />,
  jobs: <path d="M3 4h10M3 8h6M3 12h8M13.5 8a1.3 1.3 0 1 1-2.6 0 1.3 1.3 0 0 1 2.6 0z" />,
  pipelines: (
    <>
      <rect x="2.5" y="2.5" width="4" height="4" rx="1" />
      <rect x="9.5" y="9.5" width="4" height="4" rx="1" />
      <path d="M6.5 4.5h3.2a1.8 1.8 0 0 1 1.8 1.8v3.2" />
    </>
  ),
  experiments: <path d="M2.5 13.5h11M2.5 13.5v-11M4.5 10.5l3-4 2.3 2 3.2-5" />,
  models: <path d="M8 2l5.2 3v6L8 14l-5.2-3V5zM2.8 5L8 8l5.2-3M8 8v6" />,
  endpoints: (
    <>
      <circle cx="4" cy="8" r="1.7" />
      <path d="M5.7 8h2.5M8.2 8l3-4M8.2 8l3 4" />
      <circle cx="12.3" cy="3.5" r="1.3" />
      <circle cx="12.3" cy="12.5" r="1.3" />
    </>
  ),
  compute: (
    <>
      <rect x="2.5" y="3" width="11" height="4" rx="1" />
      <rect x="2.5" y="9" width="11" height="4" rx="1" />
      <path d="M5 5h.01M5 11h.01" />
    </>
  ),
  data: (
    <>
      <ellipse cx="8" cy="4" rx="5" ry="2" />
      <path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2" />
    </>
  ),
  activity: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3l2 1.5" />
    </>
  ),
  settings: (
    <>
      <path d="M3 5h4M11 5h2M3 11h2M9 11h4" />
      <circle cx="9" cy="5" r="1.7" />
      <circle cx="7" cy="11" r="1.7" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />
    </>
  ),
  rail: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1.5" />
      <path d="M6.5 3v10" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 3.5V3a.5.5 0 0 0-.5-.5H3a.5.5 0 0 0-.5.5v7a.5.5 0 0 0 .5.5h.5" />
    </>
  ),
  terminal: <path d="M3 5l3 3-3 3M8 11.5h5" />,
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  check: <path d="M3 8.5l3 3 7-7.5" />,
  play: <path d="M5 3.5l7.5 4.5L5 12.5z" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  file: <path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3" />,
  folder: <path d="M2.5 4.5v8h11v-6.500h-5.500l-1.500-1.500z" />,
  crown: <path d="M2.5 5L5 8l3-4.5L11 8l2.5-3-1 7h-9z" />,
  filter: <path d="M2.5 4h11M5 8h6M7 12h2" />,
  columns: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1" />
      <path d="M6.2 3v10M9.8 3v10" />
    </>
  ),
  download: <path d="M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10" />,
  again: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8" />,
  monitors: (
    <path d="M2 8s2.2-4 6-4 6 4 6 4-2.200 4-6 4-6-4-6-4zM9.700 8a1.700 1.700 0 1 1-3.400 0 1.700 1.700 0 0 1 3.400 0z" />
  ),
  automations: <path d="M9 2L4 9h3.500L7 14l5-7H8.500z" />,
  back: <path d="M6 4L2.500 7.500 6 11M2.500 7.500h7a3 3 0 0 1 0 6H8" />,
  pause: <path d="M5.500 3.500v9M10.500 3.500v9" />,
  stop: <rect x="4" y="4" width="8" height="8" rx="1" />,
  queued: <circle cx="8" cy="8" r="5.2" strokeDasharray="2.1 2" />,
  running: (
    <>
      <circle cx="8" cy="8" r="5.2" opacity=".3" />
      <path className="spin" d="M8 2.8a5.2 5.2 0 0 1 5.2 5.2" />
    </>
  ),
  succeeded: (
    <>
      <circle cx="8" cy="8" r="5.7" fill="currentColor" stroke="none" />
      <path d="M5.5 8.2l1.8 1.7 3.3-3.6" stroke="var(--bg)" />
    </>
  ),
  failed: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="2.5" fill="currentColor" stroke="none" />
      <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" stroke="var(--bg)" />
    </>
  ),
  attention: (
    <>
      <path d="M8 2.2l6.2 11H1.8z" fill="currentColor" />
      <path d="M8 6.5v3M8 11.3v.01" stroke="var(--bg)" strokeWidth="1.6" />
    </>
  ),
  reused: <path d="M3 7a5.2 5.2 0 0 1 9-2.2M13 2.5v2.8h-2.8M13 9a5.2 5.2 0 0 1-9 2.2M3 13.5v-2.8h2.8" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof shapes

/** One of the app's line icons, drawn on a 16 px grid; decoration only, the word stands beside it. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  )
}
