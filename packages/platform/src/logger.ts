import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/** JSON lines on stderr (or a file); secrets are cut out by name. */
export function createLogger(options: { name: string; level?: string; file?: string }): Logger {
  const destination = pino.destination(
    options.file === undefined
      ? { dest: 2, sync: true }
      : { dest: options.file, append: true, mkdir: true, sync: true },
  )
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      redact: {
        paths: ['token', '*.token', 'authorization', '*.authorization', 'cookie', '*.cookie', 'keys', '*.keys'],
        censor: '[removed]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}
